from datetime import timedelta

import pytest
from django.utils import timezone

from payouts import clock

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

    def test_it_is_the_demos_alone(self, settings):
        settings.DEMO = False
        with pytest.raises(clock.ClockStands):
            clock.advance(by=timedelta(days=1), is_anything_held=bool)
