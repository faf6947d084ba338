"""What two people do while they talk: show a screen, write, raise a hand, use the keys."""

import hashlib
import os
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person, talk

BLOCK, LARGEST = 2**20, 100 * 2**20
LARGEST_MS = 240_000  # on a machine that has other things to do
FRAMES = """async () => {
    const frames = {};
    for (const report of (await window.journey.connections.at(-1).getStats()).values()) {
        if (report.type === "inbound-rtp" && report.kind === "video") frames[report.mid] = report.framesDecoded;
    }
    return Object.values(frames);
}"""

# What the server says of the chat reaches this window a second later.
LATE_LINES = """
window.WebSocket = class extends WebSocket {
    set onmessage(take) {
        super.onmessage = take && ((event) => setTimeout(() => take(event), /"type": ?"chat"/.test(event.data) ? 1000 : 0));
    }
};
"""


@pytest.fixture
def talking(two_in_the_lobby) -> tuple[Person, Person]:
    alice, bob = two_in_the_lobby()
    talk(alice, bob)
    return alice, bob


@pytest.mark.prove
class ScreenTests:
    def test_it_is_shown_beside_the_camera(self, talking):
        alice, bob = talking
        bob.press("Camera on")
        alice.sees_a_picture()
        bob.press("Share screen")
        screen = alice.page.get_by_label("The screen of Bob Leroy")
        expect(screen).to_be_visible()
        alice.waits_until(lambda: len([n for n in alice.page.evaluate(FRAMES) if n > 2]) == 2, "camera and screen")
        bob.press("Stop sharing")
        expect(screen).not_to_be_visible()
        alice.sees_a_picture()

    def test_sound_only_receives_no_picture_until_it_is_wanted_again(self, talking):
        alice, bob = talking
        bob.press("Camera on")
        alice.sees_a_picture()
        alice.opens("Sound only")
        alice.reads("Sound only: you receive no picture of Bob Leroy")
        alice.page.wait_for_timeout(1_000)
        _, before = alice.arrived()
        alice.hears()
        assert alice.arrived()[1] == before
        alice.opens("With picture")
        alice.sees_a_picture()


class ChatTests:
    @pytest.mark.prove
    def test_both_read_it_and_either_deletes_it_for_both(self, talking):
        alice, bob = talking
        alice.press("Chat")
        field = alice.page.get_by_label("Your message")
        expect(field).to_be_focused()
        field.fill("The form is at https://example.org/form. <b>Look</b>")
        field.press("Enter")
        expect(bob.button("Chat, 1 new")).to_be_visible()
        bob.press("Chat, 1 new")
        link = bob.page.get_by_role("link", name="https://example.org/form", exact=True)
        expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
        bob.reads("<b>Look</b>")
        bob.page.get_by_label("Your message").fill("Thank you")
        bob.press("Send")
        alice.reads("Thank you")
        alice.page.reload()
        alice.press("Join")
        alice.is_connected()
        alice.press("Chat")
        alice.reads("Thank you")
        alice.press("Delete for both")
        alice.press("Keep it")
        alice.reads("Thank you")
        alice.press("Delete for both")
        alice.page.get_by_role("button", name="Delete", exact=True).click()
        for person in (alice, bob):
            person.reads("Nothing is written yet.")
            expect(person.page.get_by_text("Thank you")).not_to_be_visible()

    @pytest.mark.prove
    def test_whoever_writes_on_before_a_line_is_back_does_not_send_it_twice(self, two_in_the_lobby):
        alice, bob = two_in_the_lobby(before=LATE_LINES)
        talk(alice, bob)
        alice.press("Chat")
        field = alice.page.get_by_label("Your message")
        for words in ("Hi", "how are you?"):
            field.press_sequentially(words)
            field.press("Enter")
        bob.press("Chat, 2 new")
        lines = bob.page.locator("#chat-lines").get_by_role("listitem")
        expect(lines).to_contain_text(["Hi", "how are you?"])
        alice.waits(6_000)  # past what is taken for lost
        expect(field).to_have_value("")
        assert lines.count() == 2


@pytest.mark.prove
class FileTests:
    def test_it_arrives_whole_though_the_connection_is_cut_on_the_way(self, talking, tmp_path):
        alice, bob = talking
        content = b"The lease, page by page. " * 800_000  # 20 MB
        alice.press("Chat")
        alice.page.get_by_label("File to send").set_input_files(
            {"name": "lease.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        alice.reads("Waiting for Bob Leroy to take it.")
        bob.press("Chat, 1 new")
        bob.reads("Alice Martin wants to send you lease.pdf.")
        with bob.page.expect_download() as download:
            bob.press("Receive")
            bob.waits_until(lambda: bob.page.get_by_label("lease.pdf").evaluate("bar => bar.value > 0"), "a part of it")
            alice.page.evaluate("() => window.journey.connections.at(-1).close()")
            bob.reads("It goes on when the connection is back.")
        assert download.value.suggested_filename == "lease.pdf"
        assert download.value.path().read_bytes() == content
        for person in (alice, bob):
            person.reads("Arrived whole.")

    def test_the_largest_arrives_whole_and_a_cut_costs_a_block_at_most(self, talking, tmp_path):
        alice, bob = talking
        file = tmp_path / "film.webm"
        file.write_bytes(os.urandom(LARGEST))
        arrived = lambda: bob.page.get_by_label("film.webm").evaluate("bar => bar.value")  # noqa: E731
        alice.press("Chat")
        alice.sends(file)
        bob.press("Chat, 1 new")
        with bob.page.expect_download(timeout=LARGEST_MS) as download:
            bob.press("Receive")
            bob.waits_until(lambda: arrived() > 4 * BLOCK, "some blocks of it")
            alice.page.evaluate("() => window.journey.connections.at(-1).close()")
            bob.reads("It goes on when the connection is back.")
            before = arrived()
            bob.reads("On its way.")
            assert arrived() >= before - BLOCK
        with file.open("rb") as sent, download.value.path().open("rb") as came:
            assert hashlib.file_digest(came, "sha256").digest() == hashlib.file_digest(sent, "sha256").digest()
        for person in (alice, bob):
            person.reads("Arrived whole.")

    def test_what_is_not_taken_is_not_sent(self, talking):
        alice, bob = talking
        alice.press("Chat")
        alice.page.get_by_label("File to send").set_input_files(
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
        )
        bob.press("Chat, 1 new")
        bob.press("Do not take it")
        for person in (alice, bob):
            person.reads("Not taken.")


@pytest.mark.prove
class KeyTests:
    def test_each_does_what_the_list_says(self, talking):
        alice, bob = talking
        alice.page.keyboard.press("Control+d")
        expect(alice.button("Unmute")).to_be_visible()
        alice.page.keyboard.down("v")
        assert alice.page.evaluate("() => window.journey.connections.at(-1).getSenders()[0].track.enabled")
        alice.page.keyboard.up("v")
        assert not alice.page.evaluate("() => window.journey.connections.at(-1).getSenders()[0].track.enabled")
        alice.page.keyboard.press("Control+e")
        expect(alice.button("Camera off")).to_be_visible()
        bob.sees_a_picture()
        alice.press("Chat")
        alice.page.get_by_label("Your message").press_sequentially("v")  # typed, not spoken
        assert not alice.page.evaluate("() => window.journey.connections.at(-1).getSenders()[0].track.enabled")
        alice.page.keyboard.press("Escape")
        expect(alice.page.get_by_label("Your message")).not_to_be_visible()
        alice.page.keyboard.press("Control+Shift+?")
        expect(alice.page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()

    def test_a_raised_hand_is_seen(self, talking):
        alice, bob = talking
        bob.opens("Raise hand")
        alice.reads("hand raised")
        bob.opens("Lower hand")
        expect(alice.page.get_by_text("hand raised")).not_to_be_visible()


WITHOUT_WINDOWS = """for (const what of ["fullscreenEnabled", "pictureInPictureEnabled"]) {
    Object.defineProperty(Document.prototype, what, { get: () => false });
}"""
FULL, SMALL = "() => document.fullscreenElement?.id", "() => document.pictureInPictureElement?.id"


@pytest.mark.prove
class WindowTests:
    def test_full_screen_and_a_small_window_come_and_go(self, talking):
        alice, bob = talking
        bob.press("Camera on")
        alice.sees_a_picture()
        alice.opens("Full screen")
        alice.waits_until(lambda: alice.page.evaluate(FULL) == "room", "full screen")
        alice.opens("Leave full screen")
        alice.waits_until(lambda: alice.page.evaluate(FULL) is None, "the page in its window")
        alice.opens("Small window")
        alice.waits_until(lambda: alice.page.evaluate(SMALL) == "remote-video", "a small window")
        alice.opens("Small window")
        alice.waits_until(lambda: alice.page.evaluate(SMALL) is None, "no small window")

    def test_what_the_browser_cannot_do_is_not_offered(self, two_in_the_lobby):
        alice, bob = two_in_the_lobby(before=WITHOUT_WINDOWS)
        talk(alice, bob)
        for person in (alice, bob):
            person.press("Camera on")
        alice.sees_a_picture()
        alice.press("More")
        expect(alice.button("Raise hand")).to_be_visible()
        for name in ("Full screen", "Small window", "Flip camera"):
            expect(alice.button(name)).not_to_be_visible()
        alice.page.keyboard.press("Escape")
        expect(alice.button("Raise hand")).not_to_be_visible()
        bob.sees_a_picture()
        bob.press("More")
        for name in ("Full screen", "Small window"):
            expect(bob.button(name)).to_be_visible()
