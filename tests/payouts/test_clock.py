from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from payouts import clock
from payouts.wallet import services as wallet
from tests.payouts.purse import eur, give_credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True


class ClockTests:
    def test_outside_the_demo_it_is_the_real_time(self):
        assert clock.now() - timezone.now() < timedelta(seconds=5)

    def test_the_demo_moves_it_forward_and_adds_up(self, demo):
        clock.advance(by=timedelta(days=14), is_anything_held=bool)
        clock.advance(by=timedelta(days=1), is_anything_held=bool)
        assert timedelta(days=15) <= clock.now() - timezone.now() + timedelta(seconds=5) < timedelta(days=15, minutes=1)

    @pytest.mark.parametrize("by", [timedelta(days=-1), timedelta()])
    def test_it_never_goes_back(self, demo, by):
        with pytest.raises(clock.ClockStands):
            clock.advance(by=by, is_anything_held=bool)

    def test_it_stands_while_credit_is_held(self, demo):
        with pytest.raises(clock.ClockStands):
            clock.advance(by=timedelta(days=1), is_anything_held=lambda: True)

    def test_holds_are_looked_for_in_the_transaction_that_moves(self, demo):
        depths = []
        clock.advance(by=timedelta(days=1), is_anything_held=lambda: depths.append(len(connection.savepoint_ids)))
        assert depths == [len(connection.savepoint_ids) + 1]

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_no_hold_begins_until_it_has_moved(self, demo, alice, now):
        give_credit(alice, 2_000, now)

        def hold_now() -> None:
            try:
                wallet.hold(payer=alice, amount=eur(500), key="k", reference="period:1", now=now)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                assert not wallet.is_anything_held()
                holding = other.submit(hold_now)
                with pytest.raises(TimeoutError):
                    holding.result(timeout=0.5)
            holding.result(timeout=30)
        assert wallet.is_anything_held()
        wallet.free(payer=alice, reference="period:1", key="f", now=now)

    def test_it_is_the_demos_alone(self, settings):
        settings.DEMO = False
        with pytest.raises(clock.ClockStands):
            clock.advance(by=timedelta(days=1), is_anything_held=bool)
