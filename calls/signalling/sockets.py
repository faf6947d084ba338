"""One WebSocket: opening, reading, answering, pinging, closing. What is said on it is in the consumers.

A plain ASGI application and no channels consumer: those start a task and a channel per socket and hop to a thread for
each message, several times the cost of a relayed message. Whatever comes in, an error goes back and
the socket lives; only silence, a lost session or a newer tab closes it from here.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs
from uuid import uuid4

from autobahn.exception import Disconnected
from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import translation

from calls.notices import hub as hubs
from calls.signalling import guest_rings, messages, sessions
from calls.signalling.errors import GUEST_TEXTS, Refused
from calls.signalling.rate import Bucket
from marketplace.accounts import guests
from marketplace.accounts.models import User

log = logging.getLogger(__name__)

REPLACED, SILENT, SIGNED_OUT = 4001, 4002, 4003  # close codes


class Socket:
    # An open page is one of thousands: a table of names for each would be a tenth of what it takes.
    __slots__ = (
        *("bucket", "closing", "dirty", "finishing", "heard_at", "hub", "language", "loop", "member"),
        *("person", "pinged_at", "refreshing", "ringing_from", "tab", "topics", "was_silent", "who", "_send"),
    )

    table: Mapping[str, messages.Message]
    handlers: Mapping[str, str]  # message type -> name of the method

    def __init__(self) -> None:
        self.tab = uuid4()
        self.bucket = Bucket()
        self.heard_at = self.pinged_at = time.monotonic()
        self.closing = False
        self.was_silent = False  # that is why it was closed
        self.dirty = False
        self.language = settings.LANGUAGE_CODE
        self.topics: tuple[hubs.Topic, ...] = ()
        self.refreshing: asyncio.Task | None = None
        self.finishing: asyncio.Task | None = None

    # --- what a consumer says ---------------------------------------------------------------------------------------

    async def may_open(self, code: str = "") -> bool:
        """`code` of the room, where the address names one."""
        return True

    async def opened(self) -> None: ...

    async def closed(self) -> None: ...

    async def show(self) -> None:
        """Asks for the newest state and sends it. Never runs twice at once on one socket."""

    async def say_goodbye(self) -> None:
        """The server stops: write down what only this process knows."""

    def refusal(self, problem: Exception) -> Refused | None:
        """The error for what a service raised; None if that is no refusal."""

    # --- life -----------------------------------------------------------------------------------------------------------

    async def ask(self, scope: dict) -> bool:
        """Who is there, and whether they may open it. The scope is not kept: it is most of an idle socket's memory."""
        user = await get_user(scope)
        self.member = user if user.is_authenticated else None
        self.person = self.member or await unguarded(guests.guest_of, scope["session"])
        self.language = _language(scope, self.person)
        if self.person:
            self.who = sessions.signed_in(scope["session"], self.person)
            self.ringing_from = guest_rings.counted(scope) if self.person.is_guest else None
        self.loop = asyncio.get_running_loop()
        self.hub = await hubs.running()
        return await self.may_open(**scope["url_route"]["kwargs"])

    async def live(self, receive, send) -> None:
        self._send = send
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        self.hub.add(self)
        try:
            await self.loop.create_task(self.opened())
            await self._read_until_gone(receive)
        finally:
            self.closing = True
            await asyncio.shield(self._finish())

    async def _read_until_gone(self, receive) -> None:
        while True:
            try:
                event = await receive()
            except asyncio.CancelledError:
                # Daphne cancels an open socket only when it stops.
                await self.hub.goodbye()
                raise
            if event["type"] == "websocket.disconnect":
                return
            if not self.closing:
                text = event.get("text")
                await self._received(event.get("bytes", b"") if text is None else text)

    def _finish(self) -> asyncio.Task:
        if self.finishing is None:
            self.finishing = self.loop.create_task(self._clear_up())
        return self.finishing

    async def _clear_up(self) -> None:
        self.hub.remove(self)
        try:
            await self.closed()
        except Exception:
            log.exception("A socket could not be cleared up after")

    async def close(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            try:
                await self._put({"type": "websocket.close", "code": code})
            finally:
                self._finish()

    # --- in -------------------------------------------------------------------------------------------------------------

    async def _received(self, frame: str | bytes) -> None:
        self.heard_at = time.monotonic()
        if not self.bucket.take_frame(len(frame)):
            if self.bucket.may_complain():
                await self.answer_error(Refused("too_fast"), self._kind_of(frame))
            return
        kind = None
        try:
            if isinstance(frame, bytes):
                await self.take_bytes(frame)
                return
            fields = messages.read(frame)
            kind, expected = messages.known(fields, self.table)
            messages.check_fields(fields, expected)
            await self.handle(kind, expected, fields, frame)
        except Refused as refusal:
            await self.answer_error(refusal, kind)
        except Exception as problem:
            with translation.override(self.language):
                refusal = self.refusal(problem)
            if refusal is None:
                log.exception("The message %s could not be handled", kind)
            await self.answer_error(refusal or Refused("internal"), kind)

    def _kind_of(self, frame: str | bytes) -> str | None:
        """Of a dropped frame: the page that sent it must know which of its buttons did nothing."""
        try:
            return None if isinstance(frame, bytes) else messages.known(messages.read(frame), self.table)[0]
        except Refused:
            return None

    async def handle(self, kind: str, expected: messages.Message, fields: dict, frame: str) -> None:
        if expected.person and self.person is None:
            raise Refused("sign_in")
        if expected.member and self.member is None:
            raise Refused("guest")
        self.check_role(expected)
        await getattr(self, self.handlers[kind])(**fields)

    def check_role(self, expected: messages.Message) -> None:
        """Raises Refused."""

    async def take_bytes(self, frame: bytes) -> None:
        """A binary frame. Raises Refused, for a socket on which nothing but text is spoken."""
        raise Refused("bad_frame")

    async def pong(self) -> None:
        """Having been heard is all."""

    async def database(self, work: Callable, **arguments):
        """Runs a service where the database may be used, in the person's language; not for who has signed out."""

        def run():
            if self.person:
                sessions.check(self.who)
            with translation.override(self.language):
                return work(**arguments)

        try:
            return await unguarded(run)
        except sessions.SignedOut:
            await self.close(SIGNED_OUT)
            raise Refused("sign_in") from None

    # --- out ------------------------------------------------------------------------------------------------------------

    async def send_text(self, text: str) -> None:
        if not self.closing:
            await self._put({"type": "websocket.send", "text": text})

    async def _put(self, message: dict) -> None:
        try:
            await self._send(message)
        except (Disconnected, OSError):
            """Daphne and uvicorn say so. Whoever left while we spoke is no error: their leaving is what arrives next."""

    async def say(self, kind: str, **fields) -> None:
        await self.send_json({"type": kind, **fields})

    async def send_json(self, message: dict) -> None:
        await self.send_text(json.dumps(message))

    async def answer_error(self, refusal: Refused, kind: str | None) -> None:
        of_a_guest = GUEST_TEXTS if self.person and self.person.is_guest else {}
        with translation.override(self.language):
            text = str(of_a_guest.get(refusal.code, refusal.text))
        await self.say("error", code=refusal.code, text=text, re=kind)

    def hear(self, topic: str, about: int) -> None:
        """A notice from the hub."""
        self.refresh()

    def refresh(self) -> asyncio.Task:
        """Shows the newest state soon; notices that come meanwhile are one."""
        self.dirty = True
        if self.refreshing is None:
            self.refreshing = self.hub.spawn(self._show_while_dirty())
        return self.refreshing

    async def _show_while_dirty(self) -> None:
        try:
            while self.dirty and not self.closing:
                self.dirty = False
                await self.show()
        except Refused:
            return  # signed out: the socket is closing
        finally:
            self.refreshing = None

    async def ping(self) -> None:
        """Asked by the hub, each SOCKET_PING_S."""
        if time.monotonic() - self.heard_at > settings.SOCKET_SILENCE_S:
            self.was_silent = True
            await self.close(SILENT)
        elif self.person and not await self._still_signed_in():
            await self.close(SIGNED_OUT)
        else:
            await self.say("ping")

    async def _still_signed_in(self) -> bool:
        try:
            return await sessions.still_signed_in(self.who)
        except Exception:
            log.exception("Sessions could not be checked; trying again at the next ping")
            return True


def asked_for(scope: dict, name: str) -> str:
    """What the address of the socket says of `name`, unchecked; empty without it."""
    return parse_qs(scope.get("query_string", b"").decode("ascii", "replace")).get(name, [""])[0]


def _language(scope: dict, person: User | None) -> str:
    """Of the page, which says it in the address; who does not say hears the person's own."""
    known = {code: code for code, _name in settings.LANGUAGES}  # ours and not the one that was read: kept once for all
    return known.get(asked_for(scope, "language")) or (person.language if person else settings.LANGUAGE_CODE)


async def unguarded(work: Callable, *arguments, **named):
    """Database work that is the server's own, whoever is signed in.

    In a task of its own: what the work leaves in the context would else be kept for as long as the socket lives.
    """
    return await asyncio.create_task(database_sync_to_async(work)(*arguments, **named))
