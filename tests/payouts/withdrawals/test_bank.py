"""What Stripe says of a bank account: the answer to the latest question is the one that stays."""

from unittest.mock import patch

import pytest

from payouts.stripe.answers import AccountState
from payouts.withdrawals import services as withdrawals
from tests.payouts.purse import connect_bank

pytestmark = pytest.mark.django_db


def state(status: str) -> AccountState:
    return AccountState(status, status, bank_name="TEST BANK", bank_last4="6789", bank_fingerprint="fp_1")


def refresh(bank, now):
    return withdrawals.refresh_bank(stripe_account=bank.stripe_account, now=now)


class RefreshTests:
    def test_an_older_answer_that_comes_late_changes_nothing(self, bob, now):
        bank = connect_bank(bob, transfers_status="pending")

        def overtaken(_account: str) -> AccountState:
            with patch("payouts.stripe.gateway.retrieve_account", return_value=state("active")):
                refresh(bank, now)
            return state("restricted")

        with patch("payouts.stripe.gateway.retrieve_account", side_effect=overtaken):
            assert refresh(bank, now).is_ready

    def test_later_answers_are_kept(self, bob, now):
        bank = connect_bank(bob)
        for said in ("restricted", "active", "restricted"):
            with patch("payouts.stripe.gateway.retrieve_account", return_value=state(said)):
                assert refresh(bank, now).transfers_status == said
