"""Sockets to real server processes, over the network as a foreign client would open them."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.journeys.site import Site

WAIT_S = 15


def test_database_url() -> str:
    """Where a server process finds the database of this test."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    return f"postgres://{quote(there['USER'])}@{there['HOST']}:{there['PORT']}/{there['NAME']}"


def site_on_this_database(folder: Path, *, kind: type[Site] = Site, **environment: str) -> Site:
    """A server process without a worker: the test itself sweeps."""
    shared = {"DATABASE_URL": test_database_url(), "DEBUG": "1", "REDIS_URL": settings.REDIS_URL}
    return kind(folder, shared | environment, arguments=("--no-worker", "--no-robots"))


class Line:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received = 0
        self.reporting: asyncio.Task | None = None

    @classmethod
    async def open(cls, site: Site, path: str, cookie: str) -> "Line":
        return cls(
            await connect(
                site.url.replace("http", "ws", 1) + path,
                origin=Origin(site.url),
                additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
                proxy=None,
            )
        )

    async def say(self, kind: str, **fields) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def hear(self, kind: str, check=lambda message: True) -> dict:
        """The next message of this type of which `check` holds; pings are answered on the way."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == "ping":
                    await self.say("pong")
                elif message["type"] == kind and check(message):
                    return message

    async def state(self, check) -> dict:
        return await self.hear("state", check)

    async def only_pongs_for(self, seconds: float) -> None:
        """Idle but alive."""
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.hear("nothing of this name"), left)

    def report_media(self) -> None:
        """From now on the other's sound arrives."""
        self.reporting = asyncio.get_running_loop().create_task(self._report())

    async def _report(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self.received += 50
                await self.say("media", received=self.received)
                await asyncio.sleep(0.5)

    async def close(self) -> None:
        if self.reporting:
            self.reporting.cancel()
        await self.socket.close()
