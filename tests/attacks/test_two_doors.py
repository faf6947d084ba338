"""The same money asked for at every door at the same moment: pages, sockets' services and the worker. PostgreSQL."""

from collections import Counter
from contextlib import contextmanager
from time import sleep
from unittest.mock import patch

import pytest
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone

from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning, Tip
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.refunds.models import Refund
from payouts.verify import faults
from payouts.wallet import limits, lots
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.ledger.test_races import THE_LOOK, at_once, without
from tests.payouts.purse import charge, connect_bank, eur, give_credit, make_available, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIP = {"group": "listing:5", "label": "Tip", "link": "/calls/1/"}


@contextmanager
def without_locks(table: type[Model]):
    """A broken twin in which nobody locks a row before looking, and everybody takes their time before they write."""
    plain = table.save

    def slowly(row, **how):
        sleep(0.3)
        plain(row, **how)

    unlocked = patch.object(QuerySet, "select_for_update", lambda rows, **_how: rows)
    with unlocked, patch.object(table, "save", slowly):
        yield


class CreditTests:
    """10.00 of credit: held for a call, tipped, sent back to the card on the page, and expired by nobody."""

    def spend_everywhere(self, alice, bob, now, signed_in) -> Counter:
        give_credit(alice, 1_000, now)
        clients = [signed_in(alice) for _ in range(4)]
        for client in clients:
            cast.has_just_typed_the_password(client, alice)

        def at_a_door(number: int) -> None:
            door, name = number % 4, f"a-form-of-the-page-{number}"
            if door == 0:
                wallet.hold(payer=alice, amount=eur(300), key=name, reference=f"period:{number}", now=now)
            elif door == 1:
                earnings.tip(payer=alice, expert=bob, amount=eur(300), about=f"call:{number}", key=name, now=now, **TIP)
            elif door == 2:
                clients[number // 4].post("/wallet/refund/", {"amount": "3", "token": name})
            else:
                charge(alice, bob, 300, now, reference=f"period:{number}")

        return at_once(16, at_a_door)

    def spent(self, alice) -> int:
        refunded = sum(row.amount_minor for row in Refund.objects.all())
        held = ledger.balance(accounts.caller_hold(alice.pk), "EUR").minor
        gone = sum(row.price_minor for row in Earning.objects.all())
        return refunded + held + gone

    def test_never_more_than_there_is(self, alice, bob, now, signed_in):
        self.spend_everywhere(alice, bob, now, signed_in)
        assert (self.spent(alice), purse(alice)["credit"], faults()) == (900, "1.00", [])

    def test_without_the_look_all_of_them_spend_it(self, alice, bob, now, signed_in):
        """The broken twin."""
        with without(THE_LOOK):
            self.spend_everywhere(alice, bob, now, signed_in)
            assert self.spent(alice) > 1_000
            assert purse(alice)["credit"].startswith("-")


class EarningsTests:
    """50.00 available: withdrawn from two pages and by a service, while the worker takes what was given back."""

    @pytest.fixture
    def rich_bob(self, alice, bob, now):
        make_available(bob, 5_000, now, payer=alice)
        connect_bank(bob)
        return bob

    def withdraw_everywhere(self, bob, now, proven) -> Counter:
        cast.second_factor(bob)
        pages = [page_of(proven, bob) for _ in range(4)]

        def at_a_door(number: int) -> None:
            name = f"a-form-of-the-page-{number}"
            if number < 4:
                pages[number].post("/earnings/withdraw/", {"amount": "30", "token": name})
            else:
                withdrawals.request(expert=bob, amount=eur(3_000), key=name, now=now)

        return at_once(8, at_a_door)

    def test_never_more_than_there_is(self, rich_bob, now, signed_in):
        self.withdraw_everywhere(rich_bob, now, signed_in)
        assert (Withdrawal.objects.count(), purse(rich_bob)["available"], faults()) == (1, "20.00", [])

    def test_without_the_look_it_leaves_several_times(self, rich_bob, now, signed_in):
        """The broken twin."""
        with without(THE_LOOK):
            self.withdraw_everywhere(rich_bob, now, signed_in)
            assert Withdrawal.objects.count() > 1
            assert purse(rich_bob)["available"].startswith("-")


def page_of(signed_in, member) -> Client:
    client = signed_in(member)
    cast.has_just_typed_the_password(client, member)
    return client


class TipTests:
    """20.00 may be tipped for a call, and 8 pages send 7.00 each."""

    def tip_everywhere(self, alice, bob, now) -> Counter:
        give_credit(alice, 10_000, now)
        tip = {"payer": alice, "expert": bob, "about": "call:1", "now": now, **TIP}
        return at_once(8, lambda number: earnings.tip(amount=eur(700), key=f"token-{number}", **tip))

    def test_never_more_than_the_limit(self, alice, bob, now):
        assert self.tip_everywhere(alice, bob, now) == {"done": 2, "TipLimit": 6}

    def test_without_the_lock_it_is_passed(self, alice, bob, now):
        """The broken twin."""
        with without_locks(Tip):
            assert self.tip_everywhere(alice, bob, now)["done"] > 2


class TopUpTests:
    """500.00 may lie here: forms sent at once, from pages and without, never open more than the hard limit allows."""

    @pytest.fixture
    def now(self):
        return timezone.now()  # of the pages

    def start_everywhere(self, alice, now, signed_in) -> int:
        pages = [signed_in(alice) for _ in range(4)]

        def at_a_door(number: int) -> None:
            if number < 4:
                pages[number].post("/wallet/top-up/", {"amount": "500"})
            else:
                wallet.start_top_up(member=alice, amount=eur(50_000), return_path="/wallet/", now=now)

        at_once(10, at_a_door)
        return sum(row.amount_minor for row in limits.open_top_ups(alice, now))

    def test_never_more_than_the_hard_limit(self, alice, now, signed_in, settings):
        settings.TOP_UPS_PER_HOUR = 100
        assert 0 < self.start_everywhere(alice, now, signed_in) <= settings.CREDIT_MINOR_HARD_MAX

    def test_without_the_lock_it_is_passed(self, alice, now, signed_in, settings):
        """The broken twin."""
        settings.TOP_UPS_PER_HOUR = 100
        with without_locks(TopUp):
            assert self.start_everywhere(alice, now, signed_in) > settings.CREDIT_MINOR_HARD_MAX


class GiveBackTests:
    """10.00 were charged: the expert gives 6.00 back from several pages, while the worker corrects the period by 6.00."""

    def give_back_everywhere(self, alice, bob, now) -> Counter:
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")

        def at_a_door(number: int) -> None:
            if number % 2:
                words = {"expert": bob, "reference": "period:1", "amount": eur(600), "now": now}
                claims.refund(key=f"a-form-of-the-page-{number}", **words)
            else:
                earnings.give_back(reference="period:1", amount=eur(600), key=f"corrected:{number}", now=now)

        return at_once(6, at_a_door)

    def test_never_more_than_was_charged(self, alice, bob, now):
        assert self.give_back_everywhere(alice, bob, now) == {"done": 1, "BadAmount": 5}
        assert (purse(alice)["credit"], purse(bob)["pending"], faults()) == ("6.00", "2.80", [])

    def test_without_the_lock_it_is_more(self, alice, bob, now):
        """The broken twin, in which the lots of credit do not look either."""
        with without_locks(Earning), patch.object(lots, "restore", lambda *, amount, **_: (amount, eur(0))):
            ends = self.give_back_everywhere(alice, bob, now)
            assert ends["done"] > 1, ends
