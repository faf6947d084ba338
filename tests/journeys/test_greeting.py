"""An expert's greeting recorded in the browser and played to a visitor."""

import pytest
from playwright.sync_api import expect

from tests import cast

pytestmark = pytest.mark.prove
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
