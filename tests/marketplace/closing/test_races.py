"""Two workers, and a member who thinks better of it at that very moment: with threads, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from marketplace.closing import services as closing
from marketplace.closing.models import Closing
from payouts.refunds.models import Refund
from payouts.verify import faults
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import connect_bank, give_credit, make_available

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


class RaceTests:
    def test_asked_in_many_windows_it_is_one_and_each_sum_leaves_once(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        connect_bank(bob)
        give_credit(bob, 2_000, now)
        asked = at_once(*[lambda: closing.ask(member=cast.bob(), now=now).pk] * 8)
        assert len(set(asked)) == Closing.objects.count() == 1
        assert [row.amount_minor for row in Refund.objects.all()] == [2_000]
        assert [row.amount_minor for row in Withdrawal.objects.all()] == [700]
        assert faults() == []

    def test_many_workers_send_what_was_released_once(self, alice, bob, now):
        closing.ask(member=bob, now=now)
        make_available(bob, 700, now, payer=alice)
        connect_bank(bob)
        at_once(*[lambda: closing.sweep(now=now)] * 8)
        assert [row.amount_minor for row in Withdrawal.objects.all()] == [700]
        assert faults() == []

    def test_whoever_keeps_the_account_while_it_is_closed_has_it_or_has_not(self, bob, now):
        for _ in range(5):
            closing.ask(member=bob, now=now)
            kept, _ = at_once(lambda: closing.keep(member=cast.bob(), now=now), lambda: closing.sweep(now=now))
            bob.refresh_from_db()
            assert bob.is_active == kept
            assert bool(bob.profile.published_at) == kept or not kept
            bob.is_active = True
            bob.save(update_fields=["is_active"])
