"""The bank changes, or is restricted, while its expert withdraws: before it or after it, never in between. PostgreSQL."""

from unittest.mock import patch

import pytest

from payouts.safety import services as safety
from payouts.stripe.answers import AccountState
from payouts.verify import faults
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import connect_bank, eur, make_available, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bank(alice, bob, now) -> BankConnection:
    make_available(bob, 10_000, now, payer=alice)
    return connect_bank(bob, bank_fingerprint="fp_old")


def says(bank: BankConnection, now, *, status: str = "active", fingerprint: str = "fp_old"):
    """Stripe's answer from now on."""
    state = AccountState(status, status, "TEST BANK", "6789", fingerprint)
    return patch("payouts.withdrawals.bank.gateway.retrieve_account", return_value=state)


def race(bank: BankConnection, now) -> dict:
    """Five withdrawals of 20.00 and three looks at Stripe's answer, at once."""

    def act(number: int) -> None:
        if number < 5:
            withdrawals.request(expert=bank.expert, amount=eur(2_000), key=f"form-{number}", now=now)
        else:
            withdrawals.refresh_bank(stripe_account=bank.stripe_account, now=now)

    return at_once(8, act)


class BankRaceTests:
    @pytest.mark.parametrize("round_", range(3))
    def test_another_bank_freezes_what_comes_after_it(self, bank, bob, now, round_):
        with says(bank, now, fingerprint="fp_new"):
            ends = race(bank, now)
        assert ends["done"] + ends["WithdrawalsFrozen"] == 8
        assert safety.frozen(member=bob, now=now).reason == "bank"
        self.assert_only_those_moved(bob, ends)

    @pytest.mark.parametrize("round_", range(3))
    def test_one_that_is_restricted_takes_no_more(self, bank, bob, now, round_):
        with says(bank, now, status="restricted"):
            ends = race(bank, now)
        assert ends["done"] + ends["BankNotReady"] == 8
        with pytest.raises(withdrawals.BankNotReady):
            withdrawals.request(expert=bob, amount=eur(2_000), key="later", now=now)
        self.assert_only_those_moved(bob, ends)

    def assert_only_those_moved(self, bob, ends) -> None:
        made = ends["done"] - 3
        assert (Withdrawal.objects.count(), purse(bob)["available"]) == (made, f"{100 - 20 * made:.2f}")
        assert faults() == []
