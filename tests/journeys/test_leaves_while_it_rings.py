"""Who rings may read on: the ring goes with them, and an answer finds them."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.journeys.people import A_ROOM, Person, talk

pytestmark = pytest.mark.prove


@pytest.fixture
def reading_on(signed_in_person) -> tuple[Person, Person]:
    """Alice rings bob, and went on to the directory."""
    alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
    bob.goes_to("/me/")
    alice.rings(bob)
    alice.follows("Ringwise")
    alice.reads("Ringing Bob Leroy")
    return alice, bob


class ElsewhereTests:
    def test_an_answer_leads_to_the_room_and_who_leaves_that_is_not_led_back(self, reading_on):
        alice, bob = reading_on
        bob.answers()
        alice.is_at(A_ROOM)
        expect(alice.button("Join")).to_be_visible()
        alice.follows("Ringwise")
        alice.reads("Bob Leroy answered and waits for you.")
        alice.follows("Back to the call")
        talk(alice, bob)

    def test_the_ring_can_be_cancelled_from_there(self, reading_on):
        alice, bob = reading_on
        alice.press("Cancel call")
        alice.reads(re.compile("You cancelled the call"))
        expect(bob.button("Answer")).not_to_be_visible()
