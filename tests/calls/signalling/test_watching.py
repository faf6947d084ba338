"""Presence reaches who looks: together, once a tick, and nothing that is not theirs to see."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from calls.contacts import services as contacts
from calls.notices import hub as hubs
from calls.notices import services as notices
from calls.signalling import watching
from marketplace.experts import services as experts
from marketplace.experts.models import Presence
from tests import cast
from tests.calls.signalling.wires import page_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(db):
    return [cast.expert(f"Expert{number} Test") for number in range(5)]


@pytest.fixture
def asked(monkeypatch):
    """The questions to the database: which experts each was about."""
    questions, look = [], watching.look

    def noted(expert_ids):
        questions.append(sorted(expert_ids))
        return look(expert_ids)

    monkeypatch.setattr(watching, "look", noted)
    return questions


async def looking_at(people, user=None):
    wire = await page_of(user)
    await wire.say("watch", experts=[one.id for one in people])
    await wire.hear("presence")
    return wire


def all_change(people, state: str = "free") -> None:
    Presence.objects.filter(user__in=people).update(state=state)
    for one in people:
        notices.tell_watchers(user_id=one.id)


class TogetherTests:
    async def test_changes_of_one_tick_are_one_message_for_each_page_and_one_question_for_all(self, many, asked):
        wires = [await looking_at(many) for _ in range(3)]
        await sync_to_async(all_change)(many)
        for wire in wires:
            told = (await wire.hear("presence"))["experts"]
            assert sorted(one["expert"] for one in told) == sorted(one.id for one in many)
            assert {one["state"] for one in told} == {"free"}
            assert await wire.silent()
        assert asked == [[one.id for one in many]]

    async def test_each_page_hears_of_those_that_it_shows(self, many, asked):
        first, second = await looking_at(many[:2]), await looking_at(many[1:4])
        await sync_to_async(all_change)(many)
        for wire, shown in ((first, many[:2]), (second, many[1:4])):
            told = (await wire.hear("presence"))["experts"]
            assert sorted(one["expert"] for one in told) == [one.id for one in shown]
        assert asked == [[one.id for one in many[:4]]]  # nobody here looks at the fifth

    async def test_changes_that_come_again_are_one(self, many, asked):
        wire = await looking_at(many)
        for _ in range(4):
            await sync_to_async(all_change)(many[:1], "busy")
        told = (await wire.hear("presence"))["experts"]
        assert [(one["expert"], one["state"]) for one in told] == [(many[0].id, "busy")]
        assert len(asked) == 1

    async def test_the_next_change_is_told_in_the_next_tick(self, many):
        wire = await looking_at(many)
        for state in ("free", "busy", "away"):
            await sync_to_async(all_change)(many[:1], state)
            await wire.sees(many[0], state)

    async def test_the_question_is_as_many_statements_for_one_as_for_many(self, many, django_assert_num_queries):
        for people in (many[:1], many):
            ids = [one.id for one in people]
            await sync_to_async(statements)(django_assert_num_queries, 2, ids)

    async def test_who_looks_at_others_by_then_is_not_told(self, many):
        wire = await looking_at(many[:1])
        await sync_to_async(all_change)(many[:1])
        await wire.say("watch", experts=[many[1].id])
        await wire.sees(many[1], "away")
        assert await wire.silent(3 * watching.TICK_S)

    async def test_who_has_gone_holds_up_nobody(self, many):
        gone, stays = await looking_at(many), await looking_at(many)
        await sync_to_async(all_change)(many)
        await gone.hang()
        assert len((await stays.hear("presence"))["experts"]) == len(many)


def statements(django_assert_num_queries, count: int, ids: list[int]) -> None:
    with django_assert_num_queries(count):
        watching.look(ids)


class BlockedTests:
    async def test_whom_an_expert_blocked_sees_them_away_among_the_others(self, alice, eve, many, now):
        await sync_to_async(contacts.block)(member=many[0], other=alice, now=now)
        hers, other, visitor = await looking_at(many, alice), await looking_at(many, eve), await looking_at(many)
        await sync_to_async(all_change)(many)
        told = {one["expert"]: one for one in (await hers.hear("presence"))["experts"]}
        assert told.pop(many[0].id) == {"expert": many[0].id, "state": "away", "back_at": None}
        assert {one["state"] for one in told.values()} == {"free"}
        for wire in (other, visitor):
            assert {one["state"] for one in (await wire.hear("presence"))["experts"]} == {"free"}

    async def test_without_that_look_she_would_see_through_it(self, alice, many, now, monkeypatch):
        """The broken twin."""
        await sync_to_async(contacts.block)(member=many[0], other=alice, now=now)
        monkeypatch.setattr(contacts, "blocks_by", lambda *, member_ids: [])
        hers = await looking_at(many, alice)
        await sync_to_async(all_change)(many)
        await hers.sees(many[0], "free")


class TroubleTests:
    async def test_what_cannot_be_read_is_asked_for_again(self, many, monkeypatch):
        monkeypatch.setattr(watching, "AGAIN_S", 0.05)
        wire, seen, failures = await looking_at(many), experts.seen, [OperationalError("the database is away")]

        def away_once(user_ids):
            if failures:
                raise failures.pop()
            return seen(user_ids)

        monkeypatch.setattr(experts, "seen", away_once)
        await sync_to_async(all_change)(many)
        assert len((await wire.hear("presence"))["experts"]) == len(many)


class FakeLayer:
    def __init__(self) -> None:
        self.sent = []

    async def send(self, channel: str, message: dict) -> None:
        self.sent.append((channel, message))


class OtherProcessTests:
    """What is told to the other server processes."""

    @pytest.fixture
    def layer(self, monkeypatch):
        layer = FakeLayer()
        monkeypatch.setattr(notices, "get_channel_layer", lambda: layer)
        monkeypatch.setattr(notices.lease, "channels_but", lambda *, process: ["theirs"])
        return layer

    async def sent(self, layer, count: int) -> list:
        async with asyncio.timeout(5):
            while sum(len(message["notices"]) for _, message in layer.sent) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return [sorted(map(tuple, message["notices"])) for _, message in layer.sent]

    async def test_changes_of_presence_go_together(self, many, layer):
        hub = await hubs.running()
        hub.layer = layer
        await sync_to_async(all_change)(many)
        assert await self.sent(layer, len(many)) == [[("watchers", one.id) for one in many]]

    async def test_what_rings_does_not_wait_for_them(self, many, layer):
        hub = await hubs.running()
        hub.layer = layer
        await sync_to_async(all_change)(many)
        await sync_to_async(notices.tell_member)(user_id=7)
        first, *_others = await self.sent(layer, len(many) + 1)
        assert first == [("member", 7)]

    async def test_what_comes_is_heard_one_by_one(self, many):
        wire, hub = await looking_at(many), hubs.current()
        await sync_to_async(Presence.objects.update)(state="busy")
        await hub._received({"notices": [["watchers", one.id] for one in many]})
        assert {one["state"] for one in (await wire.hear("presence"))["experts"]} == {"busy"}

    def test_a_process_without_pages_tells_all_of_a_list_at_once(self, many, layer):
        notices.tell_watchers_of(user_ids=[one.id for one in many])
        (told,) = layer.sent
        assert told == ("theirs", {"notices": [["watchers", one.id] for one in many]})
