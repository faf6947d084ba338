"""Waiting and calling back, over sockets."""

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.rooms.models import Call
from calls.waiting import services as waiting
from marketplace.experts import services as experts
from tests import cast
from tests.calls.signalling.wires import Wire, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carol(db):
    return cast.member("Carol Waiter")


async def lines(wire: Wire, check) -> dict:
    """The next `rings` of whose waiting `check` holds."""
    while not check((rings := await wire.hear("rings"))["waiting"]):
        pass
    return rings


async def sweep() -> None:
    await sync_to_async(waiting.sweep)(now=timezone.now())


async def talk(caller: Wire, expert: Wire, alice, bob) -> tuple[Wire, Wire]:
    await caller.say("ring", expert=bob.id, line="")
    ring = await caller.hear("ring.ringing")
    await expert.say("ring.answer", call=ring["call"])
    await expert.hear("ring.answered")
    windows = await room_of(alice, ring["room"]), await room_of(bob, ring["room"])
    for window in windows:
        await window.say("join")
        await window.state(lambda state: state["you"]["joined"])
    return windows


class WaitingTests:
    async def test_carol_sees_her_place_her_turn_and_rings(self, alice, bob, carol, eve):
        hers, his, waits, behind = [await page_of(one) for one in (alice, bob, carol, eve)]
        in_call, _ = await talk(hers, his, alice, bob)
        await waits.say("wait", expert=bob.id, line="My lease")
        (entry,) = (await lines(waits, bool))["waiting"]
        assert (entry["place"], entry["state"], entry["line"]) == (1, "busy", "My lease")
        await his.hear("rings", awaited=1)
        await behind.say("wait", expert=bob.id, line="")
        assert (await lines(behind, bool))["waiting"][0]["place"] == 2

        await in_call.say("hangup")
        await lines(waits, lambda told: told[0]["state"] == "free")  # presence alone is news to whoever waits
        await sweep()
        await lines(waits, lambda told: told[0]["turn_until"])
        await behind.say("ring", expert=bob.id, line="")
        assert await behind.error() == ("ring.in_line", "ring")
        await waits.say("ring", expert=bob.id, line="")
        await waits.hear("ring.ringing")
        await lines(waits, lambda told: told == [])
        await lines(behind, lambda told: told[0]["place"] == 1)

    async def test_every_page_of_hers_sees_the_turn_and_not_now_on_one_closes_it_on_all(self, alice, bob, carol):
        hers, his, first, second = [await page_of(one) for one in (alice, bob, carol, carol)]
        in_call, _ = await talk(hers, his, alice, bob)
        await first.say("wait", expert=bob.id, line="")
        await in_call.say("hangup")
        await lines(first, lambda told: told and told[0]["state"] == "free")
        await sweep()
        for page in (first, second):
            await lines(page, lambda told: told and told[0]["turn_until"])
        await second.say("wait.leave", expert=bob.id)
        for page in (first, second):
            await lines(page, lambda told: told == [])

    async def test_watching_nobody_any_more_she_still_follows_whom_she_waits_for(self, bob, carol):
        waits = await page_of(carol)
        await waits.say("watch", experts=[bob.id])
        await waits.say("wait", expert=bob.id, line="")
        await lines(waits, bool)
        await waits.say("watch", experts=[])
        await page_of(bob)
        await lines(waits, lambda told: told[0]["state"] == "free")
        assert await waits.hears_no("presence")

    async def test_of_nobody_and_of_oneself_there_is_no_line(self, bob, carol):
        waits, his = await page_of(carol), await page_of(bob)
        await waits.say("wait", expert=4711, line="")
        assert await waits.error() == ("ring.not_an_expert", "wait")
        await his.say("wait", expert=bob.id, line="")
        assert await his.error() == ("ring.self", "wait")
        await waits.say("wait.leave", expert=4711)
        assert await waits.silent()


class CallingBackTests:
    async def test_rings_on_carols_pages_and_she_answers(self, bob, carol):
        his, first, second = [await page_of(one) for one in (bob, carol, carol)]
        await sync_to_async(experts.choose)(user=bob, chosen="away", now=timezone.now())
        await first.say("wait", expert=bob.id, line="My lease")
        await his.hear("rings", awaited=1)
        await his.say("ring.back", member=carol.id)
        ring = await his.hear("ring.ringing")
        for page in (first, second):
            while not (incoming := (await page.hear("rings"))["incoming"]):
                pass
            assert (incoming[0]["call"], incoming[0]["back"], incoming[0]["expert"]["id"]) == (
                ring["call"],
                True,
                bob.id,
            )
        await first.say("ring.answer", call=ring["call"])
        assert (await first.hear("ring.answered"))["room"] == ring["room"]
        outgoing = (await his.hear("rings"))["outgoing"]
        while outgoing["state"] != "answered":
            outgoing = (await his.hear("rings"))["outgoing"]
        assert outgoing["room"] == ring["room"]

    async def test_each_presses_what_is_theirs(self, bob, carol, eve):
        his, hers, strange = [await page_of(one) for one in (bob, carol, eve)]
        await sync_to_async(experts.choose)(user=bob, chosen="away", now=timezone.now())
        await hers.say("wait", expert=bob.id, line="")
        await his.hear("rings", awaited=1)
        await his.say("ring.back", member=carol.id)
        call = (await his.hear("ring.ringing"))["call"]
        for wire, kinds in (
            (his, ["ring.answer", "ring.decline"]),
            (hers, ["ring.cancel"]),
            (strange, ["ring.answer", "ring.decline", "ring.cancel"]),
        ):
            for kind in kinds:
                await wire.say(kind, call=call)
                assert await wire.error() == ("not_found", kind)
        assert await sync_to_async(Call.objects.get)(state="ringing")
        await hers.say("ring.decline", call=call)
        while (await his.hear("rings"))["outgoing"]["state"] != "declined":
            pass

    async def test_nobody_else_is_reached(self, bob, carol, eve):
        his, strange, _ = await page_of(bob), await page_of(eve), await page_of(carol)
        for wire, member in ((his, carol.id), (his, 4711), (strange, carol.id), (his, bob.id)):
            await wire.say("ring.back", member=member)
            assert await wire.error() == ("ring.not_waiting", "ring.back")
