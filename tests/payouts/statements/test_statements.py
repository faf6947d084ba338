"""A month told from its first cent to its last, and that it agrees with the ledger whatever happened in it."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import read_money
from payouts.statements import csv_file, following
from payouts.statements import services as statements
from payouts.statements.models import LedgerRead, StatementLine, StatementMonth
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from tests.payouts.purse import capture, charge, connect_bank, eur, give_credit, write_papers

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
DAY = timedelta(days=1)


def balance_in_the_ledger(expert) -> dict[str, int]:
    kinds = {"pending": accounts.expert_pending, "available": accounts.expert_available, "owed": accounts.expert_debt}
    return {name: ledger.balance(account(expert.pk), "EUR").minor for name, account in kinds.items()}


def as_minor(balance) -> dict[str, int]:
    return {name: getattr(balance, name).minor for name in ("pending", "available", "owed")}


@pytest.fixture
def spring(alice, bob, now):
    """In March alice pays 40.00 and tips 5.00; in April it is released, bob withdraws 33.00, the bank refuses it, he
    withdraws again and gives 10.00 back that he no longer has. What the ledger says at each month's end."""
    connect_bank(bob)
    give_credit(alice, 10_000, now)
    charge(alice, bob, 4_000, now, reference="period:7")
    words = {"about": "call:1", "group": "listing:5", "label": "Call (tip)", "link": "/calls/1/"}
    earnings.tip(payer=alice, expert=bob, amount=eur(500), key="t", now=now + DAY, **words)
    at_the_end = {MARCH: balance_in_the_ledger(bob)}
    april = now + 31 * DAY
    earnings.release_due(now=april)
    first = withdrawals.request(expert=bob, amount=eur(3_300), key="one", now=april + DAY)
    withdrawals.transfer_made(withdrawal_id=first.pk, stripe_transfer="tr_1", now=april + DAY)
    payout = {"stripe_payout": "po_1", "now": april + DAY}
    withdrawals.payout_made(withdrawal_id=first.pk, arrives_on=MAY, **payout)
    withdrawals.payout_failed(code="no_account", message="", **payout)
    withdrawals.reversal_made(withdrawal_id=first.pk, stripe_reversal="trr_1", now=april + 2 * DAY)
    withdrawals.request(expert=bob, amount=eur(3_300), key="two", now=april + 3 * DAY)
    claims.refund(expert=bob, reference="period:7", amount=eur(1_000), key="g", now=april + 4 * DAY)
    at_the_end[APRIL] = balance_in_the_ledger(bob)
    write_papers(now)
    return at_the_end


class SumsTests:
    def test_opening_and_movements_make_the_closing_which_is_the_ledgers_balance_then(self, bob, spring):
        april, march = statements.months(expert=bob)
        assert as_minor(march.opening) == {"pending": 0, "available": 0, "owed": 0}
        assert as_minor(march.closing) == spring[MARCH] == as_minor(april.opening)
        assert as_minor(april.closing) == spring[APRIL]
        for month in (march, april):
            assert statements.statement(expert=bob, month=month.month) == month
            *_, last = month.rows()
            assert last.balance == month.closing
            assert sum(row.net.minor for row in month.rows()) == (month.closing.total - month.opening.total).minor

    def test_every_movement_has_its_gross_its_commission_and_what_was_left(self, bob, spring):
        rows = {
            month.month: [
                (
                    row.line.kind,
                    *(None if part is None else part.minor for part in (row.gross, row.commission)),
                    row.net.minor,
                )
                for row in month.rows()
            ]
            for month in statements.months(expert=bob)
        }
        assert rows == {
            MARCH: [("capture", 4_000, 1_200, 2_800), ("tip", 500, 0, 500)],
            APRIL: [
                ("release", None, None, 0),
                ("release", None, None, 0),
                ("withdrawal_request", None, None, -3_300),
                ("withdrawal_reversed", None, None, 3_300),
                ("withdrawal_request", None, None, -3_300),
                ("give_back", -1_000, -300, -700),
            ],
        }
        sums = statements.statement(expert=bob, month=APRIL).sums
        assert (sums.gross.minor, sums.commission.minor, sums.net.minor) == (-1_000, -300, -700)

    def test_a_commission_that_staff_were_too_late_for_is_on_the_experts_statement(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:7")
        earnings.waive_commission(reference="period:7", key="claim:1:late", now=now + 40 * DAY)
        write_papers(now)
        [row] = statements.statement(expert=bob, month=APRIL).rows()
        assert (row.gross.minor, row.commission.minor, row.net.minor) == (-300, -300, 0)
        assert row.line.sold_month == MARCH

    def test_what_corrects_a_part_belongs_to_the_month_in_which_it_was_sold(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:7")
        words = {"label": "Stored", "link": "", "release_from": now, "now": now + DAY, "keep_days": 30}
        earnings.move_part(reference="period:7", to="stored:1", amount=eur(500), key="m", **words)
        earnings.give_back(reference="stored:1", amount=eur(500), key="b", now=now + 40 * DAY)
        write_papers(now)
        [row] = statements.statement(expert=bob, month=APRIL).rows()
        assert (row.line.reference, row.line.sold_month) == ("stored:1", MARCH)

    def test_a_month_begins_and_ends_with_its_seconds_in_utc(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        for at in (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)):
            charge(alice, bob, 100, at)
        write_papers(now)
        assert [month.sums.lines for month in statements.months(expert=bob)] == [1, 1]


class FollowingTests:
    def test_each_entry_is_written_once_in_however_many_turns(self, monkeypatch, bob, spring, now):
        before = list(StatementLine.objects.order_by("entry_id").values_list("entry_id", "kind", "pending_minor"))
        StatementLine.objects.all().delete()
        StatementMonth.objects.all().delete()
        LedgerRead.objects.update(through_entry=0)
        monkeypatch.setattr(following, "ENTRIES_AT_ONCE", 2)
        write_papers(now)
        assert statements.follow(now=now) == 0
        after = list(StatementLine.objects.order_by("entry_id").values_list("entry_id", "kind", "pending_minor"))
        assert after == before

    def test_dying_before_the_commit_writes_nothing_and_the_next_turn_all(self, monkeypatch, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now)
        with monkeypatch.context() as patched:
            patched.setattr(following, "_add_up", lambda lines: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                statements.follow(now=now)
        assert not StatementLine.objects.exists()
        write_papers(now)
        assert statements.months(expert=bob)[0].closing.pending == eur(700)

    def test_what_comes_after_its_month_was_closed_counts_in_the_next_one(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 100, now)
        write_papers(now)
        LedgerRead.objects.update(closed_month=MARCH)
        charge(alice, bob, 200, now + DAY)
        write_papers(now)
        later, march = statements.months(expert=bob)
        assert (march.month, march.closing.pending) == (MARCH, eur(70))
        [row] = later.rows()
        assert (later.month, row.line.at, row.net) == (APRIL, now + DAY, eur(140))

    def test_forty_lines_are_written_with_as_many_statements_as_one(self, alice, bob, now):
        give_credit(alice, 10_000, now)
        asked = []
        for count in (1, 1, 40):  # the first one alone makes rows that are there from then on
            for _ in range(count):
                charge(alice, bob, 100, now)
            with CaptureQueriesContext(connection) as seen:
                assert statements.follow(now=now)
            asked.append(len(seen))
        assert asked[1] == asked[2]


def parsed(expert, month) -> list[dict[str, str]]:
    text = "".join(csv_file.parts(statements.statement(expert=expert, month=month)))
    return list(csv.DictReader(StringIO(text.removeprefix(csv_file.BOM))))


class CsvTests:
    def test_read_back_its_sums_are_the_ledgers(self, bob, spring):
        def minor(text: str) -> int:
            sign = -1 if text.startswith("-") else 1
            return sign * read_money(text.removeprefix("-"), "EUR").minor

        first, *moves, last = parsed(bob, APRIL)
        assert [first["movement"], last["movement"]] == ["Opening balance", "Closing balance"]
        for name in ("pending", "available", "owed"):
            total = minor(first[name]) + sum(minor(move[f"change of {name}"]) for move in moves)
            assert total == minor(last[name]) == spring[APRIL][name]
        assert minor(first["balance"]) + sum(minor(move["net"]) for move in moves) == minor(last["balance"])
        for move in moves:
            if move["gross"]:
                assert minor(move["gross"]) - minor(move["commission"]) == minor(move["net"])
        assert [move["state today"] for move in moves if move["state today"]] == ["failed", "failed", "requested"]

    @pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "|cmd"])
    def test_no_spreadsheet_takes_a_members_words_for_a_formula(self, alice, bob, now, label):
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(100), key="hold", reference="period:2", now=now)
        capture(alice, bob, 100, now, reference="period:2", label=f'{label}","injected')
        write_papers(now)
        rows = parsed(bob, MARCH)
        assert len(rows) == 3
        assert rows[1]["for"].startswith("'")
        assert rows[1]["gross"] == "1.00"
