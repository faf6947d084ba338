"""Captions in real browsers, by the real model: alice is asked, allows it, and bob reads what she says."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import cast
from tests.calls.captions.sounds import as_wav, numbers_in, resampled, silence, spoken
from tests.journeys import browser as chromium
from tests.journeys.people import Person, talk
from tests.payouts.purse import give_promo

pytestmark = [
    pytest.mark.prove,
    pytest.mark.captions,
    pytest.mark.parametrize("site", [{"CAPTIONS": "1"}], indirect=True),
]
SAID = ["one", "two", "three", "four"]


@pytest.fixture
def her_browser(playwright_here, tmp_path):
    """Its microphone hears alice say the same words again and again."""
    voice = tmp_path / "alice.wav"
    voice.write_bytes(as_wav(resampled(spoken("One, two, three, four.")) + silence(1.5)))
    running = chromium.launch(playwright_here, more=[f"--use-file-for-fake-audio-capture={voice}"])
    yield running
    running.close()


@pytest.fixture
def talking(signed_in_person, her_browser) -> tuple[Person, Person]:
    alice, bob = signed_in_person(cast.alice(), on=her_browser), signed_in_person(cast.bob())
    bob.page.goto("/me/")
    alice.rings(bob)
    bob.answers()
    talk(alice, bob)
    return alice, bob


def lines(person: Person) -> str:
    return person.page.get_by_role("log", name="What is said").inner_text()


def has_read(person: Person, whose: str) -> bool:
    newest = lines(person).strip().splitlines()[-1:]
    return bool(newest) and newest[0].startswith(whose) and numbers_in(newest[0].removeprefix(whose)) == SAID


class CaptionTests:
    def test_bob_reads_what_alice_says_from_her_yes_to_her_stop(self, talking, site):
        alice, bob = talking
        bob.opens("Captions")
        bob.reads("Alice Martin was asked for captions")
        expect(alice.page.get_by_role("heading", name="Bob Leroy asks for captions of what you say")).to_be_visible()
        assert not alice.window.sent_sound()
        alice.press("Allow")
        alice.reads("What you say is being written down")
        bob.reads("What Alice Martin says is being written down")
        bob.waits_until(lambda: has_read(bob, "Alice Martin:"), "her words")
        alice.waits_until(lambda: has_read(alice, "You:"), "her own words")
        alice.opens("Call details")
        alice.reads("now what you say also goes to this site's server")
        alice.press("Close")
        alice.press("Mute")
        alice.reads("Nothing is written down while you are muted")
        alice.press("Unmute")
        bob.press("Stop the captions of Alice Martin")
        alice.reads("Bob Leroy stopped the captions of what you say.")
        alice.is_connected()
        assert alice.window.sent_sound() and not bob.window.sent_sound()
        self.nothing_is_kept(site.folder)

    def nothing_is_kept(self, folder: Path) -> None:
        for file in folder.rglob("*"):
            if file.is_file():
                assert b"three, four" not in file.read_bytes().lower(), file

    def test_who_says_no_is_not_written_down_and_who_wishes_it_is(self, talking):
        alice, bob = talking
        bob.opens("Captions")
        alice.press("No")
        bob.reads("Alice Martin said no to captions.")
        assert not alice.window.sent_sound()
        alice.opens("Caption what I say")
        expect(alice.page.get_by_role("heading", name="Captions of what you say")).to_be_focused()
        alice.press("Allow")
        bob.waits_until(lambda: has_read(bob, "Alice Martin:"), "her words")
        alice.page.reload()
        bob.reads("The captions ended with the connection. Ask again if you want them.")
        alice.press("Join")
        alice.is_connected()
        expect(alice.page.get_by_text("What you say is being written down")).not_to_be_visible()


class CardTests:
    """What is about money stands still, whatever captions do."""

    @pytest.fixture(autouse=True)
    def alice_has_credit(self, site):
        give_promo(cast.alice(), 2_000, timezone.now())

    def test_the_question_waits_for_the_card_and_moves_nothing(self, talking):
        alice, bob = talking
        bob.offers(rate="2")
        expect(alice.button("Accept and pay")).to_be_enabled()
        before = place_of(alice, "#accept")
        bob.opens("Captions")
        bob.reads("Alice Martin was asked for captions")
        bob.opens("Caption what I say")
        bob.press("Allow")
        alice.reads("What Bob Leroy says is being written down.")
        assert place_of(alice, "#accept") == before
        expect(alice.page.locator("#captions-question")).to_be_hidden()
        alice.press("Refuse")
        expect(alice.page.get_by_role("heading", name="Bob Leroy asks for captions of what you say")).to_be_visible()
        expect(alice.page.locator("#captions")).to_be_visible()
        alice.press("Allow")
        bob.reads("What Alice Martin says is being written down")


def place_of(person: Person, part: str) -> dict[str, float]:
    found = person.page.locator(part).bounding_box()
    assert found, part
    return found
