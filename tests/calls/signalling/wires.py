"""A person's end of a socket in tests: the real application, from the origin check to the services."""

import asyncio
import contextlib
import json

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from calls.rooms import services as rooms
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.asgi import application
from tests import cast

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"
WAIT_S = 5
open_wires: list["Wire"] = []  # a communicator that nobody holds takes its socket down with it


def cookie_of(user: User) -> str:
    """Of a session of theirs: signed in, or as a guest."""
    if user.is_guest:
        return cast.browser_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Refused(Exception):
    """The handshake was refused."""


class Wire:
    """`say` sends, `hear` waits for a type and keeps what came before it in `before`."""

    def __init__(self, path: str, *, cookie: str = "", headers: dict[str, str] | None = None, app=application) -> None:
        sent = {"host": HOST, "origin": ORIGIN, **(headers or {})}
        if cookie:
            sent["cookie"] = f"{settings.SESSION_COOKIE_NAME}={cookie}"
        pairs = [(name.encode(), value.encode("latin1")) for name, value in sent.items() if value is not None]
        self.end = WebsocketCommunicator(app, path, headers=pairs)
        self.end.scope["client"] = ["127.0.0.1", 50_000]
        self.cookie = cookie
        self.before: list[dict] = []
        self.patience_s = WAIT_S

    async def open(self) -> "Wire":
        accepted, _ = await self.end.connect(timeout=WAIT_S)
        if not accepted:
            raise Refused
        open_wires.append(self)
        return self

    async def say(self, kind: str, **fields) -> None:
        await self.send(json.dumps({"type": kind, **fields}))

    async def send(self, text: str) -> None:
        await self.end.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, kind: str, **expected) -> dict:
        """The next message of this type (with these values); others before it are put by."""
        while True:
            message = await self.next()
            if message["type"] == kind and all(message.get(name) == value for name, value in expected.items()):
                return message
            self.before.append(message)

    async def next(self) -> dict:
        output = await self.end.receive_output(self.patience_s)
        if output["type"] == "websocket.close":
            raise Closed(output.get("code", 1000))
        return json.loads(output["text"])

    async def sees(self, expert: User, *states: str) -> None:
        """The next news of this expert are these, one after the other."""
        for wanted in states:
            while True:
                told = {one["expert"]: one["state"] for one in (await self.hear("presence"))["experts"]}
                if expert.id in told:
                    break
            assert told[expert.id] == wanted

    async def state(self, check) -> dict:
        """The next `state` of which `check` holds."""
        while True:
            state = await self.hear("state")
            if check(state):
                return state

    async def error(self) -> tuple[str, str | None]:
        message = await self.hear("error")
        assert message["text"]
        return message["code"], message["re"]

    async def closed(self) -> int:
        """Waits for the server to close; the code."""
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                try:
                    await self.next()
                except Closed as closed:
                    return closed.code
        raise AssertionError("the socket lives")

    async def silent(self, seconds: float = 0.2) -> bool:
        return await self.end.receive_nothing(timeout=seconds)

    async def hears_no(self, *kinds: str, seconds: float = 0.2) -> bool:
        """Nothing of these types has come, and nothing at all comes any more."""
        while not await self.silent(seconds):
            if (await self.next())["type"] in kinds:
                return False
        return True

    async def hang(self) -> None:
        """The connection is gone."""
        await self.end.disconnect(timeout=WAIT_S)


class Closed(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


async def page_of(user: User | None, *, cookie: str = "", asked: str = "", **how) -> Wire:
    cookie = cookie or (await sync_to_async(cookie_of)(user) if user else "")
    wire = await Wire(f"/ws/page/{asked}", cookie=cookie, **how).open()
    await wire.hear("hello")
    if user:
        await wire.hear("rings")
    return wire


async def room_of(user: User | None, code: str, **how) -> Wire:
    cookie = await sync_to_async(cookie_of)(user) if user else ""
    wire = await Wire(f"/ws/room/{code}/", cookie=cookie, **how).open()
    await wire.hear("state")
    return wire


async def captions_of(user: User | None, code: str, **how) -> Wire:
    cookie = await sync_to_async(cookie_of)(user) if user else ""
    return await Wire(f"/ws/captions/{code}/", cookie=cookie, **how).open()


def answered_call(caller: User, expert: User, now) -> Call:
    cast.online(expert)
    call = rooms.ring(caller=caller, expert=expert, line="", now=now)
    return rooms.answer(call_id=call.id, by=expert, now=now)


async def live_pair(alice: User, bob: User, now) -> tuple[Wire, Wire, Call]:
    """Both in the room, and each knows it."""
    call = await sync_to_async(answered_call)(alice, bob, now)
    hers, his = await room_of(alice, call.room.code), await room_of(bob, call.room.code)
    await hers.say("join", page="hers")
    await hers.hear("peer")
    await his.say("join", page="his")
    await his.hear("peer", present=True)
    await hers.hear("peer", present=True)
    return hers, his, call
