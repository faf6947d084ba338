"""An expert's greeting recorded in the browser and played to a visitor, and the square of a photo set by keyboard and pointer."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import cast

PLAYS = "video => video.play().then(() => new Promise(done => { video.ontimeupdate = () => video.currentTime > 0.2 && done(1) }))"


@pytest.fixture
def bob(signed_in_person):
    return signed_in_person(cast.bob())


class RecordTests:
    @pytest.mark.parametrize(("press", "tag"), [("Record a video", "video"), ("Record sound", "audio")])
    def test_it_is_recorded_kept_and_played(self, bob, press, tag):
        page = bob.page
        page.goto("/me/greeting/")
        page.get_by_role("button", name=press).click()
        stop = page.get_by_role("button", name="Stop")
        expect(stop).to_be_focused()
        page.wait_for_timeout(2_000)
        stop.click()
        bob.reads("Recorded. Play it")
        page.get_by_label("What is said in it").fill("Hello, I am Bob.")
        page.get_by_role("button", name="Save").click()
        bob.reads("Your greeting is kept.")
        page.goto("/experts/bob-leroy/")
        player = page.locator(f".greeting {tag}")
        player.evaluate(PLAYS)
        page.get_by_text("What is said in it").click()
        bob.reads("Hello, I am Bob.")


class CropTests:
    def test_by_keyboard_and_by_pointer(self, bob):
        page, file = bob.page, BytesIO()
        image = Image.new("RGB", (900, 300), "red")
        image.paste("lime", (300, 0, 600, 300))
        image.paste("blue", (600, 0, 900, 300))
        image.save(file, "PNG")
        page.goto("/become-an-expert/2/")
        page.get_by_label("Photo (optional)").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": file.getvalue()}
        )
        across = page.get_by_label("Left or right")
        across.focus()
        page.keyboard.press("End")
        assert page.locator("#crop-said").input_value() == "0.66667 0.00000 1.00000"
        seen = page.locator("#crop-seen").bounding_box()
        assert seen
        page.mouse.move(seen["x"] + 20, seen["y"] + 50)
        page.mouse.down()
        for step in range(1, 11):
            page.mouse.move(seen["x"] + 20 + step * seen["width"] / 5, seen["y"] + 50)
        page.mouse.up()
        assert page.locator("#crop-said").input_value() == "0.00000 0.00000 1.00000"
        page.get_by_role("button", name="Save").last.click()
        bob.reads("Your profile is changed.")
        kept = Image.open(BytesIO(page.request.get("/experts/bob-leroy/photo/160").body()))
        red, green, blue = kept.convert("RGB").getpixel((80, 80))
        assert red > 200
        assert max(green, blue) < 40
