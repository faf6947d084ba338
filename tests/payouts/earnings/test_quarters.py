"""The figures for taxes: what each expert was paid in a quarter. They are held against stories, a plain model and the ledger."""

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payouts.commission import split
from payouts.earnings import quarters
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.staff import tax
from payouts.wallet import services as wallet
from tests import cast
from tests.payouts.purse import capture, charge, eur, give_credit

pytestmark = pytest.mark.django_db
Q1, Q2 = datetime(2026, 2, 10, tzinfo=UTC), datetime(2026, 5, 10, tzinfo=UTC)
TIP = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Tip", "link": ""}


def told(year: int = 2026, expert=None) -> dict[int, tuple[str, str, str, int]]:
    """Of bob, by quarter: gross, commission, net, count."""
    return {
        row.quarter: (row.gross.typed(), row.commission.typed(), row.net.typed(), row.count)
        for row in quarters.of_year(expert=expert or cast.bob(), year=year)
        if row.gross or row.commission or row.count
    }


@pytest.fixture
def rich_alice(alice):
    give_credit(alice, 1_000_000, Q1 - timedelta(days=300))
    return alice


class StoryTests:
    def test_a_price_counts_when_it_is_captured_and_what_goes_back_when_it_goes_back(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1, reference="period:1")
        charge(rich_alice, bob, 333, Q1, reference="period:2")
        assert told() == {1: ("13.33", "4.00", "9.33", 2)}
        earnings.give_back(reference="period:1", amount=eur(1_000), key="back", now=Q2)
        assert told() == {1: ("13.33", "4.00", "9.33", 2), 2: ("-10.00", "-3.00", "-7.00", 0)}

    def test_a_tip_is_whole_the_experts_and_no_sale_of_its_own(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1, held=1_500)
        earnings.tip(payer=rich_alice, expert=bob, amount=eur(200), now=Q2, **TIP)
        assert told() == {1: ("10.00", "3.00", "7.00", 1), 2: ("2.00", "0.00", "2.00", 0)}

    def test_a_waived_commission_is_the_platforms_alone(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1, reference="period:1")
        earnings.waive_commission(reference="period:1", key="late", now=Q2)
        assert told()[2] == ("-3.00", "-3.00", "0.00", 0)

    def test_given_back_after_the_release_and_even_as_a_debt_it_counts_alike(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1, reference="period:1")
        earnings.release_due(now=Q2)
        earnings.give_back(reference="period:1", amount=eur(500), key="back", now=Q2, even_if_released=True)
        assert told()[2] == ("-5.00", "-1.50", "-3.50", 0)

    def test_stored_time_counts_when_it_was_paid_not_when_it_is_used(self, rich_alice, bob):
        charge(rich_alice, bob, 1_010, Q1, reference="period:1")
        words = {"label": "Call", "link": "", "release_from": Q2, "now": Q2}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(505), key="m", keep_days=30, **words)
        assert told()[1] == ("10.10", "3.03", "7.07", 1)
        assert told()[2] == ("0.00", "0.01", "-0.01", 0)  # twice 5.05: each part's commission rounded for itself

    @pytest.mark.parametrize("edge", ["2026-04-01", "2026-01-01"])
    def test_a_quarter_ends_with_the_last_moment_before_midnight(self, rich_alice, bob, edge):
        midnight = datetime.fromisoformat(edge).replace(tzinfo=UTC)
        before = midnight - timedelta(microseconds=1)
        charge(rich_alice, bob, 100, before)
        charge(rich_alice, bob, 1_000, midnight)
        found = told(before.year) | told(midnight.year)
        assert found[quarters.quarter_of(before)][0] == "1.00"
        assert found[quarters.quarter_of(midnight)][0] == "10.00"

    def test_each_expert_has_only_their_own(self, rich_alice, bob, eve):
        charge(rich_alice, bob, 1_000, Q1)
        charge(rich_alice, eve, 500, Q1)
        assert told()[1][0] == "10.00"
        assert told(expert=eve)[1][0] == "5.00"
        rows = quarters.figures(year=2026, quarter=1)
        assert [(row.expert_id, row.gross.minor) for row in rows] == sorted([(bob.pk, 1_000), (eve.pk, 500)])


moments = st.integers(0, 450).map(lambda day: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=day))
experts = st.sampled_from(["Bob", "Dora"])
minors = st.integers(1, 2_500)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("sale"), moments, experts, minors, st.sampled_from([0, 10, 30, 33, 100])),
        st.tuples(st.just("tip"), moments, experts, st.integers(100, 2_000)),
        st.tuples(st.sampled_from(["back", "taken", "move"]), moments, st.integers(0, 9), minors),
        st.tuples(st.just("waive"), moments, st.integers(0, 9)),
        st.tuples(st.just("release"), moments),
    ),
    min_size=4,
    max_size=14,
)


class Model:
    """By the simplest rules: shares of what is left, before and after; each difference in the quarter of its day."""

    def __init__(self) -> None:
        self.people = {name: cast.member(name) for name in ("Alice", "Bob", "Dora")}
        give_credit(self.people["Alice"], 1_000_000, datetime(2025, 1, 1, tzinfo=UTC))
        self.figures = defaultdict(lambda: [0, 0, 0])  # expert, year, quarter -> gross, commission, sales
        self.sold: list[dict] = []
        self.serial = 0

    def counts(self, at: datetime, expert: str, gross: int, commission: int, sales: int = 0) -> None:
        found = self.figures[self.people[expert].pk, at.year, quarters.quarter_of(at)]
        for place, more in enumerate((gross, commission, sales)):
            found[place] += more

    def earns(self, reference: str, expert: str, left: int, percent: int) -> None:
        self.sold.append({"reference": reference, "expert": expert, "left": left, "percent": percent})

    def sale(self, at: datetime, expert: str, price: int, percent: int) -> None:
        reference = f"period:{self.serial}"
        alice, hold = self.people["Alice"], f"{reference}:hold:1"
        wallet.hold(payer=alice, amount=eur(price), key=hold, reference=reference, now=at)
        capture(alice, self.people[expert], price, at, reference=reference, commission_percent=percent)
        self.counts(at, expert, price, split(price, percent).commission_minor, 1)
        self.earns(reference, expert, price, percent)

    def tip(self, at: datetime, expert: str, minor: int) -> None:
        words = TIP | {"about": f"call:{self.serial}", "key": f"tip:{self.serial}"}
        sent = earnings.tip(payer=self.people["Alice"], expert=self.people[expert], amount=eur(minor), now=at, **words)
        self.counts(at, expert, minor, 0)
        self.earns(sent.reference, expert, minor, 0)

    def some(self, number: int, minor: int) -> tuple[dict, int]:
        one = self.sold[number % len(self.sold)]
        return one, min(minor, one["left"])

    def loses(self, one: dict, at: datetime, minor: int) -> None:
        before, after = (split(left, one["percent"]).commission_minor for left in (one["left"], one["left"] - minor))
        self.counts(at, one["expert"], -minor, after - before)
        one["left"] -= minor

    def back(self, at: datetime, number: int, minor: int) -> None:
        one, minor = self.some(number, minor)
        if minor:
            key, reference = f"back:{self.serial}", one["reference"]
            earnings.give_back(reference=reference, amount=eur(minor), key=key, now=at, even_if_released=True)
            self.loses(one, at, minor)

    def taken(self, at: datetime, number: int, minor: int) -> None:
        one, minor = self.some(number, minor)
        if minor:
            into, key = accounts.dispute_receivable(1), f"taken:{self.serial}"
            earnings.take_back(reference=one["reference"], amount=eur(minor), into=into, key=key, now=at)
            self.loses(one, at, minor)

    def move(self, at: datetime, number: int, minor: int) -> None:
        one, minor = self.some(number, minor)
        to, words = f"stored:{self.serial}", {"label": "", "link": "", "release_from": at, "now": at}
        if minor:
            try:
                earnings.move_part(reference=one["reference"], to=to, amount=eur(minor), key=to, **words)
            except earnings.AlreadyReleased:
                return
            parts = (split(part, one["percent"]).commission_minor for part in (one["left"] - minor, minor))
            self.counts(at, one["expert"], 0, sum(parts) - split(one["left"], one["percent"]).commission_minor)
            one["left"] -= minor
            self.earns(to, one["expert"], minor, one["percent"])

    def waive(self, at: datetime, number: int) -> None:
        one, _ = self.some(number, 0)
        commission = split(one["left"], one["percent"]).commission_minor
        earnings.waive_commission(reference=one["reference"], key=f"waive:{self.serial}", now=at)
        self.counts(at, one["expert"], -commission, -commission)
        one["left"], one["percent"] = one["left"] - commission, 0

    def release(self, at: datetime) -> None:
        earnings.release_due(now=at)

    def does(self, step: str, *words) -> None:
        self.serial += 1
        if self.sold or step in ("sale", "tip", "release"):
            getattr(self, step)(*words)


@pytest.mark.prove
class PropertyTests:
    @settings(max_examples=100, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(lives=steps)
    def test_whatever_is_sold_tipped_and_given_back_they_agree_with_the_rule_and_the_ledger(self, lives):
        with transaction.atomic():
            accounts.forget()
            model = Model()
            for step in lives:
                model.does(*step)
            found = [row for year in (2025, 2026, 2027) for row in quarters.of_all(year=year, quarter=None)]
            seen = {
                (row.expert_id, row.year, row.quarter): [row.gross.minor, row.commission.minor, row.count]
                for row in found
            }
            nothing = [0, 0, 0]
            assert {key: row for key, row in seen.items() if row != nothing} == {
                key: row for key, row in model.figures.items() if row != nothing
            }
            assert sum(row.commission.minor for row in found) == ledger.balance(accounts.commission(), "EUR").minor
            for name in ("Bob", "Dora"):
                pk = model.people[name].pk
                kinds = (accounts.expert_pending, accounts.expert_available, accounts.expert_debt)
                pending, available, debt = (ledger.balance(kind(pk), "EUR").minor for kind in kinds)
                assert sum(row.net.minor for row in found if row.expert_id == pk) == pending + available - debt
            transaction.set_rollback(True)


class CommandTests:
    def report(self, *arguments: str) -> list[list[str]]:
        out = io.StringIO()
        call_command("tax_report", *arguments, stdout=out)
        return list(csv.reader(io.StringIO(out.getvalue())))

    def test_it_writes_a_line_for_each_expert_and_quarter(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(333), key="back", now=Q2)
        first = ["2026", "1", str(bob.pk), "Bob Leroy", "bob@example.test", "EUR", "10.00", "3.00", "7.00", "1"]
        second = ["2026", "2", str(bob.pk), "Bob Leroy", "bob@example.test", "EUR", "-3.33", "-1.00", "-2.33", "0"]
        assert self.report("--year", "2026") == [list(tax.COLUMNS), first, second]
        assert self.report("--year", "2026", "--quarter", "2") == [list(tax.COLUMNS), second]

    @pytest.mark.parametrize(
        "wrong", [["--year", "26"], ["--year", "x"], ["--year", "9999"], ["--year", "2026", "--quarter", "5"], []]
    )
    def test_a_wrong_question_is_refused(self, wrong):
        with pytest.raises(CommandError):
            self.report(*wrong)

    @pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@sum", "|x"])
    def test_a_name_does_not_become_a_formula(self, rich_alice, bob, name):
        bob.name = name
        bob.save()
        charge(rich_alice, bob, 1_000, Q1)
        assert self.report("--year", "2026")[1][3] == f"'{name}"


class PageTests:
    def test_an_expert_sees_their_own_quarters_and_eve_hers(self, rich_alice, bob, eve, signed_in, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: Q2)
        charge(rich_alice, bob, 1_000, Q1 - timedelta(days=365))
        charge(rich_alice, bob, 2_000, Q1)
        page = signed_in(bob).get("/earnings/tax/").content.decode()
        assert "€20.00" in page and "€6.00" in page and "€14.00" in page and "€10.00" not in page
        assert "€10.00" in signed_in(bob).get("/earnings/tax/?year=2025").content.decode()
        assert 'href="/earnings/tax/"' in signed_in(bob).get("/earnings/").content.decode()
        hers = signed_in(eve).get("/earnings/tax/").content.decode()
        assert "€20.00" not in hers and "€0.00" in hers

    @pytest.mark.parametrize("year", ["2024", "2027", "x", "", "02026", "²⁰²⁶", "9" * 400, "2026\0"])
    def test_a_year_without_figures_is_no_page(self, bob, signed_in, monkeypatch, year):
        monkeypatch.setattr("django.utils.timezone.now", lambda: Q2)
        assert signed_in(bob).get("/earnings/tax/", {"year": year}).status_code == 404

    def test_visitors_are_asked_to_sign_in(self, client):
        assert "/accounts/login/" in client.get("/earnings/tax/").url

    def test_each_quarter_is_one_query(self, rich_alice, bob):
        charge(rich_alice, bob, 1_000, Q1)
        with CaptureQueriesContext(connection) as seen:
            quarters.of_year(expert=bob, year=2026)
        assert len(seen) == 4
