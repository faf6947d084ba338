"""Microphone and camera: before the call each trouble is explained, and in the call another one can be chosen."""

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person, talk

FAKE = "--use-fake-device-for-media-stream"
CAMERAS = f"{FAKE}=device-count=3,fps=5"  # of which the second gives a format that no call takes
NO_CAMERA = f"{FAKE}=device-count=0"
ALLOWS_ALL = "--use-fake-ui-for-media-stream"
IN_USE = """navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotReadableError"); };"""
# One that is used elsewhere cannot be pretended by the browser itself.
IN_USE_AT_FIRST = f"""if (navigator.mediaDevices) {{
    window.journey.ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    {IN_USE}
}}"""
FREE_AGAIN = "() => { navigator.mediaDevices.getUserMedia = window.journey.ask; }"
# As a phone: a camera on each side, and one of them at a time.
PHONE = """if (navigator.mediaDevices) {
    const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
    let open = null;
    media.getUserMedia = async (wish) => {
        if (!wish.video) return ask(wish);
        if (open?.readyState === "live") throw new DOMException("", "NotReadableError");
        const facing = wish.video.facingMode?.exact ?? "user";
        const cameras = (await media.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
        const { deviceId } = cameras[facing === "user" ? 0 : 2];
        const stream = await ask({ video: { width: 640, height: 480, deviceId: { exact: deviceId } } });
        [open] = stream.getTracks();
        const settings = open.getSettings.bind(open);
        open.getSettings = () => ({ ...settings(), facingMode: facing });
        return stream;
    };
}"""
CONNECTIONS = "() => window.journey.connections.length"
SENT = "() => window.journey.connections.at(-1).getSenders().map(({ track }) => track?.label ?? '')"


def sends(person: Person, device: str) -> None:
    sent = lambda: person.page.evaluate(SENT)  # noqa: E731
    try:
        person.waits_until(lambda: device in sent(), f"{device} is sent")
    finally:
        assert device in sent()


def choose(person: Person, field: str, device: str) -> None:
    person.page.get_by_label(field, exact=True).select_option(label=device)


def try_again(person: Person) -> None:
    """In the panel, where the trouble is told."""
    panel = person.page.get_by_role("region", name="Sound and camera")
    panel.get_by_role("button", name="Try again").click()


class CheckTests:
    @pytest.mark.prove
    def test_who_does_not_allow_them_reads_where_to_and_may_join_all_the_same(self, another_browser, two_in_the_lobby):
        alice, bob = two_in_the_lobby(on=another_browser(without=[ALLOWS_ALL]))
        alice.reads(
            "The microphone is not allowed in this browser, so Bob Leroy hears silence. Allow it in the address bar."
        )
        alice.press("Try the camera")
        alice.reads("The camera is not allowed in this browser. Allow it in the address bar.")
        talk(alice, bob)  # packets of silence are sound enough to be billed
        alice.reads("The microphone is not allowed in this browser")
        alice.window.context.grant_permissions(["microphone", "camera"])
        alice.press("Try again")
        sends(alice, "Fake Default Audio Input")
        expect(alice.page.get_by_text("is not allowed in this browser").filter(visible=True)).to_have_count(0)
        alice.press("Camera on")
        bob.sees_a_picture()

    @pytest.mark.prove
    def test_without_a_camera_it_says_that_a_call_needs_none(self, another_browser, two_in_the_lobby):
        alice, _ = two_in_the_lobby(on=another_browser(NO_CAMERA))
        alice.reads("We hear you.")
        alice.press("Try the camera")
        alice.reads("No camera was found. A call needs none.")

    @pytest.mark.prove
    def test_of_one_that_another_program_uses_it_says_to_close_that(self, two_in_the_lobby):
        alice, _ = two_in_the_lobby(before=IN_USE_AT_FIRST)
        alice.reads("Another program uses the microphone, so Bob Leroy hears silence. Close it, then try again.")
        alice.press("Try the camera")
        alice.reads("Another program uses the camera. Close it, then try again.")
        alice.page.evaluate(FREE_AGAIN)
        try_again(alice)
        alice.reads("We hear you.")
        alice.press("Try the camera")
        alice.reads("Only you see this. It is off again when you join.")


@pytest.mark.prove
class SwitchTests:
    def test_in_mid_call_the_other_hears_and_sees_what_is_chosen(self, another_browser, two_in_the_lobby):
        alice, bob = two_in_the_lobby(on=another_browser(CAMERAS))
        talk(alice, bob)
        alice.press("Camera on")
        bob.sees_a_picture()
        connections = alice.page.evaluate(CONNECTIONS)
        alice.press("Devices")
        choose(alice, "Microphone", "Fake Audio Input 2")
        sends(alice, "Fake Audio Input 2")
        choose(alice, "Camera", "fake_device_2")
        sends(alice, "fake_device_2")
        bob.hears()
        bob.sees_a_picture()
        assert alice.page.evaluate(CONNECTIONS) == connections  # over the same one

    def test_one_that_cannot_be_had_leaves_the_one_before(self, another_browser, two_in_the_lobby):
        alice, bob = two_in_the_lobby(on=another_browser(CAMERAS))
        talk(alice, bob)
        alice.press("Devices")
        sends(alice, "Fake Default Audio Input")
        alice.page.evaluate(f"() => {{ {IN_USE_AT_FIRST} }}")
        choose(alice, "Microphone", "Fake Audio Input 2")
        alice.reads("That microphone cannot be used, so Bob Leroy hears you through the one before.")
        sends(alice, "Fake Default Audio Input")
        bob.hears()
        expect(alice.page.get_by_label("Microphone", exact=True)).to_have_value("default")
        alice.page.evaluate(FREE_AGAIN)
        choose(alice, "Microphone", "Fake Audio Input 2")
        sends(alice, "Fake Audio Input 2")

    def test_the_camera_of_a_phone_is_flipped_to_and_fro(self, another_browser, two_in_the_lobby):
        alice, bob = two_in_the_lobby(before=PHONE, on=another_browser(CAMERAS))
        talk(alice, bob)
        alice.press("Camera on")
        sends(alice, "fake_device_0")
        for camera in ("fake_device_2", "fake_device_0"):
            alice.opens("Flip camera")
            sends(alice, camera)
            bob.sees_a_picture()
        expect(alice.page.get_by_text("cannot be used").filter(visible=True)).to_have_count(0)
