"""A receipt stays as it was issued; whatever goes back later has a credit note with a number of its own, which names it."""

from datetime import timedelta

import pytest

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.statements import numbering
from payouts.statements import services as statements
from payouts.statements.models import LedgerRead, Paper
from payouts.statements.verify import verify
from payouts.withdrawals import services as withdrawals
from tests.payouts.purse import charge, connect_bank, eur, give_credit, write_papers
from tests.payouts.statements.papers import words_of
from tests.payouts.statements.test_refunds import ask, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(alice, bob, now) -> None:
    """Alice pays bob 10.00, and 20.00."""
    give_credit(alice, 5_000, now)
    charge(alice, bob, 1_000, now, reference="period:1")
    charge(alice, bob, 2_000, now, reference="period:2")


def give_back(minor: int, now, *, reference="period:1", key="g1", **how) -> None:
    earnings.give_back(reference=reference, amount=eur(minor), key=key, now=now, **how)


def notes() -> list[tuple[str, str, int]]:
    found = Paper.objects.filter(kind="receipt_note").select_related("corrects").order_by("number")
    return [(str(note), str(note.corrects), note.amount_minor) for note in found]


class CreditNotesTests:
    def test_each_time_that_something_goes_back_has_one_and_the_receipt_stays(self, alice, paid, now):
        write_papers(now)
        give_back(400, now)
        give_back(100, now, reference="period:2", key="g2")
        give_back(600, now, key="g3")
        write_papers(now)
        assert notes() == [
            ("RCN-2026-000001", "R-2026-000001", 400),
            ("RCN-2026-000002", "R-2026-000002", 100),
            ("RCN-2026-000003", "R-2026-000001", 600),
        ]
        found = statements.receipt_papers(about=["period:1", "period:2", "period:3"])
        assert {about: (papers.receipt.amount, papers.left) for about, papers in found.items()} == {
            "period:1": (eur(1_000), eur(0)),
            "period:2": (eur(2_000), eur(1_900)),
        }
        assert {note.owner for note in found["period:1"].notes} == {alice}
        assert {note.recipient for note in found["period:1"].notes} == {"Alice Martin"}

    def test_paid_and_given_back_at_once_are_two_papers(self, paid, now):
        give_back(1_000, now)
        write_papers(now)
        assert notes() == [("RCN-2026-000001", "R-2026-000001", 1_000)]
        assert Paper.objects.get(kind="receipt", number=1).amount == eur(1_000)

    def test_the_commission_that_late_staff_leave_to_the_payer_has_one(self, paid, now):
        earnings.waive_commission(reference="period:1", key="claim:1:late", now=now)
        write_papers(now)
        assert notes() == [("RCN-2026-000001", "R-2026-000001", 300)]

    def test_what_becomes_a_debt_of_the_expert_has_one_of_all_of_it(self, bob, paid, now):
        earnings.release_due(now=now + timedelta(days=31))
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(2_100), key="all-of-it-0123456789", now=now + timedelta(days=31))
        give_back(1_000, now, even_if_released=True)
        assert earnings.owed(expert=bob) == eur(700)
        write_papers(now)
        assert notes() == [("RCN-2026-000001", "R-2026-000001", 1_000)]

    def test_what_is_taken_back_for_a_bank_has_one(self, paid, now, plants_an_error):
        into = accounts.dispute_receivable(1)
        earnings.take_back(reference="period:1", amount=eur(250), into=into, key="dispute:1:from:period:1", now=now)
        write_papers(now)
        assert notes() == [("RCN-2026-000001", "R-2026-000001", 250)]
        assert verify() == []

    def test_a_part_that_was_stored_corrects_the_receipt_that_it_was_paid_with(self, paid, now):
        words = {"label": "", "link": "", "release_from": now, "now": now}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(505), key="m", keep_days=30, **words)
        earnings.move_part(reference="stored:1", to="period:9", amount=eur(105), key="u", **words)
        give_back(400, now, reference="stored:1", key="stored:1:returned:0")
        give_back(50, now, reference="period:9")
        write_papers(now)
        assert notes() == [("RCN-2026-000001", "R-2026-000001", 400), ("RCN-2026-000002", "R-2026-000001", 50)]
        assert statements.receipt_papers(about=["period:1"])["period:1"].left == eur(550)


class PaperTests:
    def test_it_names_the_receipt_and_what_was_left_then_whatever_goes_back_later(self, alice, paid, now, signed_in):
        give_back(400, now, key="claim:1:late")
        write_papers(now)
        address = f"/receipts/credit-notes/{Paper.objects.get(kind='receipt_note').pk}.pdf"
        said = words_of(signed_in(alice).get(address).content)
        for part in (
            "Credit note RCN-2026-000001",
            "Alice Martin",
            "It corrects receipt R-2026-000001 of 2 Mar 2026.",
            "Call with Alice Bob Leroy, period:1 €10.00",
            "Our commission, because we did not decide in time −€4.00",
            "Receipt less credit notes €6.00",
        ):
            assert part in said
        give_back(100, now)
        write_papers(now)
        assert words_of(signed_in(alice).get(address).content) == said
        second = Paper.objects.get(kind="receipt_note", number=2)
        said = words_of(signed_in(alice).get(f"/receipts/credit-notes/{second.pk}.pdf").content)
        assert "Credit note RCN-2026-000001 2 Mar 2026 −€4.00" in said
        assert "Receipt less credit notes €5.00" in said

    def test_it_is_for_the_two_whose_charge_it_is_of(self, alice, bob, eve, paid, now, signed_in, client):
        give_back(400, now)
        write_papers(now)
        note, receipt = Paper.objects.get(kind="receipt_note"), Paper.objects.get(kind="receipt", number=1)
        address = f"/receipts/credit-notes/{note.pk}.pdf"
        answers = [signed_in(member).get(address).status_code for member in (alice, bob, eve)]
        assert answers == [200, 200, 404]
        assert signed_in(alice).get(f"/receipts/credit-notes/{receipt.pk}.pdf").status_code == 404
        assert "/accounts/login/" in client.get(address).url


class EarlierTests:
    def test_what_was_posted_before_a_kind_of_paper_was_known_gets_its_number_and_nothing_gets_two(
        self, alice, paid, now, monkeypatch
    ):
        """As a site that comes from an older version: its receipts are there, and its mark is back at the beginning."""
        give_back(400, now)
        sent(ask(alice, 1_000, now), now)
        with monkeypatch.context() as older:
            older.setattr(numbering, "WENT_BACK", ())
            older.setattr(numbering, "SENT_BACK", ())
            older.setattr(numbering, "_top_ups", lambda added: [])
            write_papers(now)
        before = list(Paper.objects.values_list("pk", flat=True))
        LedgerRead.objects.update(numbered_through=0)
        assert verify() == []
        write_papers(now)
        added = Paper.objects.exclude(pk__in=before).order_by("pk")
        assert [str(paper) for paper in added] == ["RCN-2026-000001", "TU-2026-000001", "RF-2026-000001"]

    def test_verify_finds_what_has_no_number(self, alice, paid, now, monkeypatch):
        give_back(400, now)
        refund = ask(alice, 1_000, now)
        sent(refund, now)
        with monkeypatch.context() as broken:
            broken.setattr(numbering, "WENT_BACK", ())
            broken.setattr(numbering, "SENT_BACK", ())
            write_papers(now)
        assert verify() == [
            "period:1: the receipt less its credit notes differs from what was paid and not given back by −€4.00",
            f"{refund.reference}: the paper of credit that was added, or sent back, differs from the ledger by €10.00",
        ]
        LedgerRead.objects.update(numbered_through=0)
        write_papers(now)
        assert verify() == []

    def test_verify_finds_a_paper_of_nothing(self, alice, paid, now, plants_an_error):
        write_papers(now)
        fresh = {"owner": alice, "currency": "EUR", "amount_minor": 100, "issuer": {}, "issued_at": now, "year": 2026}
        Paper.objects.create(kind="receipt", about="period:7", number=9, **fresh)
        assert len(verify()) == 1
