"""Eve looks for an expert who shows himself to his contacts alone: by his address, his number, a list, a review, a bell."""

import re
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from calls.contacts import seeing
from calls.contacts import services as contacts
from calls.metering import services as metering
from calls.notices import services as notices
from calls.rooms import services as rooms
from calls.signalling import watching
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.experts import containers, greetings, photos
from marketplace.experts import services as experts
from marketplace.experts.models import Presence, Profile
from marketplace.reviews.models import Removal, Review
from marketplace.search import services as search
from tests import cast
from tests.calls.asking.world import answer_to
from tests.calls.signalling.wires import page_of
from tests.calls.waiting.world import past_calls
from tests.marketplace.experts.recordings import mp4

pytestmark = pytest.mark.django_db
PAGE = "/experts/bob-leroy/"
HIS_NAME = re.compile(r"\bBob\b")  # as a word: a token by chance has the letters


@pytest.fixture
def bob(bob):
    """Private, free now, with a photo and a review."""
    experts.choose_visibility(member=cast.online(bob), visibility="private")
    return bob


@pytest.fixture
def alice(alice, bob, now):
    """She has talked with him, before."""
    past_calls(alice, bob, 10, now=now - timedelta(days=1))
    return alice


def reviewed(writer, expert, now) -> Review:
    return Review.objects.create(writer=writer, expert=expert, stars=5, text="Clear words.", written_at=now)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def without_the_rule(monkeypatch):
    monkeypatch.setattr(seeing, "_seen_by", lambda person: Q())
    monkeypatch.setattr(contacts, "who_see", lambda private_ids: {})


def ring_of(caller, bob, now) -> str:
    try:
        rooms.ring(caller=caller, expert=bob, line="", now=now)
    except rooms.CannotRing as refused:
        return refused.code
    return "rings"


def wait_of(member, bob, now) -> str:
    try:
        waiting.wait(member=member, expert=bob, line="", now=now)
    except waiting.CannotWait as refused:
        return refused.code
    return "waits"


class PageTests:
    """Every address of his, as a visitor, a stranger, staff and a guest try them."""

    def addresses(self, bob, now) -> list[str]:
        photos.keep_photo(profile=Profile.objects.get(user=bob), image=Image.new("RGB", (512, 512), "navy"))
        greetings.keep_greeting(profile=bob.profile, words="Hello.", media=containers.read(mp4()))
        review = reviewed(cast.member("Rita Writer"), bob, now)
        return [
            PAGE,
            reverse("profile_photo", args=["bob-leroy"]),
            reverse("profile_photo_of_side", args=["bob-leroy", 160]),
            reverse("greeting_file", args=["bob-leroy"]),
            reverse("similar_experts", args=["bob-leroy"]),
            reverse("write_review", args=["bob-leroy"]),
            reverse("report_review", args=[review.pk, "review"]),
        ]

    def test_to_who_does_not_know_him_none_of_them_is_there(self, client, signed_in, carla, eve, sam, bob, now):
        for address in self.addresses(bob, now):
            for browser in (signed_in(eve), signed_in(sam)):
                assert browser.get(address).status_code == 404, address
            for browser in (client, cast.browser_of(carla)):
                answer = browser.get(address)
                assert answer.status_code in (302, 404), address
                assert not HIS_NAME.search(answer.content.decode())
                assert not answer.get("Location") or "/accounts/login/" in answer["Location"]
        assert signed_in(eve).post(reverse("leave_message", args=["bob-leroy"]), {"text": "x"}).status_code == 404

    def test_to_himself_and_to_who_has_talked_with_him_they_are(self, signed_in, alice, bob, now):
        addresses = self.addresses(bob, now)[:4]
        for browser in (signed_in(alice), signed_in(bob)):
            for address in addresses:
                assert browser.get(address).status_code == 200, address

    def test_neither_photo_nor_greeting_of_his_is_kept_in_a_cache(self, signed_in, alice, bob, now):
        _page, photo, _small, greeting, *_more = self.addresses(bob, now)
        for address in (photo, greeting):
            assert "no-store" in signed_in(alice).get(f"{address}?v=1").headers["Cache-Control"]

    def test_where_nobody_asks_who_looks_all_are(self, signed_in, eve, bob, now, without_the_rule):
        """The broken twin."""
        for address in self.addresses(bob, now)[:5]:
            assert signed_in(eve).get(address).status_code == 200, address


class ListTests:
    """Lists, suggestions, counts and logs that everybody reads."""

    def test_none_of_them_names_him(self, client, signed_in, eve, bob, now):
        cast.online(cast.expert("Other Expert"))
        Removal.objects.create(
            review=reviewed(cast.member("Rita Writer"), bob, now),
            part="review",
            reason="An insult.",
            removed_by=cast.sam(),
            removed_at=now,
        )
        pages = [
            "/",
            "/?q=taxes",
            "/?online=1",
            "/suggest/?q=bob",
            "/experts/other-expert/similar/",
            "/reviews/removed/",
        ]
        for browser in (client, signed_in(eve)):
            for address in pages:
                assert not HIS_NAME.search(browser.get(address).content.decode()), address
        assert search.find(category="money").total == 1
        assert answer_to(eve, now) == "1"  # the other one

    def test_listed_he_is_named_in_them(self, client, bob):
        """The broken twin."""
        experts.choose_visibility(member=bob, visibility="listed")
        assert "Bob Leroy" in client.get("/?online=1").content.decode()
        assert "Bob Leroy" in client.get("/suggest/?q=bob").content.decode()


class BellTests:
    """She knows his number, and rings, waits, or asks what he costs."""

    def test_it_is_as_if_he_were_no_expert(self, eve, carla, bob, now):
        experts.choose_who_may_ring(member=bob, who="anyone")
        nobody = cast.member("Nobody Special")
        for caller in (eve, carla):
            assert ring_of(caller, bob, now) == ring_of(caller, nobody, now) == "not_an_expert"
        assert wait_of(eve, bob, now) == wait_of(eve, nobody, now) == "not_an_expert"
        with pytest.raises(metering.OfferRefused, match="not_found"):
            metering.card(caller=eve, expert=bob, now=now)

    def test_nor_does_asking_reach_him(self, eve, alice, bob, now):
        assert answer_to(eve, now) == "nobody"
        assert answer_to(alice, now) == "nobody"  # an ask is for those who are listed

    def test_who_waited_already_is_let_go_and_not_called_back(self, eve, bob, now):
        experts.choose_visibility(member=bob, visibility="listed")
        waiting.wait(member=cast.here(eve), expert=bob, line="", now=now)
        experts.choose_visibility(member=bob, visibility="private")
        with pytest.raises(rooms.CannotRing, match="not_waiting"):
            rooms.ring_back(expert=bob, member=eve, now=now)
        waiting.sweep(now=now)
        assert not Waiting.objects.exists()

    def test_his_contacts_ring_and_wait(self, alice, bob, now):
        assert wait_of(alice, bob, now) == "waits"
        waiting.sweep(now=now)
        assert Waiting.objects.exists()
        assert ring_of(alice, bob, now) == "rings"

    def test_where_nobody_asks_who_rings_it_rings(self, eve, bob, now, without_the_rule):
        """The broken twin."""
        assert wait_of(eve, bob, now) == "waits"
        assert ring_of(eve, bob, now) == "rings"


def changes(bob, state: str) -> None:
    Presence.objects.filter(user=bob).update(state=state)
    notices.tell_watchers(user_id=bob.pk)


@pytest.mark.django_db(transaction=True)
class PresenceTests:
    """She has her page told when he comes and goes."""

    async def seen_by(self, person, bob) -> list[str]:
        """The first answer, and one thing for each time that he comes and goes."""
        wire = await page_of(person)
        await wire.say("watch", experts=[bob.pk])
        first = (await wire.hear("presence"))["experts"][0]["state"]
        await sync_to_async(changes)(bob, "busy")
        return [first] if await wire.silent(4 * watching.TICK_S) else [first, "something"]

    async def test_a_stranger_hears_that_he_is_away_and_then_nothing_not_even_that_something_changed(self, eve, bob):
        assert await self.seen_by(eve, bob) == ["away"]
        assert await self.seen_by(None, bob) == ["away"]

    async def test_a_contact_sees_him(self, alice, bob):
        assert await self.seen_by(alice, bob) == ["free", "something"]

    async def test_who_looked_on_before_is_told_once_that_he_is_away(self, eve, bob):
        await sync_to_async(experts.choose_visibility)(member=bob, visibility="listed")
        wire = await page_of(eve)
        await wire.say("watch", experts=[bob.pk])
        await wire.sees(bob, "free")
        await sync_to_async(experts.choose_visibility)(member=bob, visibility="private")
        await sync_to_async(changes)(bob, "busy")
        await wire.sees(bob, "away")
        await sync_to_async(changes)(bob, "free")
        assert await wire.silent(4 * watching.TICK_S)

    async def test_where_nobody_asks_who_looks_on_she_sees_him_come_and_go(self, eve, bob, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(contacts, "who_see", lambda private_ids: {one: {eve.pk} for one in private_ids})
        monkeypatch.setattr(contacts, "come_upon", lambda expert_ids, **_who: set(expert_ids))
        assert await self.seen_by(eve, bob) == ["free", "something"]


class UnlistedTests:
    """With the link he is there for everybody; without it nobody comes upon him."""

    @pytest.fixture(autouse=True)
    def unlisted(self, bob):
        experts.choose_visibility(member=bob, visibility="unlisted")

    def test_his_page_is_there_and_asks_not_to_be_indexed(self, client, bob):
        page = client.get(PAGE)
        assert page.status_code == 200
        assert '<meta name="robots" content="noindex">' in page.content.decode()

    def test_no_list_has_him(self, client, eve, bob, now):
        for address in ("/", "/?q=taxes", "/suggest/?q=bob"):
            assert not HIS_NAME.search(client.get(address).content.decode())
        assert search.find(category="money").total == 0
        assert answer_to(eve, now) == "nobody"

    def test_he_is_rung_by_who_has_it(self, eve, bob, now):
        assert ring_of(eve, bob, now) == "rings"


@pytest.mark.django_db(transaction=True)
class UnlistedByNumberTests:
    """Eve counts numbers through: who of them is free, what they are called, where their page is."""

    @pytest.fixture(autouse=True)
    def unlisted(self, bob):
        experts.choose_visibility(member=bob, visibility="unlisted")
        experts.choose_who_may_ring(member=bob, who="anyone")

    async def answers(self, person, bob, asked: str = "") -> list[str]:
        """What a page of theirs is told: his state, whether he comes and goes, and what becomes of what they press."""
        wire = await page_of(person, asked=asked)
        await wire.say("watch", experts=[bob.pk])
        told = [(await wire.hear("presence"))["experts"][0]["state"]]
        await sync_to_async(changes)(bob, "busy")
        told.append("quiet" if await wire.silent(4 * watching.TICK_S) else "comes and goes")
        await sync_to_async(changes)(bob, "free")
        if person is None:
            return told
        if not person.is_guest:
            told += [await self.pressed(wire, "ring.terms", expert=bob.pk)]
            told += [await self.pressed(wire, "wait", expert=bob.pk, line="")]
        return [*told, await self.pressed(wire, "ring", expert=bob.pk, line="")]

    async def pressed(self, wire, kind: str, **fields) -> str:
        await wire.say(kind, **fields)
        await wire.say("pong", extra=1)  # its answer comes after all others
        told = [message async for message in self.until_pong(wire)]
        codes = [message["code"] for message in told if message["type"] == "error" and message["re"] == kind]
        assert codes or "Bob" in str(told) or kind != "ring.terms"
        return codes[0] if codes else "done"

    async def until_pong(self, wire):
        while (message := await wire.next()).get("re") != "pong":
            yield message

    NOTHING = ("away", "quiet", "ring.not_an_expert", "ring.not_an_expert", "ring.not_an_expert")
    ALL = ("free", "comes and goes", "done", "done", "done")

    @pytest.mark.parametrize("asked", ["", "?profile=", "?profile=eve", "?profile=%00", "?profile=bob-leroy%20"])
    async def test_without_the_link_it_is_as_if_he_were_no_expert(self, eve, carla, bob, asked):
        nobody = await sync_to_async(cast.member)("Nobody Special")
        assert await self.answers(eve, bob, asked) == list(self.NOTHING)
        assert await self.answers(carla, bob, asked) == list(self.NOTHING[:3])
        assert await self.answers(None, bob, asked) == list(self.NOTHING[:2])
        assert await self.answers(eve, nobody, asked) == list(self.NOTHING)

    async def test_with_it_he_is_there(self, eve, bob):
        assert await self.answers(None, bob, "?language=en&profile=bob-leroy") == list(self.ALL[:2])
        assert await self.answers(eve, bob, "?profile=bob-leroy") == list(self.ALL)

    async def test_with_it_a_guest_reaches_him_too(self, carla, bob):
        assert await self.answers(carla, bob, "?profile=bob-leroy") == list(self.ALL[:3])

    async def test_who_has_talked_with_him_needs_none(self, alice, bob):
        assert await self.answers(alice, bob) == list(self.ALL)

    async def test_nor_does_who_waits_for_him(self, eve, bob, now):
        await sync_to_async(waiting.wait)(member=eve, expert=bob, line="", now=timezone.now())
        assert await self.answers(eve, bob) == list(self.ALL)

    async def test_nor_does_he_himself(self, bob):
        wire = await page_of(bob)
        await wire.say("watch", experts=[bob.pk])
        await wire.sees(bob, "free")
        assert await self.pressed(wire, "ring", expert=bob.pk, line="") == "ring.self"

    async def test_a_private_one_is_not_reached_by_his_link_either(self, eve, bob):
        await sync_to_async(experts.choose_visibility)(member=bob, visibility="private")
        assert await self.answers(eve, bob, "?profile=bob-leroy") == list(self.NOTHING)

    async def test_where_numbers_are_enough_she_finds_him(self, eve, bob, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(contacts, "come_upon", lambda expert_ids, **_who: set(expert_ids))
        assert await self.answers(eve, bob) == list(self.ALL)

    def test_his_page_has_what_its_socket_must_say(self, client, bob):
        assert 'data-slug="bob-leroy"' in client.get(PAGE).content.decode()


def test_who_has_no_profile_chooses_nothing(alice, signed_in, eve):
    assert signed_in(eve).post("/me/visibility/", {"visibility": "private"}).status_code == 404
    assert Profile.objects.filter(visibility="private").count() == 1
