"""What a screen reader says in a call: each thing that happens once, and nothing else."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import cast
from tests.journeys.listening import Listener
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove

IN_USE = """() => {
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotReadableError"); };
}"""
LOST = "The sound from Bob Leroy does not arrive. Trying again; no paid time counts meanwhile."


class AnnouncementTests:
    def test_who_listens_is_told_each_thing_once(self, two_in_the_lobby):
        give_promo(cast.alice(), 2_000, timezone.now())
        alice, bob = two_in_the_lobby()
        hers, his = Listener(alice), Listener(bob)

        alice.joins()
        bob.joins()
        hers.hears("Connecting you to Bob Leroy.", "connected")
        his.hears("Connecting you to Alice Martin.", "connected")

        bob.opens("Raise hand")
        hers.hears("Bob Leroy raises a hand.")
        bob.opens("Lower hand")

        keyboard = alice.page.keyboard
        keyboard.press("Control+d")
        hers.hears("Muted.")
        keyboard.down("v")
        hers.hears("You are heard while you hold the key.")
        keyboard.up("v")
        keyboard.press("Control+d")
        hers.hears("Your microphone is on.")
        keyboard.press("Control+e")
        hers.hears("Your camera is on.")
        keyboard.press("Control+e")
        hers.hears("Your camera is off.")

        bob.offers()
        # What has the focus is read: announced as well, it would be heard twice.
        expect(alice.page.get_by_role("heading", name="asks to switch this call to paid")).to_be_focused()
        alice.accepts()
        for listener in (hers, his):
            listener.hears("Paid time starts in 1 seconds.", "Paid time runs.")

        bob.loses_the_microphone()
        hers.hears(LOST, "Stopped. No paid time counts.")
        bob.finds_the_microphone()
        hers.hears("connected", "Paid time runs.")

        bob.press("Hang up")
        cost = alice.page.locator("#over-paid")
        expect(cost).to_be_visible()
        hers.hears("The call has ended.", cost.inner_text())
        alice.waits(2_000)
        hers.hears()

    def test_a_device_that_cannot_be_had_is_told_aloud_too(self, two_in_the_lobby):
        alice, bob = two_in_the_lobby()
        hers = Listener(alice)
        alice.joins()
        bob.joins()
        hers.hears("Connecting you to Bob Leroy.", "connected")
        alice.page.evaluate(IN_USE)
        alice.page.keyboard.press("Control+e")
        hers.hears("Another program uses the camera. Close it, then try again.")
        alice.waits(2_000)
        hers.hears()
