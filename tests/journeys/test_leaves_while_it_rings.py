"""Who rings may read on: the ring goes with them, and an answer finds them."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.journeys.people import A_ROOM, Person, talk

pytestmark = pytest.mark.prove


class ElsewhereTests:
    def test_a_caller_who_went_on_to_the_directory_comes_to_the_room_when_bob_answers(self, signed_in_person):
        alice: Person = signed_in_person(cast.alice())
        bob: Person = signed_in_person(cast.bob())
        bob.goes_to("/me/")
        alice.rings(bob)
        alice.follows("Ringwise")
        alice.reads("Ringing Bob Leroy")
        bob.answers()
        alice.is_at(A_ROOM)
        talk(alice, bob)

    def test_and_can_cancel_it_from_there(self, signed_in_person):
        alice: Person = signed_in_person(cast.alice())
        bob: Person = signed_in_person(cast.bob())
        bob.goes_to("/me/")
        alice.rings(bob)
        alice.follows("Ringwise")
        alice.press("Cancel call")
        alice.reads(re.compile("You cancelled the call"))
        expect(bob.button("Answer")).not_to_be_visible()
