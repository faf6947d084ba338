"""Nobody speaks: both are asked whether they are still there, and what was silence is not paid for."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.models import PaidPeriod
from tests import cast
from tests.journeys.people import talk
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove
ASKS_SOON = {"SILENCE_ASKS_S": "4", "STILL_THERE_S": "5"}


@pytest.fixture
def in_a_silent_paid_call(two_in_the_lobby):
    """Alice pays, and both are muted: the pretended microphones would beep."""
    give_promo(cast.alice(), 2_000, timezone.now())
    alice, bob = two_in_the_lobby()
    talk(alice, bob)
    for person in (alice, bob):
        person.page.keyboard.press("Control+d")
    bob.offers()
    alice.accepts()
    alice.meter_is("running")
    return alice, bob


@pytest.mark.parametrize("site", [ASKS_SOON], indirect=True)
class StillThereTests:
    def test_a_key_of_the_payer_lets_it_go_on_and_no_answer_ends_it(self, in_a_silent_paid_call):
        alice, bob = in_a_silent_paid_call
        question = alice.page.get_by_role("heading", name="Still there?")
        expect(question).to_be_visible()
        alice.page.keyboard.press("ArrowLeft")
        expect(question).not_to_be_visible()
        expect(question).to_be_visible()
        bob.press("I am here")
        bob.reads(re.compile("You are here. Waiting .* for Alice Martin"))
        for person in (alice, bob):
            person.meter_is("free")
        alice.reads(re.compile("Nobody spoke, and nobody said that they were still there."))
        period = PaidPeriod.objects.get()
        assert period.end_reason == "silent"
        assert period.ended_at == period.asked_at  # the expert was there

    def test_while_they_speak_nobody_is_asked(self, in_a_silent_paid_call):
        alice, bob = in_a_silent_paid_call
        bob.page.keyboard.press("Control+d")  # the beep is heard again
        alice.page.wait_for_timeout(8_000)
        alice.meter_is("running")
        expect(alice.page.get_by_role("heading", name="Still there?")).not_to_be_visible()
