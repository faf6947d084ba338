"""Tax on a sale: a seam that is off, and what it does when a policy is set."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payouts.earnings import services as earnings
from payouts.earnings import taxing
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Account, Entry
from payouts.money import BadAmount, Money
from payouts.verify import faults
from tests import cast
from tests.payouts.purse import capture, charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db
POLICY = "tests.payouts.taxes.OnCommission"


@pytest.fixture
def rich_alice(alice, now):
    give_credit(alice, 100_000, now)
    return alice


@pytest.fixture
def taxed(settings) -> None:
    settings.TAX_POLICY = POLICY


def set_aside() -> int:
    payable, off = (ledger.balance(of(), "EUR").minor for of in (accounts.tax_payable, accounts.commission_tax))
    assert payable == off
    return payable


class OffTests:
    def test_not_a_row_nor_a_query_more(self, rich_alice, bob, now, monkeypatch):
        charge(rich_alice, bob, 1_000, now)  # once unseen, for what a first time alone does

        def queries() -> list[str]:
            with CaptureQueriesContext(connection) as seen:
                charge(rich_alice, bob, 1_000, now, reference="period:1")
                earnings.give_back(reference="period:1", amount=eur(300), key="back", now=now)
                earnings.waive_commission(reference="period:1", key="late", now=now)
            return [query["sql"] for query in seen]

        def undone() -> list[str]:
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                found = queries()
                assert not Entry.objects.filter(kind="tax").exists()
                assert not Account.objects.filter(kind__in=["tax_payable", "commission_tax"]).exists()
                1 / 0  # noqa: B018
            return found

        without_policy = undone()
        monkeypatch.setattr(taxing, "tax_on", lambda **sale: eur(0))
        monkeypatch.setattr(taxing, "post", lambda **change: None)
        assert len(undone()) == len(without_policy)


@pytest.mark.usefixtures("taxed")
class PolicyTests:
    def test_it_is_an_entry_of_its_own_and_nobody_pays_or_gets_another_sum(self, rich_alice, bob, now):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        assert purse(bob)["pending"] == "7.00"
        assert purse(rich_alice)["credit"] == "990.00"
        entry = Entry.objects.get(key="period:1:capture:tax")
        assert (entry.kind, entry.reference) == ("tax", "period:1")
        assert set_aside() == 63

    def test_captured_again_it_is_set_aside_once(self, rich_alice, bob, now):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        capture(rich_alice, bob, 1_000, now, reference="period:1")
        assert set_aside() == 63

    def test_what_goes_back_brings_its_part_of_the_tax_and_the_last_of_it_the_rest(self, rich_alice, bob, now):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        for key, minor, left in (("a", 333, 42), ("a", 333, 42), ("b", 333, 21), ("c", 334, 0)):
            earnings.give_back(reference="period:1", amount=eur(minor), key=key, now=now)
            assert set_aside() == left

    def test_it_goes_back_by_what_was_captured_also_when_the_policy_is_gone(self, rich_alice, bob, now, settings):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        settings.TAX_POLICY = "payouts.earnings.taxing.NoTax"
        earnings.give_back(reference="period:1", amount=eur(500), key="back", now=now)
        assert set_aside() == 31

    def test_a_waived_commission_has_no_tax(self, rich_alice, bob, now):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        earnings.waive_commission(reference="period:1", key="late", now=now)
        assert set_aside() == 0

    def test_a_tip_has_no_commission_and_no_tax(self, rich_alice, bob, now):
        words = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Tip", "link": ""}
        earnings.tip(payer=rich_alice, expert=bob, amount=eur(500), now=now, **words)
        assert set_aside() == 0

    @pytest.mark.parametrize("tax", [eur(301), eur(-1), Money(1, "USD")])
    def test_a_policy_that_asks_for_more_than_there_is_moves_nothing(self, rich_alice, bob, now, monkeypatch, tax):
        class Greedy:
            def at_capture(self, **sale) -> Money:
                return tax

        monkeypatch.setattr(taxing, "policy", Greedy)
        with pytest.raises(BadAmount), transaction.atomic():
            charge(rich_alice, bob, 1_000, now, reference="period:1")
        assert not Earning.objects.exists()
        assert purse(rich_alice)["credit"] == "1000.00"

    def test_a_sum_that_is_wrong_is_found(self, rich_alice, bob, now, plants_an_error):
        charge(rich_alice, bob, 1_000, now, reference="period:1")
        Earning.objects.update(tax_minor=62)
        assert faults() == ["tax_payable: the tax set aside differs from the earnings' by €0.01"]


moves = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(1, 900)), max_size=6)


@pytest.mark.prove
@pytest.mark.usefixtures("taxed")
class PropertyTests:
    @settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(price=st.integers(1, 3_000), moves=moves)
    def test_however_parts_move_and_go_back_the_tax_stays_a_part_of_the_commission(self, price, moves):
        with transaction.atomic():
            accounts.forget()
            alice, bob, now = cast.alice(), cast.bob(), cast.NOW
            give_credit(alice, price, now)
            charge(alice, bob, price, now, reference="period:0")
            whole, references = set_aside(), ["period:0"]
            for number, (is_move, which, minor) in enumerate(moves):
                reference = references[which % len(references)]
                amount = min(earnings.left(reference=reference), eur(minor))
                if amount and is_move:
                    to, words = f"stored:{number}", {"label": "", "link": "", "release_from": now, "now": now}
                    earnings.move_part(reference=reference, to=to, amount=amount, key=to, **words)
                    references.append(to)
                elif amount:
                    earnings.give_back(reference=reference, amount=amount, key=f"back:{number}", now=now)
                assert faults() == []
            left = sum(earnings.left(reference=reference).minor for reference in references)
            assert abs(set_aside() - whole * left / price) <= 2 * len(references)  # a rounding or two for each part
            transaction.set_rollback(True)
