"""Firefox and Chromium, in both roles: two browsers that were written apart agree on all that a paid call needs."""

import os
import re

import pytest
from django.utils import timezone

from calls.metering.models import PaidPeriod
from payouts.wallet import services as wallet
from tests import cast
from tests.journeys.firefox import PersonInFirefox
from tests.journeys.people import Person, talk
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove
NO_MICROPHONE = """if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", "NotAllowedError");
};"""

# Without a display Firefox has no screen to choose from, nor one to pretend as its camera is.
A_SCREEN = """if (navigator.mediaDevices) navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const paint = canvas.getContext("2d");
    setInterval(() => {
        paint.fillStyle = `hsl(${performance.now() / 10}deg 80% 50%)`;
        paint.fillRect(0, 0, 640, 360);
    }, 100);
    return canvas.captureStream(10);
};"""
SEES_A_SCREEN = """() => {
    const screen = document.getElementById("remote-screen");
    return !screen.hidden && screen.videoWidth > 0 && screen.currentTime > 0;
}"""


@pytest.fixture(params=["alice in Firefox", "bob in Firefox"])
def people(request, signed_in_person, signed_in_person_in_firefox) -> tuple[Person, Person]:
    """Bob is the impolite one: his description wins where both describe at once."""
    give_promo(cast.alice(), 2_000, timezone.now())
    if request.param == "alice in Firefox":
        return signed_in_person_in_firefox(cast.alice()), signed_in_person(cast.bob())
    return signed_in_person(cast.alice()), signed_in_person_in_firefox(cast.bob())


@pytest.fixture
def talking(people) -> tuple[Person, Person]:
    they_talk(*people)
    return people


class FirefoxAndChromiumTests:
    def test_they_see_and_hear_and_write_to_each_other(self, talking):
        alice, bob = talking
        for person in talking:
            person.press("Camera on")
        for person in talking:
            person.hears()
            person.sees_a_picture()
        alice.press("Chat")
        alice.writes("Your message", "The form is at https://example.org/form")
        alice.press("Send")
        bob.press("Chat, 1 new")
        bob.reads("The form is at https://example.org/form")
        bob.writes("Your message", "Thank you")
        bob.press("Send")
        alice.reads("Thank you")

    def test_a_file_arrives_whole_either_way(self, talking, tmp_path):
        file = tmp_path / "letters.zip"  # a browser may show a PDF in place of saving it
        file.write_bytes(os.urandom(3_000_000))
        for person in talking:
            person.press("Chat")
        for giver, taker in (talking, talking[::-1]):
            giver.sends(file)
            assert taker.receives().read_bytes() == file.read_bytes()

    def test_a_screen_is_shown_either_way(self, people):
        for person in people:
            if isinstance(person, PersonInFirefox):
                person.window.before_each_page(A_SCREEN)
        they_talk(*people)
        for shower, viewer in (people, people[::-1]):
            shower.press("Share screen")
            viewer.waits_until(lambda who=viewer: who.asks_the_page(SEES_A_SCREEN), "a shared screen")
            shower.press("Stop sharing")
            viewer.waits_until(lambda who=viewer: not who.asks_the_page(SEES_A_SCREEN), "no screen any more")

    def test_of_who_is_muted_or_has_no_microphone_packets_come_all_the_same(self, people):
        """Packets are what is billed."""
        alice, bob = people
        alice.window.before_each_page(NO_MICROPHONE)
        they_talk(alice, bob)
        bob.press("Mute")
        bob.reads("Unmute")
        for person in people:
            person.hears()

    def test_they_see_the_same_security_code(self, talking):
        alice, bob = talking
        assert alice.security_code() == bob.security_code()

    def test_a_paid_period_is_billed_and_both_have_the_receipt(self, talking):
        alice, bob = talking
        goes_paid(alice, bob)
        alice.press("Hang up")
        for person in talking:
            person.follows("See the receipt")
            person.is_at(re.compile(r"/calls/\d+/$"))
        period = PaidPeriod.objects.get()
        assert period.end_reason == "hung_up"
        # Where a browser fell silent just before the end, as on a busy machine, a part of it went back at once.
        kept = period.amount_minor - period.given_back_minor
        assert kept == 200 * max(0, period.billable_ms - period.free_ms) // 60_000
        assert period.amount_minor > 0
        assert wallet.credit(member=cast.alice()).minor == 2_000 - kept
        for person in talking:
            person.reads(f"€{kept / 100:.2f}")

    def test_who_loads_the_page_anew_has_the_seat_again_and_the_meter_goes_on(self, talking):
        alice, bob = talking
        goes_paid(alice, bob)
        for person in talking:
            person.loads_the_page_anew()
            person.press("Join")
            for somebody in talking:
                somebody.is_connected()
                somebody.hears()
                somebody.meter_is("running")
        assert alice.security_code() == bob.security_code()


def they_talk(alice: Person, bob: Person) -> None:
    bob.goes_to("/me/")
    alice.rings(bob)
    bob.answers()
    talk(alice, bob)


def goes_paid(alice: Person, bob: Person) -> None:
    bob.offers()
    alice.accepts()
    for person in (alice, bob):
        person.meter_is("running")
        person.waits_until(lambda who=person: who.sum("meter-cost") > 0, "a cost on the meter")
        person.hears()
