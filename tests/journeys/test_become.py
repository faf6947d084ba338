"""From *Become an expert* to a public page: by keyboard alone, and a test call that really comes through."""

import re

import pytest
from playwright.sync_api import expect

from marketplace.experts.models import Category, Profile
from tests import cast
from tests.harness.servers import coturn
from tests.journeys.people import Person
from tests.journeys.test_keyboard import enters, tabs_to

pytestmark = pytest.mark.prove
SECRET = "the-site-and-its-relay-know-it"
LOOPBACK = ("allow-loopback-peers", "allowed-peer-ip=127.0.0.1")
ADDRESSES = """async () => {
    const found = new Set();
    for (const connection of window.journey.connections) {
        for (const { type, nominated, localCandidateId } of (await connection.getStats()).values()) {
            if (type !== "candidate-pair" || !nominated) continue;
            found.add([...(await connection.getStats()).values()].find(({ id }) => id === localCandidateId).candidateType);
        }
    }
    return [...found];
}"""


def types(typist: Person, field: str, text: str) -> None:
    tabs_to(typist, field)
    typist.page.keyboard.type(text)


def goes_on(typist: Person, to: str) -> None:
    tabs_to(typist, "Save and go on")
    enters(typist)
    expect(typist.page).to_have_url(re.compile(to))


class KeyboardTests:
    @pytest.fixture
    def alice(self, signed_in_person) -> Person:
        Category.objects.create(slug="health", name="Health", kind="closed", kind_note="The law does not let us.")
        Category.objects.create(slug="money", name="Money and taxes")
        return signed_in_person(cast.alice())

    def test_through_the_four_steps(self, alice):
        alice.page.goto("/become-an-expert/")
        alice.reads("The law does not let us.")
        tabs_to(alice, "Money and taxes")
        alice.page.keyboard.press("Space")
        types(alice, "Headline", "Leases read with you")
        goes_on(alice, "/2/$")
        tabs_to(alice, "About you")  # the step's own link comes before the field
        types(alice, "About you", "I read contracts.")
        tabs_to(alice, "English", most=80)
        alice.page.keyboard.press("Space")
        tabs_to(alice, "Place", most=80)
        tabs_to(alice, "Back")
        enters(alice)
        expect(alice.page.get_by_label("Headline")).to_have_value("Leases read with you")
        goes_on(alice, "/2/$")
        expect(alice.page.get_by_label("About you")).to_have_value("I read contracts.")
        tabs_to(alice, "Photo", most=120)
        goes_on(alice, "/3/$")
        types(alice, "Rate per minute", "2.50")
        enters(alice)  # from within a field
        expect(alice.page).to_have_url(re.compile("/4/$"))
        tabs_to(alice, "Preview")
        enters(alice)
        alice.reads("Preview: only you see this page")
        tabs_to(alice, "Back to the last step")
        enters(alice)
        expect(alice.page).to_have_url(re.compile("/4/$"))
        assert Profile.objects.get().published_at is None
        tabs_to(alice, "Publish profile")
        enters(alice)
        expect(alice.page).to_have_url(re.compile("/experts/alice-martin/$"))
        alice.reads("€2.50")


class TestCallTests:
    def comes_through(self, bob: Person) -> None:
        bob.page.goto("/me/test-call/")
        bob.reads("We hear you.")
        bob.press("Start the test call")
        bob.reads("It works: your sound and your picture came back. The test call passed.")
        bob.hears()
        bob.sees_a_picture()
        bob.press("Hang up")
        bob.reads("The test call is over, and it passed.")
        bob.waits_until(lambda: Profile.objects.get().test_call_at is not None, "the test call remembered")
        bob.page.goto("/me/")
        expect(bob.page.get_by_role("link", name="A test call that came through")).to_have_count(0)

    def test_with_the_echo(self, signed_in_person):
        self.comes_through(signed_in_person(cast.bob()))

    @pytest.mark.parametrize("site", [{"ECHOES_AT_ONCE": "0"}], indirect=True)
    def test_else_through_the_relay(self, site, signed_in_person):
        with coturn(SECRET, *LOOPBACK) as port:
            site.stop()
            site.environment |= {"TURN_URLS": f"turn:127.0.0.1:{port}", "TURN_SECRET": SECRET}
            site.start()
            bob = signed_in_person(cast.bob())
            bob.page.goto("/me/test-call/")
            bob.press("Start the test call")
            bob.reads("It works: your sound and your picture came back.")
            assert bob.asks_the_page(ADDRESSES) == ["relay"]

    @pytest.mark.parametrize("site", [{"ECHOES_AT_ONCE": "0"}], indirect=True)
    def test_without_either_it_says_that_the_network_was_not_tried(self, site, signed_in_person):
        bob = signed_in_person(cast.bob())
        bob.page.goto("/me/test-call/")
        bob.reads("so the network cannot be tried here")
        bob.reads("We hear you.")
        expect(bob.button("Start the test call")).to_have_count(0)

    @pytest.mark.parametrize("site", [{"ECHOES_AT_ONCE": "1"}], indirect=True)
    def test_the_second_of_two_where_one_may_is_told_to_wait(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        alice.window.forgive("429")  # as the browser writes it to its console
        bob.page.goto("/me/test-call/")
        bob.press("Start the test call")
        bob.reads("It works")
        alice.page.goto("/me/test-call/")
        alice.press("Start the test call")
        alice.reads("The echo talks to others just now. Try again in a minute.")
        bob.press("Hang up")
        alice.waits_until(lambda: self.finds_it_free(alice), "a free echo")

    def finds_it_free(self, alice: Person) -> bool:
        alice.press("Try again")
        alice.reads(re.compile("It works|talks to others"))
        return alice.page.get_by_text("It works").filter(visible=True).count() > 0
