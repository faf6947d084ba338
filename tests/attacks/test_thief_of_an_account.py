"""A thief in somebody's account changes the bank, the address or the second factor first, and withdraws at once."""

import re
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import mail as sent
from django.test import Client
from django.utils import timezone

from marketplace.accounts import changes
from marketplace.accounts.models import User
from payouts.mail import services as mail
from payouts.outbox import services as outbox
from payouts.safety import freezes
from payouts.safety import services as safety
from payouts.stripe.answers import AccountState
from payouts.withdrawals import services
from payouts.withdrawals.models import Withdrawal
from tests.payouts.purse import connect_bank, make_available

pytestmark = pytest.mark.django_db(transaction=True)  # allauth tells of a change once it is committed
Change = Callable[[Client, User], None]


@pytest.fixture(autouse=True)
def no_rate_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def rich_bob(alice, bob) -> User:
    make_available(bob, 5_000, timezone.now() - timedelta(days=60), payer=alice)
    connect_bank(bob, bank_fingerprint="fp_old")
    return bob


def the_bank(_thief: Client, bob: User) -> None:
    state = AccountState("active", "active", "TEST BANK", "6789", "fp_new")
    with patch("payouts.stripe.gateway.retrieve_account", return_value=state):
        services.refresh_bank(stripe_account=f"acct_{bob.pk}", now=timezone.now())


def the_address(thief: Client, _bob: User) -> None:
    thief.post("/accounts/email/", {"email": "thief@example.test", "action_add": ""})
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", sent.outbox[-1].body, re.MULTILINE)[1]
    thief.post("/accounts/confirm-email/", {"code": code})


def the_factor(thief: Client, _bob: User) -> None:
    thief.post("/accounts/2fa/recovery-codes/generate/")
    thief.post("/accounts/2fa/recovery-codes/generate/")


every_change = pytest.mark.parametrize("change", [the_bank, the_address, the_factor])


def withdraw_after(change: Change, thief: Client, bob: User) -> bool:
    change(thief, bob)
    thief.post("/earnings/withdraw/", {"amount": "20", "token": "a-token-of-the-form-1"})
    return Withdrawal.objects.exists()


def told() -> set[str]:
    """Who hears that withdrawals wait."""
    outbox.work(handlers={mail.ACTION: mail.send}, now=timezone.now() + timedelta(minutes=1))
    return {address for one in sent.outbox if "withdrawals wait" in one.body for address in one.to}


class WaitTests:
    @every_change
    def test_withdrawals_wait(self, rich_bob, proven, change):
        assert not withdraw_after(change, proven(rich_bob), rich_bob)

    @every_change
    def test_for_72_hours(self, rich_bob, proven, change):
        change(proven(rich_bob), rich_bob)
        begun = rich_bob.freezes.latest("pk").begun_at
        assert safety.frozen(member=rich_bob, now=begun + timedelta(hours=71, minutes=59))
        assert not safety.frozen(member=rich_bob, now=begun + timedelta(hours=72, minutes=1))

    @every_change
    def test_where_a_change_freezes_nothing_the_money_leaves(self, rich_bob, proven, change):
        """The broken twin."""
        with patch.object(safety, "freeze"):
            assert withdraw_after(change, proven(rich_bob), rich_bob)


class NoticeTests:
    """The thief reads the new address, and nobody the old one, if it is not written to."""

    def test_the_old_address_hears_of_it(self, rich_bob, proven):
        the_address(proven(rich_bob), rich_bob)
        assert told() == {"bob@example.test"}

    def test_told_at_the_address_of_the_account_only_the_thief_hears_of_it(self, rich_bob, proven):
        """The broken twin."""

        def careless(*, notify: str, **what) -> None:
            freezes.freeze(**what)

        with patch.object(changes.safety, "freeze", careless):
            the_address(proven(rich_bob), rich_bob)
        assert told() == {"thief@example.test"}
