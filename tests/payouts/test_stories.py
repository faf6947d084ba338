"""Worked examples: what people do with money here, and everyone's balance after each step."""

from datetime import date, timedelta

import pytest

from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from tests.payouts.purse import capture, connect_bank, eur, give_credit, purse

pytestmark = pytest.mark.django_db


@pytest.fixture
def has(alice, bob):
    """`has(alice, credit="8.40")`: exactly this, and nothing in the other places."""

    def check(member: User, **balances: str) -> None:
        assert purse(member) == {"credit": "0.00", "held": "0.00", "pending": "0.00", "available": "0.00", **balances}

    return check


@pytest.fixture
def platform():
    """`platform(commission="1.60", pending="18.40")`: what the platform's own accounts hold."""
    named = {
        "commission": accounts.commission(),
        "pending": accounts.stripe_pending(),
        "available": accounts.stripe_available(),
    }

    def check(**balances: str) -> None:
        for name, text in balances.items():
            assert f"{ledger.balance(named[name], 'EUR').minor / 100:.2f}" == text

    return check


def hold(payer, minor, now, number):
    key = f"period:1:hold:{number}"
    wallet.hold(payer=payer, amount=eur(minor), key=key, reference="period:1", now=now)


class CallStoryTests:
    def test_i_set_a_limit_of_15_euros_and_it_stopped_there(self, alice, bob, has, platform, now):
        give_credit(alice, 1_840, now)
        has(alice, credit="18.40")
        platform(pending="18.40", commission="0.00")

        hold(alice, 1_500, now, 1)
        has(alice, credit="3.40", held="15.00")

        capture(alice, bob, 1_500, now, reference="period:1")
        has(alice, credit="3.40")
        has(bob, pending="10.50")
        platform(pending="18.40", commission="4.50")

    def test_a_short_call_with_the_cap_raised_on_the_way(self, alice, bob, has, platform, now):
        give_credit(alice, 2_000, now)
        hold(alice, 400, now, 1)
        has(alice, credit="16.00", held="4.00")
        hold(alice, 600, now, 2)
        has(alice, credit="10.00", held="10.00")

        capture(alice, bob, 533, now, reference="period:1")  # 2 min 39.9 s at 2.00 per minute
        has(alice, credit="14.67")
        has(bob, pending="3.73")
        platform(commission="1.60")

    def test_a_countdown_that_was_called_off_costs_nothing(self, alice, bob, has, platform, now):
        give_credit(alice, 2_000, now)
        hold(alice, 2_000, now, 1)
        has(alice, held="20.00")
        capture(alice, bob, 0, now, reference="period:1")
        has(alice, credit="20.00")
        has(bob)
        platform(commission="0.00")

    def test_half_of_an_act_was_used(self, alice, bob, has, platform, now):
        give_credit(alice, 2_500, now)
        hold(alice, 2_500, now, 1)
        capture(alice, bob, 2_500, now, reference="period:1")
        has(alice)
        has(bob, pending="17.50")

        earnings.give_back(reference="period:1", amount=eur(1_233), key="period:1:unused", now=now)
        has(alice, credit="12.33")
        has(bob, pending="8.87")
        platform(commission="3.80")


class WithdrawalStoryTests:
    @pytest.fixture
    def earned(self, alice, bob, now):
        """Bob earned 35.00 from alice, and his bank is connected."""
        give_credit(alice, 5_000, now)
        hold(alice, 5_000, now, 1)
        capture(alice, bob, 5_000, now, reference="period:1")
        connect_bank(bob)

    def test_the_money_came_on_the_date_it_said(self, earned, bob, has, platform, now):
        has(bob, pending="35.00")
        day = earnings.waiting(expert=bob)[0].release_at.date()
        assert day == date(2026, 4, 1)
        earnings.release_due(now=now + timedelta(days=29))
        has(bob, pending="35.00")
        earnings.release_due(now=now + timedelta(days=30))
        has(bob, available="35.00")

        row = withdrawals.request(expert=bob, amount=eur(3_500), key="form", now=now)
        has(bob)
        withdrawals.transfer_made(withdrawal_id=row.pk, stripe_transfer="tr_1", now=now)
        platform(available="-35.00")
        withdrawals.payout_made(withdrawal_id=row.pk, stripe_payout="po_1", arrives_on=day, now=now)
        withdrawals.payout_paid(stripe_payout="po_1", now=now)
        has(bob)
        assert withdrawals.withdrawn(expert=bob) == eur(3_500)
        platform(pending="50.00", available="-35.00", commission="15.00")

    def test_the_bank_refused_and_not_a_cent_was_lost(self, earned, bob, has, platform, now):
        earnings.release_due(now=now + timedelta(days=30))
        row = withdrawals.request(expert=bob, amount=eur(2_000), key="form", now=now)
        has(bob, available="15.00")
        withdrawals.transfer_made(withdrawal_id=row.pk, stripe_transfer="tr_1", now=now)
        withdrawals.payout_made(withdrawal_id=row.pk, stripe_payout="po_1", arrives_on=now.date(), now=now)
        withdrawals.payout_failed(stripe_payout="po_1", code="no_account", message="No such account", now=now)
        has(bob, available="15.00")  # failed, coming back
        withdrawals.reversal_made(withdrawal_id=row.pk, stripe_reversal="trr_1", now=now)
        has(bob, available="35.00")
        platform(available="0.00")
