"""Many sockets to one server, each with a person's few reactions: what the benchmarks of sockets load servers with."""

import asyncio
import resource
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

AT_ONCE = 8  # handshakes with one server
PATIENCE_S = 120.0
PING, PONG = '{"type": "ping"}', '{"type":"pong"}'


class Wire:
    """Answers pings, counts the frames that begin with `relayed`, and is `ready` once one that begins with `greeting` came."""

    def __init__(self, socket: ClientConnection, *, greeting: str, relayed: str = "nothing") -> None:
        self.socket = socket
        self.received = 0
        self.ready = asyncio.Event()
        self._greeting, self._relayed = greeting, relayed
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(
        cls, address: str, *, greeting: str, relayed: str = "nothing", origin: str = "", cookie: str = ""
    ) -> Self:
        headers = {"Cookie": cookie} if cookie else {}
        socket = await connect(
            address,
            origin=Origin(origin) if origin else None,
            additional_headers=headers,
            compression=None,
            ping_interval=None,
            proxy=None,
            open_timeout=PATIENCE_S,
        )
        return cls(socket, greeting=greeting, relayed=relayed)

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                assert isinstance(text, str)
                if text.startswith(self._relayed):
                    self.received += 1
                    self.hear(text)
                elif text == PING:
                    await self.socket.send(PONG)
                elif text.startswith(self._greeting):
                    self.ready.set()

    def hear(self, text: str) -> None:
        """A frame that was counted."""

    @property
    def is_open(self) -> bool:
        return not self._reading.done()

    async def close(self) -> None:
        await self.socket.close()
        await self._reading


async def together(work: Iterable) -> list:
    """The results in their order, AT_ONCE of them under way at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def in_its_place(one):
        async with places:
            return await one

    return await asyncio.gather(*(in_its_place(one) for one in work))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 (asked of thousands of sockets, seldom)
            await asyncio.sleep(0.005)


def allow_many_files() -> None:
    """A socket is one, in this process and in the servers that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
