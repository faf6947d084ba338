"""Whoever is gone without a word is seen away within a minute, whatever failed. Each way, by what finds it out."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as product
from django.utils import timezone

from calls.notices import hub
from calls.notices.models import Process
from calls.rooms import services as rooms
from calls.signalling import sockets
from marketplace.experts import services as experts
from tests import cast
from tests.calls.signalling.wires import page_of

pytestmark = pytest.mark.django_db(transaction=True)
A_MINUTE = 60
WORKER_LOOKS_S = 1  # a worker's round (marketplace/worker.py)


@pytest.fixture
async def watching(alice, bob):
    """Alice looks at Bob, who is free."""
    wire, his = await page_of(alice), await page_of(bob)
    await wire.say("watch", experts=[bob.id])
    await wire.sees(bob, "free")
    return wire, his


class ClosedTests:
    """The page is closed, or the browser crashed: the connection ends."""

    async def test_he_is_away_once_he_could_have_come_back(self, watching, bob, settings):
        settings.AWAY_AFTER_S = 0.1
        wire, his = watching
        await his.hang()
        await wire.sees(bob, "away")

    def test_that_takes_no_longer_than_it_may(self):
        assert product.AWAY_AFTER_S < A_MINUTE


class SilentTests:
    """The computer sleeps, or the network is gone: nothing ends, and nothing comes any more."""

    async def test_he_is_away_as_soon_as_the_silence_is_found(self, watching, bob, settings):
        settings.AWAY_AFTER_S = A_MINUTE  # not on top of it
        wire, his = watching
        settings.SOCKET_SILENCE_S = -1
        await next(one for one in hub.current().sockets.values() if one.member.id == bob.id).ping()
        assert await his.closed() == sockets.SILENT
        settings.SOCKET_SILENCE_S = 30
        await wire.sees(bob, "away")

    async def test_with_another_page_that_answers_he_stays(self, watching, bob, settings):
        wire, his = watching
        await page_of(bob)
        settings.SOCKET_SILENCE_S = -1
        await next(one for one in hub.current().sockets.values() if one.member.id == bob.id).ping()
        settings.SOCKET_SILENCE_S = 30
        assert await his.closed() == sockets.SILENT
        assert await wire.hears_no("presence")
        assert await sync_to_async(experts.state)(bob) == "free"

    def test_that_takes_no_longer_than_it_may(self):
        """Pings are SOCKET_PING_S apart, and a socket may have been heard just after one."""
        assert product.SOCKET_SILENCE_S + product.SOCKET_PING_S + hub.PING_TICK_S < A_MINUTE


class DeadServerTests:
    """The server is killed, or cut off: nobody is left to close anything."""

    async def test_he_is_away_once_its_lease_is_over(self, watching, bob, settings):
        wire, _his = watching
        lost = timezone.now() - timedelta(seconds=settings.LEASE_DEAD_S + 1)
        other = await sync_to_async(Process.objects.create)(
            id=cast.A_PROCESS, channel="x", started_at=lost, beat_at=lost
        )
        await sync_to_async(bob.connections.update)(process=other.id)  # his page was there
        await sync_to_async(rooms.reap)(now=timezone.now())
        await wire.sees(bob, "away")

    def test_that_takes_no_longer_than_it_may(self):
        assert product.LEASE_DEAD_S + WORKER_LOOKS_S < A_MINUTE
