"""What experts put on their page by hand: the square of a photo, chosen with a pointer or by keyboard alone."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, expect

from tests import cast
from tests.journeys.people import Person
from tests.journeys.test_keyboard import enters, tabs_to

ABOUT = "/become-an-expert/2/"
RED, LIME = (255, 0, 0), (0, 255, 0)


@pytest.fixture
def bob(signed_in_person) -> Person:
    return signed_in_person(cast.bob())


def two_halves() -> dict:
    """As a browser is given a file. The left half is red, the right one is lime."""
    file, image = BytesIO(), Image.new("RGB", (800, 400), RED)
    image.paste(LIME, (400, 0, 800, 400))
    image.save(file, "PNG")
    return {"name": "me.png", "mimeType": "image/png", "buffer": file.getvalue()}


def chooses_a_photo(expert: Person) -> None:
    expert.page.goto(ABOUT)
    expert.page.get_by_label("Photo (optional)").set_input_files(two_halves())
    expect(expert.page.get_by_role("img", name="As others will see it")).to_be_visible()


def where_the_cut_is(expert: Person) -> FloatRect:
    """In the window, all of it."""
    cut = expert.page.locator("#crop-seen")
    cut.scroll_into_view_if_needed()
    box = cut.bounding_box()
    assert box
    return box


def saves(expert: Person) -> None:
    expert.press("Save")
    expect(expert.page).to_have_url(re.compile("/me/$"))


def near(colour: tuple, other: tuple) -> bool:
    return all(abs(one - another) < 30 for one, another in zip(colour, other, strict=True))


def edges(expert: Person) -> tuple[str, str]:
    """Of the photo as visitors get it: the colours at its left and at its right edge."""
    answer = expert.page.request.get("/experts/bob-leroy/photo/160")
    with Image.open(BytesIO(answer.body())) as image:
        found = [image.convert("RGB").getpixel((x, 80)) for x in (4, 155)]
    names = {"red": RED, "lime": LIME}
    left, right = (next((name for name in names if near(colour, names[name])), str(colour)) for colour in found)
    return left, right


@pytest.mark.prove
class PhotoTests:
    def test_drawn_with_a_pointer(self, bob):
        chooses_a_photo(bob)
        box = where_the_cut_is(bob)
        y = box["y"] + box["height"] / 2
        bob.page.mouse.move(box["x"] + 10, y)
        bob.page.mouse.down()
        bob.page.mouse.move(box["x"] + box["width"] - 10, y, steps=4)
        bob.page.mouse.up()
        saves(bob)
        assert edges(bob) == ("red", "red")

    def test_by_touch(self, signed_in_person):
        bob = signed_in_person(cast.bob(), has_touch=True, viewport={"width": 390, "height": 800})
        chooses_a_photo(bob)
        box = where_the_cut_is(bob)
        finger = bob.window.context.new_cdp_session(bob.page)
        y = box["y"] + 50
        for kind, x in (("Start", 200), ("Move", 150), ("Move", 60), ("Move", 10), ("End", None)):
            points = [] if x is None else [{"x": box["x"] + x, "y": y}]
            finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        saves(bob)
        assert edges(bob) == ("lime", "lime")

    def test_by_keyboard_alone(self, bob):
        chooses_a_photo(bob)
        bob.page.get_by_label("Photo (optional)").focus()
        tabs_to(bob, "Left or right", most=3)
        bob.page.keyboard.press("End")
        tabs_to(bob, "Save", most=3)
        enters(bob)
        expect(bob.page).to_have_url(re.compile("/me/$"))
        assert edges(bob) == ("lime", "lime")

    def test_without_a_choice_it_is_the_middle(self, bob):
        chooses_a_photo(bob)
        saves(bob)
        assert edges(bob) == ("red", "lime")

    def test_without_scripts_too(self, signed_in_person):
        bob = signed_in_person(cast.bob(), java_script_enabled=False)
        bob.page.goto(ABOUT)
        bob.page.get_by_label("Photo (optional)").set_input_files(two_halves())
        expect(bob.page.locator("#crop")).to_be_hidden()
        saves(bob)
        assert edges(bob) == ("red", "lime")

    def test_what_is_no_photo_is_left_to_the_server(self, bob):
        chooses_a_photo(bob)
        bob.page.get_by_label("Photo (optional)").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": b"<svg/>"}
        )
        expect(bob.page.locator("#crop")).to_be_hidden()
        bob.press("Save")
        bob.reads("This file is not a photo")
