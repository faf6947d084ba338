"""The sockets of this server process, and its place among the other processes.

One hub per process, made by its first socket and living on that socket's event loop. Everything here runs on that loop;
other threads come in through `services`. The hub knows nothing of what a socket says: a notice only tells it that
something changed, and the socket asks for its own fresh state.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import Context
from functools import partial
from typing import Protocol
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.db import connection
from django.utils import timezone

from calls.notices import lease

log = logging.getLogger(__name__)

# Close codes of our own: Daphne's library refuses to send 1001 and 1012.
SHUTTING_DOWN, CUT_OFF = 4000, 4004
PING_TICK_S = 0.25
# How long a notice for other processes waits for more of its kind, which then go along with it. What rings is not to wait.
TOGETHER_S = {"watchers": 0.2}
FAREWELL_S = 0.1  # Twisted writes on its next turn, and Daphne's shutdown does not wait for that


Topic = tuple[str, int]


class Socket(Protocol):
    tab: UUID
    topics: tuple[Topic, ...]  # that it wants to hear of; the hub's
    pinged_at: float  # or opened

    def hear(self, topic: str, about: int) -> None: ...
    async def send_text(self, text: str) -> None: ...
    async def close(self, code: int) -> None: ...
    async def ping(self) -> None: ...
    async def say_goodbye(self) -> None: ...


class Hub:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.sockets: dict[UUID, Socket] = {}
        self.topics: dict[Topic, set[Socket]] = defaultdict(set)  # ("room", 7) -> who wants to hear of it
        self.tasks: set[asyncio.Task] = set()
        self.untold: dict[float, set[Topic]] = defaultdict(set)  # to other processes, by how long it can wait
        self.layer = None if isinstance(layer := get_channel_layer(), InMemoryChannelLayer) else layer
        self._new_identity()
        self.listening: asyncio.Task | None = None
        self.started: asyncio.Task | None = None
        self.gone: asyncio.Task | None = None

    def _new_identity(self) -> None:
        self.id = uuid4()
        self.beaten = time.monotonic()

    # --- life ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        await _in_own_thread(partial(lease.take, process=self.id, now=timezone.now()))
        self.beaten = time.monotonic()
        self.spawn(self._beat_forever())
        self.spawn(self._ping_forever())
        self._listen()

    def spawn(self, work) -> asyncio.Task:
        """A task that the hub keeps alive; its errors are logged, never lost."""
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("A live task failed", exc_info=problem)

    async def _beat_forever(self) -> None:
        while self.gone is None:
            await asyncio.sleep(settings.LEASE_BEAT_S)
            begun = time.monotonic()
            try:
                alive = await _in_own_thread(partial(lease.beat, process=self.id, now=timezone.now()))
            except Exception:
                log.exception("The lease could not be refreshed")
                continue
            if alive:
                self.beaten = begun
            else:
                await self._born_again()

    async def _born_again(self) -> None:
        """Declared dead while it lived (a long pause, a lost database): what others ended stays ended."""
        log.warning("This process was declared dead: dropping %d sockets", len(self.sockets))
        dropped = list(self.sockets.values())
        self._new_identity()
        self._listen()
        await _in_own_thread(partial(lease.take, process=self.id, now=timezone.now()))
        for socket in dropped:
            await socket.close(CUT_OFF)

    @property
    def may_witness(self) -> bool:
        """Whether the lease surely holds: without it nothing may be recorded in this process's name."""
        return self.gone is None and time.monotonic() - self.beaten < settings.LEASE_DEAD_S - 1

    async def goodbye(self) -> None:
        """The server stops: close what is witnessed at its last good moment, then the lease. Once, whoever asks."""
        if self.gone is None:
            self.gone = self.loop.create_task(self._say_goodbye())
        await asyncio.shield(self.gone)

    async def _say_goodbye(self) -> None:
        for socket in list(self.sockets.values()):
            with contextlib.suppress(Exception):
                await socket.say_goodbye()
        await _in_own_thread(partial(lease.give_up, process=self.id, now=timezone.now()))
        for task in list(self.tasks):
            task.cancel()
        for socket in list(self.sockets.values()):
            with contextlib.suppress(Exception):
                await socket.close(SHUTTING_DOWN)
        await asyncio.sleep(FAREWELL_S)

    # --- sockets ------------------------------------------------------------------------------------------------

    def add(self, socket: Socket) -> None:
        self.sockets[socket.tab] = socket

    def remove(self, socket: Socket) -> None:
        self.sockets.pop(socket.tab, None)
        for topic, about in socket.topics:
            self.ignore(socket, topic, about)

    def listen(self, socket: Socket, topic: str, about: int) -> None:
        if socket.tab in self.sockets and (topic, about) not in socket.topics:  # it may have gone while it asked
            socket.topics = (*socket.topics, (topic, about))
            self.topics[topic, about].add(socket)

    def ignore(self, socket: Socket, topic: str, about: int) -> None:
        socket.topics = tuple(other for other in socket.topics if other != (topic, about))
        listening = self.topics.get((topic, about), set())
        listening.discard(socket)
        if not listening:
            self.topics.pop((topic, about), None)

    async def _ping_forever(self) -> None:
        """One clock for all sockets: a timer each costs more memory than all else that the hub knows of them."""
        while self.gone is None:
            await asyncio.sleep(PING_TICK_S)
            now = time.monotonic()
            for socket in list(self.sockets.values()):
                if now - socket.pinged_at >= settings.SOCKET_PING_S:
                    socket.pinged_at = math.inf  # until it is done: while the database stalls they must not pile up
                    self.spawn(self._ping(socket))

    async def _ping(self, socket: Socket) -> None:
        try:
            await socket.ping()
        finally:
            socket.pinged_at = time.monotonic()

    def call_from_thread(self, work: Callable, *arguments) -> None:
        """Runs `work` on the hub's loop, from any thread.

        In a context of its own: the calling thread's says that it is database work, and asgiref would refuse further
        database work to every task begun in it.
        """
        self.loop.call_soon_threadsafe(partial(work, *arguments), context=Context())

    def tell(self, topic: str, about: int) -> None:
        for socket in list(self.topics.get((topic, about), ())):
            socket.hear(topic, about)

    # --- other processes ----------------------------------------------------------------------------------------

    def tell_others(self, topic: str, about: int) -> None:
        """Soon, with all else that is to be told then: one question who they are, one message to each."""
        wait_s = TOGETHER_S.get(topic, 0)
        if not self.untold[wait_s]:
            self.spawn(self._tell_others(wait_s))
        self.untold[wait_s].add((topic, about))

    async def _tell_others(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        notices = self.untold.pop(wait_s)
        channels = await database_sync_to_async(lease.channels_but)(process=self.id)
        await send_notices(self.layer, channels, notices)

    async def hand_over(self, *, process: UUID, tab: UUID, text: str) -> None:
        """Text for a socket, wherever it is: to it, or once through the channel of its process."""
        if process == self.id:
            if socket := self.sockets.get(tab):
                await socket.send_text(text)
        elif self.layer:
            await self.layer.send(lease.channel_of(process), {"tab": tab.hex, "text": text})

    def _listen(self) -> None:
        if self.listening:
            self.listening.cancel()
        if self.layer:
            self.listening = self.spawn(self._listen_forever(lease.channel_of(self.id)))

    async def _listen_forever(self, channel: str) -> None:
        while True:
            try:
                message = await self.layer.receive(channel)
            except Exception:
                log.exception("The channel layer cannot be reached")
                await asyncio.sleep(1)
                self._tell_everything()
                continue
            await self._received(message)

    async def _received(self, message: dict) -> None:
        if "notices" in message:
            for topic, about in message["notices"]:
                self.tell(topic, about)
        elif socket := self.sockets.get(UUID(message["tab"])):
            await socket.send_text(message["text"])

    def _tell_everything(self) -> None:
        """Notices may have been lost: everybody asks anew."""
        for topic, about in list(self.topics):
            self.tell(topic, about)


async def send_notices(layer, channels: Iterable[str], notices: Iterable[Topic]) -> None:
    """To other processes; what cannot be sent to one is lost for that one."""
    message = {"notices": [list(notice) for notice in notices]}
    for channel in channels:
        try:
            await layer.send(channel, message)
        except Exception:
            log.exception("Notices could not be sent to another process")


async def _in_own_thread(work: Callable):
    """The lease must not queue behind other database work of this process, or a slow query would look like death."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    return await sync_to_async(run, thread_sensitive=False)()


_hub: Hub | None = None


def current() -> Hub | None:
    """The hub of this process, if a socket ever needed one and its loop still runs. From any thread."""
    return _hub if _hub and not _hub.loop.is_closed() and _hub.gone is None else None


async def running() -> Hub:
    """The hub of this process, started."""
    global _hub  # noqa: PLW0603  (one per process is what it is)
    hub = current()
    if hub is None or hub.loop is not asyncio.get_running_loop():
        hub = _hub = Hub()
        hub.started = hub.loop.create_task(hub.start())
    await asyncio.shield(hub.started)
    return hub
