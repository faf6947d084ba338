"""The site on uvicorn (`serve --uvicorn`): the same sockets, and an end in good order."""

import asyncio
import urllib.request

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus

from calls.notices import hub
from calls.notices.models import Process
from calls.rooms import sweep
from calls.rooms.models import Attendance, Seat
from tests.calls.signalling.floods import seat
from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.wires import answered_call, cookie_of
from tests.journeys.site import OnUvicorn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(tmp_path, transactional_db):
    server = site_on_this_database(tmp_path, kind=OnUvicorn)
    yield server
    server.stop()
    assert server.errors() == []


async def in_the_room(site, alice, bob) -> tuple[list[Line], str]:
    cookies = [await sync_to_async(cookie_of)(one) for one in (alice, bob)]
    call = await sync_to_async(answered_call)(alice, bob, timezone.now())
    await asyncio.to_thread(site.start)
    return await seat(site, call.room.code, cookies), call.room.code


class OnUvicornTests:
    async def test_two_find_each_other_hang_up_and_the_server_ends_in_good_order(self, site, alice, bob):
        (hers, his), _ = await in_the_room(site, alice, bob)
        for number in range(20):
            await hers.say("signal", data={"candidates": [{"candidate": f"{number}"}]})
        for number in range(20):
            assert (await his.hear("signal"))["data"]["candidates"][0]["candidate"] == f"{number}"
        await hers.socket.send("{")
        assert (await hers.hear("error"))["code"] == "bad_frame"
        await hers.say("hangup")
        for line in (hers, his):
            await line.state(lambda state: state["call"]["state"] == "ended")
        assert await asyncio.to_thread(site.stop) == 0
        assert (await sync_to_async(Process.objects.get)()).dead_at
        for line in (hers, his):
            with pytest.raises(ConnectionClosed):
                await line.hear("nothing of this name")
            assert line.socket.close_code == hub.SHUTTING_DOWN

    async def test_a_stop_in_mid_call_takes_no_time_for_each_seat_its_lease_ends_them_all(self, site, alice, bob):
        lines, _ = await in_the_room(site, alice, bob)
        assert await asyncio.to_thread(site.stop) == 0
        assert await sync_to_async(Seat.objects.count)() == 2
        ended = await sync_to_async(Process.objects.get)()
        await sync_to_async(sweep.reap)(now=timezone.now())
        assert await sync_to_async(Seat.objects.count)() == 0
        left = await sync_to_async(lambda: set(Attendance.objects.values_list("left_at", flat=True)))()
        assert left == {ended.dead_at}
        for line in lines:
            await line.close()

    async def test_who_leaves_without_a_word_is_seen_to_be_gone(self, site, alice, bob):
        (hers, his), _ = await in_the_room(site, alice, bob)
        hers.socket.transport.abort()
        assert (await his.hear("peer"))["present"] is False
        await his.say("signal", data={"candidates": [None]})
        assert (await his.hear("error"))["code"] == "room.no_peer"
        await his.close()

    async def test_a_strangers_socket_is_refused_and_pages_are_served(self, site, alice, bob, eve):
        lines, code = await in_the_room(site, alice, bob)
        with pytest.raises(InvalidStatus) as refusal:
            await Line.open(site, f"/ws/room/{code}/", await sync_to_async(cookie_of)(eve))
        assert refusal.value.response.status_code == 403
        answer = await asyncio.to_thread(urllib.request.urlopen, f"{site.url}/")
        assert answer.status == 200
        for line in lines:
            await line.close()
