"""Somebody else's program in a call: written from calls/signalling/PROTOCOL.md alone, on aiortc and websockets, without a line
of the site's own. It lives in a thread with a loop of its own; what it is asked to do is done when the call returns.
"""

import asyncio
import json
import threading
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.journeys.foreign_connection import ForeignConnection, Message

PATIENCE_S = 30
REPORT_S = 2  # PROTOCOL.md, section 5


def done_in_its_loop(work: Callable) -> Callable:
    @wraps(work)
    def do(self: "ForeignPeer", *given: Any, **named: Any) -> Any:
        in_time = asyncio.wait_for(work(self, *given, **named), PATIENCE_S)
        return asyncio.run_coroutine_threadsafe(in_time, self.loop).result()

    return do


class ForeignPeer:
    """One member with one page and at most one room."""

    def __init__(self, name: str, url: str, session: str) -> None:
        self.name, self.url, self.session = name, url, session
        self.said: list[Message] = []  # by the server, on either socket
        self.state: Message = {}
        self.connection = ForeignConnection(self._signal, self._tell_news)
        self.what_it_reports: Callable[[int], int | None] = lambda received: received
        self.sockets: list[ClientConnection] = []
        self.tasks: set[asyncio.Task] = set()
        self.news = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")

    # --- what it does ---------------------------------------------------------------------------------------------

    @done_in_its_loop
    async def opens_a_page(self) -> None:
        self.page = await self._open("/ws/page/")
        await self._until(lambda: self._newest("hello"))

    @done_in_its_loop
    async def rings(self, expert: int) -> None:
        """By the id of a user."""
        await self._send(self.page, "ring", expert=expert, line="")
        await self._until(lambda: self._newest("ring.ringing"))

    @done_in_its_loop
    async def is_answered(self) -> str:
        """The code of the room."""
        await self._until(lambda: (self._newest("rings").get("outgoing") or {}).get("state") == "answered")
        return self._newest("rings")["outgoing"]["room"]

    @done_in_its_loop
    async def answers(self) -> str:
        """The code of the room."""
        await self._until(lambda: self._newest("rings").get("incoming"))
        await self._send(self.page, "ring.answer", call=self._newest("rings")["incoming"][0]["call"])
        await self._until(lambda: self._newest("ring.answered"))
        return self._newest("ring.answered")["room"]

    @done_in_its_loop
    async def joins(self, room: str) -> None:
        self.room = await self._open(f"/ws/room/{room}/")
        await self._until(lambda: self.state)
        await self._send(self.room, "join", page=uuid.uuid4().hex)
        await self._until(lambda: self.state["you"]["joined"])
        self._begin(self._report())

    @done_in_its_loop
    async def offers(self, kind: str) -> None:
        """Its first listing of that kind."""
        listing = next(each for each in self.state["listings"] if each["kind"] == kind)
        await self._send(self.room, "offer.send", listing=listing["id"])
        await self._until(lambda: self.state["offer"])

    @done_in_its_loop
    async def accepts(self) -> str:
        """With the cap that was proposed; what it agreed to."""
        await self._until(lambda: self.state["offer"] and self.state["offer"]["can_accept"])
        offer = self.state["offer"]
        await asyncio.sleep(max(0, offer["inert_until"] - self.state["now"]) / 1000)
        await self._send(self.room, "offer.accept", offer=offer["id"], cap_minor=offer["cap"]["proposed_minor"])
        await self._until(lambda: self.state["meter"]["period"])
        return "\n".join(offer["text"])

    @done_in_its_loop
    async def says(self, kind: str, **fields: Any) -> None:
        await self._send(self.room, kind, **fields)

    @done_in_its_loop
    async def waits_until(self, is_so: Callable[[Message], Any]) -> Message:
        """Until the room's state is so."""
        await self._until(lambda: is_so(self.state))
        return self.state

    @done_in_its_loop
    async def hears_and_sees(self) -> None:
        """Sound and pictures keep coming."""
        before = self.connection.arrived.copy()
        await self._until(lambda: all(self.connection.arrived[each] > before[each] + 2 for each in ("audio", "video")))

    @done_in_its_loop
    async def receives_a_file(self) -> bytes:
        await self._until(lambda: self.connection.files.whole is not None)
        return self.connection.files.whole or b""

    def leaves(self) -> None:
        """Raises what went wrong in it unseen."""
        asyncio.run_coroutine_threadsafe(self._leave(), self.loop).result(PATIENCE_S)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        errors = [message for message in self.said if message["type"] == "error"]
        on_its_way = ("media", "not_joined")  # when the other hung up
        assert [each for each in errors if (each["re"], each["code"]) != on_its_way] == []

    async def _leave(self) -> None:
        await self.connection.end()
        for socket in self.sockets:
            await socket.close()
        for task in self.tasks:
            task.cancel()
        for ended in await asyncio.gather(*self.tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    # --- the two sockets ------------------------------------------------------------------------------------------

    async def _open(self, path: str) -> ClientConnection:
        headers = {"Cookie": f"sessionid={self.session}"}
        address = self.url.replace("http", "ws", 1) + path
        socket = await connect(address, origin=self.url, additional_headers=headers, proxy=None)
        self.sockets.append(socket)
        self._begin(self._listen(socket))
        return socket

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            self.said.append(message)
            match message["type"]:
                case "ping":
                    await self._send(socket, "pong")
                case "state":
                    self.state = message
                    if message["call"]["state"] == "ended":
                        await self.connection.end()
                case "peer":
                    await self.connection.meet(message)
                case "signal":
                    await self.connection.take(message["data"])
            self._tell_news()

    async def _send(self, socket: ClientConnection, kind: str, **fields: Any) -> None:
        await socket.send(json.dumps({"type": kind, **fields}))

    async def _signal(self, data: Message) -> None:
        await self._send(self.room, "signal", data=data)

    async def _report(self) -> None:
        while self.state["call"]["state"] != "ended":
            if self.connection.pc:
                reported = self.what_it_reports(await self.connection.received())
                if reported is not None:
                    await self._send(self.room, "media", received=reported)
            await asyncio.sleep(REPORT_S)

    def _newest(self, kind: str) -> Message:
        """Of what the server said; empty: nothing of that type yet."""
        return next((message for message in reversed(self.said) if message["type"] == kind), {})

    # --- its loop -------------------------------------------------------------------------------------------------

    def _begin(self, work: Any) -> None:
        self.tasks.add(self.loop.create_task(work))

    def _tell_news(self) -> None:
        self.news.set()

    async def _until(self, is_so: Callable[[], Any]) -> None:
        """Looks again whenever something came."""
        while not is_so():
            self.news = asyncio.Event()
            await self.news.wait()
