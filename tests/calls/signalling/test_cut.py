"""Frames that the server itself cuts, before we read them: they end the socket that sent them, and no other."""

from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.test_server_dies import talk
from tests.calls.signalling.wires import answered_call, cookie_of
from tests.journeys.site import OnUvicorn, Site

pytestmark = pytest.mark.django_db(transaction=True)

MIB = 1024 * 1024

# Python runs a module of this name before anything else: the server's own limits, switched off.
WITHOUT_LIMITS = """
from functools import partialmethod
from daphne.server import Server
Server.__init__ = partialmethod(Server.__init__, websocket_max_message_size=0, websocket_max_frame_size=0)
"""


@pytest.fixture
def start(tmp_path, transactional_db):
    sites = []

    def start_one(kind: type[Site] = Site, **environment: str):
        sites.append(site_on_this_database(tmp_path, kind=kind, **environment))
        sites[-1].start()
        return sites[-1]

    yield start_one
    for site in sites:
        site.stop()


async def is_cut(site, cookie: str, frame: bytes) -> bool:
    """False: it is answered, and the socket lives."""
    line = await Line.open(site, "/ws/page/", cookie)
    try:
        await line.socket.send(frame, text=True)
        await line.hear("error")
    except ConnectionClosed:
        return True
    await line.close()
    return False


class CutTests:
    @pytest.mark.parametrize("kind", [Site, OnUvicorn])
    async def test_ends_the_socket_that_sent_it_and_nobody_else_notices(self, alice, bob, eve, start, kind):
        site = await sync_to_async(start)(kind)
        call = await sync_to_async(answered_call)(alice, bob, timezone.now())
        alices, bobs, eves = [await sync_to_async(cookie_of)(one) for one in (alice, bob, eve)]
        hers, his = await talk(site, [alices, bobs], call.room.code)
        eves_other = await Line.open(site, "/ws/page/", eves)
        await eves_other.hear("rings")
        assert await is_cut(site, eves, b"\xff\xfe")
        assert await is_cut(site, eves, b'{"type": "watch"' + b" " * MIB)
        for one, other in ((hers, his), (his, hers)):
            await one.say("signal", data={"candidates": [None]})
            await other.hear("signal")
        await eves_other.say("watch", experts=[bob.id])
        assert (await eves_other.hear("presence"))["experts"][0]["expert"] == bob.id
        for line in (hers, his, eves_other):
            await line.close()

    async def test_without_the_servers_limit_any_length_is_read_into_memory(self, eve, start, tmp_path: Path):
        """The broken twin."""
        (tmp_path / "sitecustomize.py").write_text(WITHOUT_LIMITS)
        site = await sync_to_async(start)(PYTHONPATH=str(tmp_path))
        cookie = await sync_to_async(cookie_of)(eve)
        assert not await is_cut(site, cookie, b'{"type": "watch"' + b" " * 8 * MIB)
