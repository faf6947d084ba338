"""What an expert gives back after the release: from what is available, then as a debt that the next earnings pay first."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payouts.commission import split
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount
from payouts.verify import faults
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import capture, charge, connect_bank, eur, give_credit, purse

pytestmark = pytest.mark.django_db

LATER = timedelta(days=31)


def give_back(reference: str, minor: int, now, key: str = "refund:1"):
    return earnings.give_back(reference=reference, amount=eur(minor), key=key, now=now, even_if_released=True)


def commission_kept() -> int:
    return ledger.balance(accounts.commission(), "EUR").minor


@pytest.fixture
def released(alice, bob, now):
    """30.00 paid, 21.00 available."""
    give_credit(alice, 10_000, now)
    charge(alice, bob, 3_000, now, reference="period:1")
    earnings.release_due(now=now + LATER)


@pytest.fixture
def gone(bob, now, released):
    """The 21.00 are on their way to the bank."""
    connect_bank(bob)
    withdrawals.request(expert=bob, amount=eur(2_100), key="all-of-it-0123456789", now=now)


class AfterTheReleaseTests:
    def test_it_comes_from_what_is_available(self, alice, bob, released, now):
        give_back("period:1", 1_000, now)
        assert purse(alice)["credit"] == "80.00"
        assert purse(bob)["available"] == "14.00"
        assert (earnings.owed(expert=bob), commission_kept()) == (eur(0), 600)

    def test_what_is_not_there_becomes_a_debt(self, alice, bob, gone, now):
        give_back("period:1", 1_000, now)
        assert purse(alice)["credit"] == "80.00"
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(700))

    def test_the_next_earnings_pay_the_debt_first(self, alice, bob, gone, now):
        give_back("period:1", 1_000, now)
        charge(alice, bob, 600, now)
        charge(alice, bob, 600, now)
        earnings.release_due(now=now + LATER)
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("1.40", eur(0))

    def test_an_earning_below_the_debt_all_goes_into_it(self, alice, bob, gone, now):
        give_back("period:1", 3_000, now)
        charge(alice, bob, 1_000, now)
        earnings.release_due(now=now + LATER)
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(1_400))

    def test_a_withdrawal_that_comes_back_pays_the_debt_first(self, alice, bob, gone, now):
        give_back("period:1", 1_000, now)
        (gone_to_the_bank,) = withdrawals.of_expert(expert=bob)[:1]
        for _ in range(2):  # the answer may be heard twice
            withdrawals.transfer_refused(withdrawal_id=gone_to_the_bank.pk, code="account_closed", message="", now=now)
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("14.00", eur(0))

    def test_who_owes_has_nothing_available_beside_it(self, bob, gone, now, plants_an_error):
        give_back("period:1", 1_000, now)
        assert faults() == []
        one = accounts.expert_available(bob.pk)
        line = ledger.Line(accounts.stripe_available(), one, eur(100))
        ledger.post(key="planted", kind="planted", lines=[line], now=now)
        assert f"user:{bob.pk}: has available money, and is yet in debt by €7.00" in faults()

    def test_the_same_key_gives_back_once(self, alice, bob, gone, now):
        for _ in range(2):
            give_back("period:1", 1_000, now)
        assert earnings.owed(expert=bob) == eur(700)

    def test_never_more_than_the_price(self, bob, gone, now):
        give_back("period:1", 3_000, now)
        with pytest.raises(BadAmount):
            give_back("period:1", 1, now, key="refund:2")


class NoDecisionInTimeTests:
    def test_the_commission_goes_to_the_payer_and_the_expert_keeps_theirs(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        assert earnings.waive_commission(reference="period:1", key="claim:1:late", now=now) == eur(300)
        assert (purse(alice)["credit"], purse(bob)["pending"], commission_kept()) == ("3.00", "7.00", 0)

    def test_after_a_part_came_back_it_is_the_commission_on_the_rest(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        give_back("period:1", 500, now)
        assert earnings.waive_commission(reference="period:1", key="claim:1:late", now=now) == eur(150)
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("6.50", "3.50")

    def test_once(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        for _ in range(2):
            earnings.waive_commission(reference="period:1", key="claim:1:late", now=now)
        assert purse(alice)["credit"] == "3.00"

    def test_what_is_given_back_later_is_the_experts_alone(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        earnings.waive_commission(reference="period:1", key="claim:1:late", now=now)
        give_back("period:1", 700, now)
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("10.00", "0.00")
        with pytest.raises(BadAmount):
            give_back("period:1", 1, now, key="refund:2")

    def test_where_nothing_is_left_nothing_moves(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        give_back("period:1", 1_000, now)
        assert earnings.waive_commission(reference="period:1", key="claim:1:late", now=now) == eur(0)


@pytest.mark.again_in_prove
class AnyPartsTests:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        price=st.integers(1, 5_000),
        percent=st.sampled_from([0, 1, 15, 30, 33, 100]),
        cuts=st.lists(st.integers(0, 100), max_size=6),
        released_at=st.integers(0, 6),
        withdrawn=st.booleans(),
    )
    def test_any_sequence_of_parts_ends_where_one_would(self, db, price, percent, cuts, released_at, withdrawn):
        """Whatever comes when, before or after the release and the withdrawal: commission is of what is left, once."""
        with transaction.atomic():
            accounts.forget()
            alice, bob, now = cast.alice(), cast.bob(), cast.NOW
            give_credit(alice, price, now)
            wallet.hold(payer=alice, amount=eur(price), key="hold", reference="period:1", now=now)
            capture(alice, bob, price, now, reference="period:1", commission_percent=percent)
            left = price
            for number, cut in enumerate(cuts):
                if number == released_at:
                    release_and_withdraw(bob, now, withdrawn)
                if part := left * cut // 100:
                    give_back("period:1", part, now, key=f"refund:{number}")
                    left -= part
                assert (has_of_it(bob), commission_kept()) == tuple(split(left, percent))
                assert purse(alice)["credit"] == f"{(price - left) / 100:.2f}"
            assert faults() == []
            transaction.set_rollback(True)


def release_and_withdraw(bob, now, withdrawn: bool) -> None:
    earnings.release_due(now=now + LATER)
    available = earnings.summary(expert=bob).available
    if withdrawn and available >= eur(2_000):
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=available, key="all-of-it-0123456789", now=now)


def has_of_it(bob) -> int:
    """What the one earning is worth to the expert now, wherever it lies."""
    kept = earnings.summary(expert=bob)
    out = sum(row.amount_minor for row in withdrawals.of_expert(expert=bob))
    return kept.pending.minor + kept.available.minor + out - earnings.owed(expert=bob).minor


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_two_refunds_at_once_take_what_is_there_and_owe_the_rest(self, alice, bob, now):
        give_credit(alice, 10_000, now)
        for number in range(8):
            charge(alice, bob, 1_000, now, reference=f"period:{number}")
        earnings.release_due(now=now + LATER)
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(3_000), key="a-part-of-it-0123456", now=now)
        ends = at_once(8, lambda number: give_back(f"period:{number}", 1_000, now, key=f"refund:{number}"))
        assert ends == {"done": 8}
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(3_000))

    def test_many_releases_at_once_pay_a_debt_once(self, alice, bob, gone, now):
        give_back("period:1", 1_000, now)
        for _ in range(24):
            charge(alice, bob, 75, now)
        due = list(Earning.objects.filter(released_at=None).values_list("pk", flat=True))

        def release_one(number: int) -> None:
            earnings._release(due[number], now + LATER)

        assert at_once(24, release_one) == {"done": 24}
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("5.48", eur(0))

    def test_a_release_and_a_refund_at_once_owe_nothing_twice(self, alice, bob, gone, now):
        charge(alice, bob, 1_000, now, reference="period:2")

        def either(number: int) -> None:
            if number % 2:
                earnings.release_due(now=now + LATER)
            else:
                give_back("period:1", 500, now, key=f"refund:{number}")

        assert at_once(4, either) == {"done": 4}
        has = earnings.summary(expert=bob).available.minor - earnings.owed(expert=bob).minor
        assert has == 0


class BrokenTwinTests:
    def test_where_the_debt_is_not_paid_first_the_books_say_so(self, alice, bob, gone, now, plants_an_error):
        """The twin releases as before there were debts: the rule is what pays them, not luck."""
        give_back("period:1", 1_000, now)
        charge(alice, bob, 1_000, now)
        with patch("payouts.earnings.services.debts.lock", return_value=(eur(0), eur(0))):
            earnings.release_due(now=now + LATER)
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("7.00", eur(700))
        assert faults() == [f"user:{bob.pk}: has available money, and is yet in debt by €7.00"]
