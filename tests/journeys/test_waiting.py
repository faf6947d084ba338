"""The waiting line: carol waits while alice talks, has her turn, talks; then bob calls somebody back who waits."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.journeys.people import talk

pytestmark = pytest.mark.prove


class WaitingTests:
    def test_carol_waits_has_her_turn_and_bob_calls_eve_back(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        carol, eve = signed_in_person(cast.member("Carol Waiter")), signed_in_person(cast.eve())
        bob.page.goto("/me/")
        alice.rings(bob)
        bob.answers()
        talk(alice, bob)

        for somebody, place in ((carol, "You are 1st in line."), (eve, "You are 2nd in line.")):
            somebody.page.goto(f"/experts/{bob.slug}/")
            somebody.page.get_by_label("Your question in one line").fill(f"{somebody.name} asks")
            somebody.press("Wait in line")
            somebody.reads(place)
            somebody.reads("How long it takes cannot be said: Bob Leroy has had too few calls.")
            expect(somebody.button("Leave the line")).to_be_focused()
        carol.page.goto("/")  # wherever she is, she is told

        alice.press("Hang up")
        turn = carol.page.get_by_role("dialog", name="Bob Leroy is free now")
        expect(turn).to_be_visible()
        expect(carol.page).to_have_title("Bob Leroy is free now")
        expect(turn.get_by_text(re.compile(r"your turn for \d+ s more"))).to_be_visible()
        alice.page.goto(f"/experts/{bob.slug}/")
        alice.press("Call now")
        alice.reads("Somebody who waited is first. You can wait in line too.")
        carol.page.keyboard.press("Escape")
        turn.get_by_role("button", name="Call now").click()
        expect(carol.page).to_have_url(re.compile(rf"/experts/{bob.slug}/$"))
        expect(carol.sees("call-state")).to_be_visible()
        eve.reads("You are 1st in line.")
        bob.reads("Carol Waiter asks")
        bob.answers()
        talk(carol, bob)

        # Bob is away for whoever rings, and calls back whom he chooses.
        carol.press("Hang up")
        dialog = eve.page.get_by_role("dialog", name="Bob Leroy is free now")
        expect(dialog).to_be_visible()
        bob.page.goto("/me/")
        bob.press("Set away")
        expect(dialog).not_to_be_visible()
        eve.reads("Bob Leroy is not free any more. You keep your place in line.")
        bob.reads("Eve Stranger asks")
        bob.press("Call back Eve Stranger")
        bob.reads("Ringing Eve Stranger")
        back = eve.page.get_by_role("dialog", name="Bob Leroy calls you back")
        expect(back).to_be_visible()
        eve.answers()
        talk(eve, bob)
        expect(bob.button("Go paid")).to_be_visible()
        expect(eve.button("Go paid")).not_to_be_visible()


class NotNowTests:
    @pytest.mark.parametrize("site", [{"TURN_S": "3"}], indirect=True)
    def test_who_lets_the_turn_pass_keeps_the_place_and_not_now_passes_it_on(self, site, signed_in_person):
        bob = signed_in_person(cast.bob())
        people = [signed_in_person(one) for one in (cast.alice(), cast.member("Carol Waiter"))]
        bob.page.goto("/me/")
        bob.press("Set away")
        for one in people:
            one.page.goto(f"/experts/{bob.slug}/")
            one.press("Tell me when free")
            one.reads("You will be told when Bob Leroy is free.")
        bob.reads("Waiting for you")  # without loading anew
        bob.press("Set available")
        alice, carol = people
        expect(alice.page.get_by_role("dialog", name="Bob Leroy is free now")).to_be_visible()
        alice.reads("Your turn to call Bob Leroy is over. You keep your place in line.")
        alice.reads("You are 1st in line.")
        carol.press("Not now")
        expect(carol.button("Leave the line")).not_to_be_visible()
        expect(carol.button("Call now")).to_be_visible()
