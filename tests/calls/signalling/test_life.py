"""Pings, silence, signing out, dying in good order: what closes a socket, and what does not."""

import asyncio
import time

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from calls.notices import hub
from calls.notices.models import Process
from calls.signalling import sessions
from tests import cast
from tests.calls.signalling.wires import live_pair, page_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick_pings(settings):
    settings.SOCKET_PING_S, settings.SOCKET_SILENCE_S = 0.1, 1.5


class PingTests:
    async def test_who_answers_lives(self, alice, quick_pings):
        page = await page_of(alice)
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            await page.hear("ping")
            await page.say("pong")

    async def test_who_is_silent_is_gone(self, db, quick_pings):
        visitor = await page_of(None)
        assert await visitor.closed() == 4002

    async def test_silence_in_the_room_empties_the_seat(self, alice, bob, now, settings):
        hers, his, _ = await live_pair(alice, bob, now)
        settings.SOCKET_SILENCE_S = -1
        for socket in list(hub.current().sockets.values()):
            if socket.member.id == bob.id:
                await socket.ping()
        assert await his.closed() == 4002
        assert (await hers.hear("peer"))["present"] is False

    async def test_a_page_that_asks_whether_it_is_heard_is_answered_at_once_and_alone(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        await hers.say("echo")
        assert await hers.hear("echo") == {"type": "echo"}
        assert await his.hears_no("echo")


class SigningOutTests:
    @pytest.mark.parametrize("how", ["sign out", "new password", "first factor", "closed account"])
    async def test_closes_every_socket_of_the_session_at_the_next_ping(self, alice, how, settings):
        settings.SOCKET_PING_S = 0.1
        page = await page_of(alice)
        await sync_to_async(end_session)(alice, how)
        assert await page.closed() == 4003

    @pytest.mark.parametrize("how", ["sign out", "new password", "first factor", "closed account"])
    async def test_nothing_can_be_pressed_any_more_even_before_that(self, alice, bob, now, how):
        hers, his, _ = await live_pair(alice, bob, now)
        await sync_to_async(end_session)(alice, how)
        await hers.say("hangup")
        assert await hers.closed() == 4003
        state = await his.state(lambda state: not state["other"]["present"])
        assert state["call"]["state"] == "live"

    async def test_another_session_of_the_same_member_goes_on(self, alice, settings):
        settings.SOCKET_PING_S = 0.1
        first, second = await page_of(alice), await page_of(alice)
        await sync_to_async(Session.objects.filter(session_key=first.cookie).delete)()
        assert await first.closed() == 4003
        await second.hear("ping")
        await second.say("watch", experts=[alice.id])
        await second.hear("presence")

    async def test_many_sockets_ask_together(self, alice, settings):
        settings.SOCKET_PING_S = 0.2
        pages = [await page_of(alice) for _ in range(5)]
        await asyncio.gather(*(page.hear("ping") for page in pages))

    def test_of_however_many_members_in_two_looks(self, django_assert_num_queries, signed_in):
        members = [cast.member(name) for name in ("Ann", "Ben", "Cleo")]
        people = [sessions.signed_in(signed_in(member).session, member) for member in members]
        with django_assert_num_queries(2):
            assert sessions._alive(people) == {who.key for who in people}


def end_session(user, how: str) -> None:
    if how == "sign out":
        for session in Session.objects.all():
            if session.get_decoded()[SESSION_KEY] == str(user.id):
                session.delete()
    elif how == "new password":
        user.set_password("another horse battery staple")
        user.save()
    elif how == "first factor":
        user.session_stamp = "another"
        user.save()
    else:
        user.is_active = False
        user.save()


class LeaseTests:
    async def test_the_first_socket_takes_a_lease_and_it_is_refreshed(self, alice, settings):
        settings.LEASE_BEAT_S = 0.1
        await page_of(alice)
        first = await sync_to_async(Process.objects.get)(id=hub.current().id)
        async with asyncio.timeout(5):
            while (await sync_to_async(Process.objects.get)(id=first.id)).beat_at == first.beat_at:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def test_a_process_declared_dead_drops_its_sockets_and_takes_a_new_name(self, alice, bob, now, settings):
        settings.LEASE_BEAT_S = 0.1
        hers, his, _ = await live_pair(alice, bob, now)
        old = hub.current().id
        await sync_to_async(Process.objects.filter(id=old).update)(dead_at=timezone.now())
        assert await hers.closed() == await his.closed() == 4004
        assert hub.current().id != old
        assert await sync_to_async(Process.objects.filter(dead_at=None).count)() == 1

    async def test_presence_starts_anew_under_the_new_name(self, alice, bob, settings):
        settings.LEASE_BEAT_S = 0.1
        page = await page_of(bob)
        await sync_to_async(Process.objects.update)(dead_at=timezone.now())
        assert await page.closed() == 4004
        await page_of(bob)
        here = await sync_to_async(lambda: set(bob.connections.values_list("process", flat=True)))()
        assert hub.current().id in here

    async def test_a_process_that_stops_gives_up_its_lease_and_closes_its_sockets(self, alice):
        page = await page_of(alice)
        await hub.current().goodbye()
        assert await page.closed() == 4000
        assert await sync_to_async(Process.objects.exclude(dead_at=None).count)() == 1
        assert hub.current() is None
        await page_of(alice)  # a new process could begin at once

    async def test_daphne_stopping_is_a_goodbye(self, alice):
        page = await page_of(alice)
        await page.say("watch", experts=[alice.id])
        await page.hear("presence")
        page.end.future.cancel()  # what Daphne does to every open socket
        async with asyncio.timeout(5):
            while not await sync_to_async(Process.objects.exclude(dead_at=None).exists)():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def test_without_a_fresh_lease_nothing_is_witnessed(self, alice, settings):
        await page_of(alice)
        running = hub.current()
        assert running.may_witness
        running.beaten -= settings.LEASE_DEAD_S
        assert not running.may_witness
