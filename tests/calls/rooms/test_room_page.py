"""What the room's page promises its script: the elements that it looks for, and the words that it says."""

import gzip
import json
import os
import re
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import RequestFactory

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


def say_once(client, text: str) -> None:
    """What the page that is opened next says."""
    request = RequestFactory().get("/")
    request.session, request.COOKIES = client.session, {}
    request._messages = FallbackStorage(request)
    messages.success(request, text)
    answer = HttpResponse()
    request._messages.update(answer)
    request.session.save()
    client.cookies.update(answer.cookies)


def policy(answer) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


class CardFormTests:
    """Stripe's own form may open inside the page of a call, where the platform has a key for it; nowhere else."""

    @pytest.fixture
    def address(self, alice, bob, now) -> str:
        cast.online(bob)
        return f"/r/{rooms.ring(caller=alice, expert=bob, line='', now=now).room.code}/"

    def test_with_a_key_the_browser_may_load_it_there_alone(self, address, alice, signed_in, settings):
        settings.STRIPE_PUBLISHABLE_KEY = "pk_test_1"
        client = signed_in(alice)
        room = client.get(address)
        allowed = policy(room)
        assert {"'self'", "https://js.stripe.com"} <= set(allowed["script-src"])
        assert "https://checkout.stripe.com" in allowed["frame-src"]
        assert "https://api.stripe.com" in allowed["connect-src"]
        assert "'unsafe-inline'" not in str(allowed)
        assert 'data-card-key="pk_test_1"' in room.content.decode()
        assert "js.stripe.com" not in room.content.decode()  # loaded once it is needed
        for other in ("/", "/wallet/", "/me/", "/earnings/"):
            assert "stripe.com" not in str({**policy(client.get(other)), "form-action": []}), other

    def test_without_one_the_page_is_as_any_other(self, address, alice, signed_in):
        client = signed_in(alice)
        room = client.get(address)
        assert policy(room) == policy(client.get("/"))
        assert "data-card-key" not in room.content.decode()

    def test_eve_does_not_find_the_room_with_one_either(self, address, eve, signed_in, settings):
        settings.STRIPE_PUBLISHABLE_KEY = "pk_test_1"
        assert signed_in(eve).get(address).status_code == 404


class FetchedAheadTests:
    """While it rings a browser may fetch the page for whoever will answer."""

    AHEAD = {"HTTP_SEC_PURPOSE": "prefetch"}

    def test_it_takes_no_seat_and_answers_nothing(self, alice, bob, now, signed_in):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        for person in (alice, bob):
            assert signed_in(person).get(f"/r/{call.room.code}/", **self.AHEAD).status_code == 200
        call.refresh_from_db()
        assert (call.state, call.room.seats.count(), call.attendances.count()) == ("ringing", 0, 0)

    def test_it_says_nothing_of_presence_which_an_answer_changes(self, alice, bob, now, signed_in):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        shown = [signed_in(bob).get(f"/r/{call.room.code}/", **ahead).content for ahead in ({}, self.AHEAD)]
        assert [b'id="presence-menu"' in page for page in shown] == [True, False]

    def test_a_stranger_fetches_nothing(self, alice, bob, eve, now, signed_in):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert signed_in(eve).get(f"/r/{call.room.code}/", **self.AHEAD).status_code == 404

    def test_what_is_to_be_said_once_waits_for_a_page_that_is_seen(self, alice, bob, now, signed_in):
        cast.online(bob)
        address, client = f"/r/{rooms.ring(caller=alice, expert=bob, line='', now=now).room.code}/", signed_in(alice)
        say_once(client, "Saved.")
        assert "Saved." not in client.get(address, **self.AHEAD).content.decode()
        assert "Saved." in client.get(address).content.decode()


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


class CaptionTests:
    def test_where_they_are_off_the_page_knows_nothing_of_them(self, page):
        assert "data-captions" not in page

    def test_where_they_are_on_it_knows_what_listens(self, captions_on, page):
        assert 'data-captions="/static/calls/room/captions/worklet.js"' in page

    @pytest.fixture
    def captions_on(self, settings):
        settings.CAPTIONS = True


# Of one module: what comes with it, and what it may ask for later.
WITH_IT = re.compile(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";', re.MULTILINE)
LATER = re.compile(r'\bimport\("(\.[^"]+)"\)')
BY_OTHER_WAYS = re.compile(
    r"addModule\(|new (?:Shared)?Worker\(|serviceWorker\.register\(|importScripts\(|\bimport\((?!\"\.)"
)


class WeightTests:
    """Each script compressed as the server does. Stripe's own, of a site with a key, comes from Stripe when credit is added."""

    @pytest.fixture
    def page_with_all(self, settings, page, alice, signed_in) -> str:
        settings.CAPTIONS, settings.STRIPE_PUBLISHABLE_KEY = True, "pk_test_1"
        return signed_in(alice).get(re.search(r"/r/[\w-]{24}/", page).group()).content.decode()

    def test_what_the_page_loads_and_all_that_it_ever_can_stay_within_120_kilobytes(self, page_with_all):
        at_once = loaded(scripts_of(page_with_all, r'<script[^>]* src="'), WITH_IT)
        ever = loaded(scripts_of(page_with_all, '"'), WITH_IT, LATER)
        sums = [sum(sizes.values()) for sizes in (at_once, ever)]
        sys.stdout.write(
            f"scripts of the room, gzip: {sums[0]} bytes at once, {sums[1]} with all that may come later\n"
        )
        assert len(at_once) > 30
        assert {*at_once, "calls/room/captions/sound.js", "calls/room/captions/worklet.js"} <= set(ever)
        assert sums[0] < sums[1] <= 120_000

    def test_nothing_is_loaded_in_a_way_that_is_not_counted(self):
        """A worklet's address stands in the page, where it is found."""
        ways = {path.name: BY_OTHER_WAYS.findall(path.read_text()) for path in SCRIPTS.rglob("*.js")}
        assert {name: found for name, found in ways.items() if found} == {"sound.js": ["addModule("]}


def scripts_of(page: str, before: str) -> list[str]:
    return re.findall(before + r'/static/([\w/.-]+\.js)"', page)


def loaded(names: list[str], *ways: re.Pattern[str]) -> dict[str, int]:
    """The compressed size of each script by its name, of those and of all that they lead to."""
    folders = [settings.BASE_DIR / app / "static" for app in ("calls", "marketplace", "payouts")]
    waiting, sizes = list(names), {}
    while waiting:
        name = waiting.pop()
        if name in sizes:
            continue
        file = next(folder / name for folder in folders if (folder / name).exists())
        sizes[name] = len(gzip.compress(file.read_bytes()))
        for way in ways:
            waiting += [os.path.normpath(Path(name).parent / other) for other in way.findall(file.read_text())]
    return sizes
