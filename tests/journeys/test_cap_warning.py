"""The last two minutes that the cap allows are told to both."""

import pytest
from django.utils import timezone

from tests import cast
from tests.journeys.people import talk
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove

TWO_MINUTES_MINOR = 405  # at 2.00 a minute: a second and a half more


class CapWarningTests:
    def test_both_are_warned_two_minutes_before_the_cap(self, two_in_the_lobby):
        give_promo(cast.alice(), TWO_MINUTES_MINOR, timezone.now())
        alice, bob = two_in_the_lobby()
        talk(alice, bob)
        bob.offers(rate="2")
        alice.accepts()
        for person in (alice, bob):
            person.meter_is("running")
        for person in (alice, bob):
            person.reads("2 minutes of paid time left. Then the call goes back to free.")
