"""While it rings the room is fetched: an answer finds it there, and one that never comes leaves nothing behind."""

import pytest

from tests import cast
from tests.journeys.people import Person, talk

pytestmark = pytest.mark.prove

CAME_FROM = "() => performance.getEntriesByType('navigation')[0].deliveryType"
AHEAD = "navigational-prefetch"
RULES = "() => document.querySelectorAll('script[type=speculationrules]').length"


class ReadyRoomTests:
    def test_an_answer_leads_both_to_a_page_that_is_there_already(self, two_in_the_lobby):
        alice, bob = two_in_the_lobby()
        assert [alice.asks_the_page(CAME_FROM), bob.asks_the_page(CAME_FROM)] == [AHEAD, AHEAD]
        talk(alice, bob)

    def test_a_ring_that_is_declined_leaves_nothing_behind(self, signed_in_person):
        alice: Person = signed_in_person(cast.alice())
        bob: Person = signed_in_person(cast.bob())
        bob.goes_to("/me/")
        alice.rings(bob)
        for person in (alice, bob):
            person.waits_until(lambda person=person: person.asks_the_page(RULES) == 1, "the room to be fetched")
        bob.press("Decline")
        for person in (alice, bob):
            person.waits_until(lambda person=person: person.asks_the_page(RULES) == 0, "the room to be forgotten")
