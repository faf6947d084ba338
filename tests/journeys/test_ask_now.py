"""*Ask now* by keyboard: it rings at two experts, one answers, and the other reads so. And what an expert chooses from the menu
is seen on the cards without loading anew."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.journeys.people import A_ROOM, talk

pytestmark = pytest.mark.prove


class AskNowTests:
    def test_the_first_to_answer_has_the_call(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        zoe = signed_in_person(cast.expert("Zoe Second"))
        for expert in (bob, zoe):
            expert.goes_to("/me/")
            expert.shows("presence", "free now")

        alice.goes_to("/")
        summary = alice.page.locator("#ask-now > summary")
        summary.focus()
        alice.page.keyboard.press("Enter")
        alice.page.get_by_label("Your question in one line").fill("Does my lease end with the year?")
        expect(alice.button("Ask now")).to_be_enabled()
        alice.page.keyboard.press("Enter")
        alice.shows("ask-state", "It rings at 2 experts of Money and taxes.")
        expect(alice.sees("ask-state")).to_be_focused()
        for expert in (bob, zoe):
            expert.reads("Does my lease end with the year?")

        bob.answers()
        zoe.reads("Another expert answered Alice Martin first.")
        expect(zoe.page.locator("#ring-dialog")).not_to_be_visible()
        alice.is_at(A_ROOM)
        talk(alice, bob)

    def test_where_nobody_answers_it_leads_to_those_for_whom_one_can_wait(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        bob.goes_to("/me/")
        bob.shows("presence", "free now")
        alice.goes_to("/")
        alice.page.locator("#ask-now > summary").click()
        alice.page.get_by_label("Your question in one line").fill("Does my lease end with the year?")
        alice.press("Ask now")
        alice.shows("ask-state", "It rings at 1 expert of Money and taxes.")
        bob.press("Decline")
        alice.reads("Nobody answered. Nothing was charged.")
        alice.page.locator("#ask-others").get_by_role("link", name="Bob Leroy").click()
        expect(alice.page.get_by_role("heading", name="Bob Leroy")).to_be_visible()


class PresenceMenuTests:
    def test_what_bob_chooses_is_on_the_cards_at_once(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        bob.goes_to("/")
        alice.goes_to("/")
        for choice, seen in (
            ("Busy", "busy"),
            ("Do not disturb", "busy"),
            ("Invisible", "away"),
            ("Available", "free now"),
        ):
            bob.page.locator("#presence-menu > summary").focus()
            bob.page.keyboard.press("Enter")
            bob.page.get_by_role("button", name=re.compile(rf"^{choice}\b")).focus()
            bob.page.keyboard.press("Enter")
            expect(bob.page.locator("#presence-menu > summary .presence")).to_have_text(seen)
            alice.shows("presence", seen)
        bob.page.locator("#presence-menu > summary").click()
        bob.page.keyboard.press("Escape")
        expect(bob.page.locator("#presence-menu > summary")).to_be_focused()

    def test_a_card_that_comes_later_is_followed_too(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        bob.goes_to("/me/")
        alice.goes_to("/wallet/")
        alice.asks_the_page(
            f"""() => document.querySelector("main").insertAdjacentHTML("beforeend",
                '<span data-testid="presence" data-presence-of="{cast.bob().pk}" data-state="away">away</span>')"""
        )
        alice.shows("presence", "free now")
