"""An earning waits for a claim or a dispute, and is released once nothing holds it any more."""

from datetime import timedelta

import pytest

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import charge, give_credit, purse

pytestmark = pytest.mark.django_db

LONG_AFTER = timedelta(days=60)


@pytest.fixture
def earned(alice, bob, now):
    """Two charges of 10.00, so that one can wait while the other does not."""
    give_credit(alice, 2_000, now)
    for number in (1, 2):
        charge(alice, bob, 1_000, now, reference=f"period:{number}")


def release(now):
    return earnings.release_due(now=now + LONG_AFTER)


class WaitingTests:
    def test_only_that_earning_waits(self, bob, earned, now):
        earnings.wait(reference="period:1", reason="claim:1", now=now)
        assert release(now) == 1
        assert (purse(bob)["pending"], purse(bob)["available"]) == ("7.00", "7.00")

    def test_it_is_released_once_it_is_let_go(self, bob, earned, now):
        earnings.wait(reference="period:1", reason="claim:1", now=now)
        release(now)
        earnings.let_go(reference="period:1", reason="claim:1")
        assert release(now) == 1
        assert purse(bob)["available"] == "14.00"

    def test_several_reasons_hold_it_until_the_last_is_gone(self, bob, earned, now):
        earnings.wait(reference="period:1", reason="claim:1", now=now)
        earnings.wait(reference="period:1", reason="dispute:9", now=now)
        earnings.let_go(reference="period:1", reason="claim:1")
        release(now)
        assert purse(bob)["pending"] == "7.00"
        earnings.let_go(reference="period:1", reason="dispute:9")
        release(now)
        assert purse(bob)["pending"] == "0.00"

    def test_the_same_reason_twice_is_one(self, earned, now):
        for _ in range(2):
            earnings.wait(reference="period:1", reason="claim:1", now=now)
        assert Earning.objects.get(reference="period:1").waits == 1
        for _ in range(2):
            earnings.let_go(reference="period:1", reason="claim:1")
        assert Earning.objects.get(reference="period:1").waits == 0

    def test_what_is_released_cannot_wait(self, earned, now):
        release(now)
        with pytest.raises(earnings.AlreadyReleased):
            earnings.wait(reference="period:1", reason="claim:1", now=now)

    def test_a_reason_that_came_back_holds_again(self, bob, earned, now):
        earnings.wait(reference="period:1", reason="dispute:9", now=now)
        earnings.let_go(reference="period:1", reason="dispute:9")
        earnings.wait(reference="period:1", reason="dispute:9", now=now)
        release(now)
        assert purse(bob)["pending"] == "7.00"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_at_the_moment_of_release_it_waits_or_is_released_never_both(self, bob, earned, now):
        def either(number: int) -> None:
            if number % 2:
                release(now)
            else:
                earnings.wait(reference="period:1", reason=f"claim:{number}", now=now)

        ends = at_once(8, either)
        earning = Earning.objects.get(reference="period:1")
        waits = 4 - ends["AlreadyReleased"]
        assert earning.waits == waits
        assert (earning.released_at is None) == (waits > 0)

    def test_reasons_that_come_and_go_at_once_are_counted_right(self, earned, now):
        def come_and_go(number: int) -> None:
            earnings.wait(reference="period:1", reason=f"claim:{number}", now=now)
            if number % 2:
                earnings.let_go(reference="period:1", reason=f"claim:{number}")

        assert at_once(8, come_and_go) == {"done": 8}
        assert Earning.objects.get(reference="period:1").waits == 4
