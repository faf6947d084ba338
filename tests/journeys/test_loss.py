"""Two machines with a bad line between them: the call goes on, and the meter runs only while sound arrives at both."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.billing import subtract, total_ms
from calls.metering.models import PaidPeriod, Stop
from calls.rooms.models import Call
from tests import cast
from tests.journeys.evidence import A_REPORT_MS, MARGIN_MS, both_heard, heard_by, lost_to, time_of, watch
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove

A_SEVENTH = 0.15
SOUND_ALONE_KBIT = 90
BACK_MS = 60_000  # the line must have been good for a while
SILENT_MS = 3_000  # from the stop on, so more of it altogether


def period() -> PaidPeriod:
    return PaidPeriod.objects.get()


@pytest.fixture
def paying_from_afar(talking_from_afar):
    alice, bob = talking_from_afar
    give_promo(cast.alice(), 2_000, timezone.now())
    bob.offers()
    alice.accepts()
    alice.meter_is("running")
    watch(alice, bob)
    return alice, bob


class LossTests:
    def test_the_call_goes_on_and_no_second_is_billed_in_which_nothing_came(self, machines, paying_from_afar):
        alice, bob = paying_from_afar
        for machine in machines:
            machine.lose(A_SEVENTH)
        alice.page.wait_for_timeout(15_000)
        for person in (alice, bob):
            assert 0.05 < lost_to(person) < 0.3
            person.is_connected()
            person.hears()
        assert Call.objects.get().state == "live"
        assert not Stop.objects.exists()
        assert period().state == "running"

        for machine in machines:
            machine.lose(1)
        alice.waits_until(lambda: period().state == "stopped", "the meter stands still")
        assert list(Stop.objects.values_list("reason", flat=True)) == ["loss"]
        alice.page.wait_for_timeout(SILENT_MS)
        for machine in machines:
            machine.lose(A_SEVENTH)
        alice.waits_until(lambda: period().state == "running", "it runs again by itself")
        for person in (alice, bob):
            person.meter_is("running")
            person.hears()
        bob.press("Back to free")
        for person in (alice, bob):
            person.meter_is("free")

        ended = period()
        theirs = time_of(ended)
        both = both_heard(heard_by(alice), heard_by(bob), theirs)
        silent = total_ms(subtract([theirs], both))
        assert silent > SILENT_MS  # there was a loss
        assert timedelta(seconds=15) < timedelta(milliseconds=ended.billable_ms)
        assert ended.billable_ms <= total_ms(both) + A_REPORT_MS + MARGIN_MS


class NarrowTests:
    def test_the_camera_rests_while_there_is_room_for_the_sound_alone_and_the_meter_runs_on(
        self, machines, paying_from_afar
    ):
        alice, bob = paying_from_afar
        alice.press("Camera on")
        bob.sees_a_picture()

        machines[0].narrow(SOUND_ALONE_KBIT)
        alice.reads("There is room for the sound alone, so your camera rests. It comes back by itself.")
        line = alice.page.locator("#quality-text")
        expect(line).to_contain_text("your camera rests")
        bob.reads("Alice Martin has the camera off")
        for person in (alice, bob):
            person.is_connected()
            person.hears()
            person.meter_is("running")
        # Until the camera rests it takes all the room, and her reports may wait behind it: that stands still, and costs nothing.
        stops = Stop.objects.count()
        assert stops <= 1
        cost = alice.sum("meter-cost")
        alice.waits_until(lambda: alice.sum("meter-cost") > cost, "more to pay")

        machines[0].narrow(0)
        expect(line).to_have_text("good connection", timeout=BACK_MS)
        bob.sees_a_picture()
        assert Stop.objects.count() == stops
