"""A hundred sockets that send without a pause, and two people who talk beside them over the same server process."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed

from tests.calls.signalling.lines import Line
from tests.journeys.site import Site

PER_S = 20
SIGNAL = json.dumps({"type": "signal", "data": {"candidates": [{"candidate": "c" * 900}]}})
KINDS = {
    "signals": lambda number: SIGNAL,
    "junk": lambda number: "[" * 5_000 if number % 2 else '{"type":"wallet.grant"}',
    "joins": lambda number: '{"type":"join"}',
}


async def seat(site: Site, code: str, cookies: Sequence[str]) -> list[Line]:
    """Both in the room, and each was told of the other."""
    lines = [await Line.open(site, f"/ws/room/{code}/", cookie) for cookie in cookies]
    for line in lines:
        await line.say("join")
    await asyncio.gather(*(line.hear("peer", lambda peer: peer["present"]) for line in lines))
    return lines


@dataclass
class Flooder:
    """One socket that sends `frame(number)` again and again, and answers pings. `errors`: when and what it was told."""

    line: Line
    frame: Callable[[int], str]
    per_s: float = PER_S
    sent: int = 0
    heard: int = 0  # signals of the other side
    errors: list[tuple[float, str]] = field(default_factory=list)

    async def send_until(self, end: asyncio.Event) -> None:
        begun = time.monotonic()
        while not end.is_set():
            await self.line.socket.send(self.frame(self.sent))
            self.sent += 1
            await asyncio.sleep(max(0.0, begun + self.sent / self.per_s - time.monotonic()))

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.line.socket:
                message = json.loads(text)
                if message["type"] == "ping":
                    await self.line.say("pong")
                elif message["type"] == "signal":
                    self.heard += 1
                elif message["type"] == "error":
                    self.errors.append((time.monotonic(), message["code"]))


@dataclass
class Talk:
    """What two people said to each other: `heard` by each as numbers, in their order, and how long each took."""

    sent: int = 0
    heard: dict[str, list[int]] = field(default_factory=lambda: {"hers": [], "his": []})
    delays_s: list[float] = field(default_factory=list)


async def talk_beside(flood: Sequence[Flooder], hers: Line, his: Line, *, seconds: float, per_s: float = 10) -> Talk:
    """Both send numbered signals while the flood goes on; ends when all have come or none comes any more."""
    end, talk, loop = asyncio.Event(), Talk(), asyncio.get_running_loop()
    listening = [loop.create_task(flooder.listen()) for flooder in flood]
    flooding = [loop.create_task(flooder.send_until(end)) for flooder in flood]
    hearing = [loop.create_task(_hear(line, name, talk)) for line, name in ((hers, "hers"), (his, "his"))]
    try:
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            said = json.dumps({"number": talk.sent, "at": time.monotonic()})
            for line in (hers, his):
                await line.say("signal", data={"candidates": [{"candidate": said}]})
            talk.sent += 1
            await asyncio.sleep(max(0.0, begun + talk.sent / per_s - time.monotonic()))
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while min(len(heard) for heard in talk.heard.values()) < talk.sent:  # noqa: ASYNC110 (the listeners write it)
                    await asyncio.sleep(0.05)
    finally:
        end.set()
        await asyncio.gather(*flooding)
        for task in (*hearing, *listening):
            task.cancel()
        await asyncio.gather(*hearing, *listening, return_exceptions=True)  # who is still reading keeps others from it
    return talk


async def _hear(line: Line, name: str, talk: Talk) -> None:
    while True:
        message = json.loads(await line.socket.recv())
        if message["type"] == "ping":
            await line.say("pong")
        elif message["type"] == "signal":
            said = json.loads(message["data"]["candidates"][0]["candidate"])
            talk.heard[name].append(said["number"])
            talk.delays_s.append(time.monotonic() - said["at"])
