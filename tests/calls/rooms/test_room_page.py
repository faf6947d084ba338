"""What the room's page promises its script: the elements that it looks for, and the words that it says."""

import json
import re
from pathlib import Path

import pytest

from calls.rooms import services as rooms
from calls.rooms.words import for_room_page
from tests import cast

pytestmark = pytest.mark.django_db
SCRIPTS = Path(__file__).resolve().parents[3] / "calls/static/calls/room"


def sources() -> str:
    return "\n".join(path.read_text() for path in sorted(SCRIPTS.rglob("*.js")))


@pytest.fixture
def page(alice, bob, now, signed_in) -> str:
    cast.online(bob)
    call = rooms.ring(caller=alice, expert=bob, line="", now=now)
    return signed_in(alice).get(f"/r/{call.room.code}/").content.decode()


class RoomPageTests:
    def test_every_element_that_the_script_looks_for_is_there_once(self, page):
        wanted = set(re.findall(r'(?:byId|onPress|point)\("([\w-]+)"', sources()))
        assert wanted
        assert {name: page.count(f' id="{name}"') for name in wanted} == dict.fromkeys(wanted, 1)

    def test_every_word_that_the_script_says_is_there(self):
        words = for_room_page()
        for group, name in re.findall(r'words\(\s*"(\w+)\.(\w+)"', sources()):
            assert name in words[group], f"{group}.{name}"

    def test_every_group_of_words_made_up_on_the_way_exists(self):
        groups = set(re.findall(r"`(\w+)\.[\w]*\$\{", sources()))
        assert groups >= {"meter", "reason", "veil", "phase", "device", "offer"}
        assert groups <= set(for_room_page())

    def test_the_words_reach_the_page_as_data(self, page):
        data = re.search(r'<script id="room-words" type="application/json">(.*?)</script>', page)
        assert json.loads(data.group(1)) == for_room_page()

    def test_no_style_and_no_script_stands_in_the_page(self, page):
        assert "style=" not in page
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)
