"""A robot at work: sockets, connection and behaviour put together. Ends when it is cancelled."""

import asyncio
import contextlib
import json
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp

from calls.robots.behaviour import Action, Enter, Habits, Leave, Message, Robot, Say
from calls.robots.media import Face, Melody
from calls.robots.peer import Peer
from calls.robots.site import Credentials, LoginRefused, Site

logger = logging.getLogger("robot")
TICK_S = 0.25
REPORT_S = 2.0  # PROTOCOL.md, section 5
SILENT_FOR_S = 25.0  # a socket that brought nothing for so long is given up


@dataclass(frozen=True)
class Looks:
    """What callers see and hear: the expert's name, the words under it, a hue from 0 to 1, the pitch of the tune."""

    name: str
    caption: str
    hue: float = 0.5
    pitch: float = 1.0


def waits() -> Iterator[float]:
    """Seconds before each next try: 0.25 doubling to 5, each 30 % more or less by chance."""
    wait = 0.25
    while True:
        yield wait * random.uniform(0.7, 1.3)  # noqa: S311 (not a secret)
        wait = min(5.0, wait * 2)


async def messages(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Message]:
    """What arrives, until the socket closes or stays silent for too long."""
    with contextlib.suppress(asyncio.TimeoutError):
        while True:
            frame = await socket.receive(timeout=SILENT_FOR_S)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return
            yield json.loads(frame.data)


class Visit:
    """One signed-in robot: its page socket all the time, a room socket and a peer while it talks."""

    def __init__(self, site: Site, habits: Habits, looks: Looks) -> None:
        self._site = site
        self.robot = Robot(habits)
        self._face = Face(name=looks.name, caption=looks.caption, hue=looks.hue)
        self._melody = Melody(transpose=looks.pitch)
        self._page: aiohttp.ClientWebSocketResponse | None = None
        self._room: aiohttp.ClientWebSocketResponse | None = None
        self._room_task: asyncio.Task[None] | None = None
        self._peer: Peer | None = None
        self._peer_page: str | None = None
        self._ice: list[Message] = []

    async def stay(self) -> None:
        """Holds one page socket until it closes; talks on whatever happens to it."""
        self._page = await self._site.socket("/ws/page/")
        try:
            async for message in messages(self._page):
                if message["type"] == "hello" and message["member"] is None:
                    return  # the session is over: the caller of this signs in again
                await self.act(self.robot.hear_page(message, time.monotonic()))
        finally:
            self.robot.page_lost()
            await self._page.close()

    async def tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.act(self.robot.tick(time.monotonic()))
            except Exception:
                logger.exception("tick")
            self._face.muted = self._melody.muted = self.robot.muted
            self._face.paid = self.robot.paid

    async def act(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Say(message, room):
                    await self._say(message, self._room if room else self._page)
                case Enter(code):
                    await self._end_talk()
                    self._room_task = asyncio.create_task(self._talk(code))
                case Leave():
                    await self._end_talk()

    async def _say(self, message: Message, socket: aiohttp.ClientWebSocketResponse | None) -> None:
        """A socket that is just being lost loses the words too: the state told after reconnecting leads on."""
        if message["type"] not in ("pong", "media", "signal"):
            logger.info("%s", message)
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            if socket is not None and not socket.closed:
                await socket.send_json(message)

    # --- in the room --------------------------------------------------------------------------------------------
    async def _talk(self, code: str) -> None:
        """The room socket, opened again as long as the behaviour wants to be there; media goes on meanwhile."""
        page, wait = secrets.token_hex(8), waits()
        reports = asyncio.create_task(self._report_for_ever())
        try:
            while True:
                try:
                    self._room = room = await self._site.socket(f"/ws/room/{code}/")
                    wait = waits()
                    await self._say({"type": "join", "page": page}, room)
                    async for message in messages(room):
                        await self._hear(message)
                    if self._room is not room:  # left while hearing the last message
                        return
                except aiohttp.WSServerHandshakeError as refused:
                    logger.info("room: %s", refused)
                    await self.act(self.robot.give_up())
                    return
                except (aiohttp.ClientError, ConnectionError) as problem:
                    logger.info("room: %s", problem)
                await asyncio.sleep(next(wait))
        finally:
            reports.cancel()

    async def _hear(self, message: Message) -> None:
        match message["type"]:
            case "peer":
                await self._hear_peer(message)
            case "signal" if self._peer is not None:
                await self._peer.hear(message["data"])
            case "error":
                logger.info("told: %s", message)
        if message["type"] == "state" and "ice" in message:
            self._ice = message["ice"]
        await self.act(self.robot.hear_room(message, time.monotonic()))

    async def _hear_peer(self, message: Message) -> None:
        """Another page needs a new connection; the same page on a new socket keeps the one it has."""
        if not message["present"]:
            return
        if self._peer is not None and message.get("page") == self._peer_page:
            await self._peer.tell_again()
            return
        await self._drop_peer()
        self._peer_page = message.get("page")
        self._peer = Peer(tell=self._tell, face=self._face, melody=self._melody, ice=self._ice)

    async def _tell(self, data: Message) -> None:
        await self._say({"type": "signal", "data": data}, self._room)

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            if self._peer is not None:
                await self._say({"type": "media", "received": await self._peer.heard()}, self._room)

    async def _drop_peer(self) -> None:
        peer, self._peer, self._peer_page = self._peer, None, None
        if peer is not None:
            await peer.close()

    async def _end_talk(self) -> None:
        """Closes room and connection. Called from within the talk itself, that one ends by its closed socket."""
        task, self._room_task = self._room_task, None
        room, self._room = self._room, None
        await self._drop_peer()
        if room is not None:
            await room.close()
        if task is not None and task is not asyncio.current_task():
            task.cancel()


async def run(*, site_url: str, credentials: Credentials, habits: Habits, looks: Looks) -> None:
    """Signs in, stays online and answers for as long as it is let; waits longer and longer for a site that is down."""
    site = Site(site_url)
    visit = Visit(site, habits, looks)
    ticking = asyncio.create_task(visit.tick_for_ever())
    wait = waits()
    try:
        while True:
            try:
                await site.log_in(credentials)
                logger.info("%s is online", looks.name)
                wait = waits()
                await visit.stay()
            except LoginRefused as problem:
                logger.warning("%s", problem)
                await asyncio.sleep(10)
            except (TimeoutError, aiohttp.ClientError, ConnectionError) as problem:
                logger.info("site: %s", problem)
            await asyncio.sleep(next(wait))
    finally:
        ticking.cancel()
        await visit.act([Leave()])
        await site.close()
