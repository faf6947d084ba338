"""The socket to which a person's own page sends that person's sound, and which sends back what was said.

Sound and words are in memory only, and nobody but the speaker's page gets the words: it passes them on. What the other
side must have agreed to is the page's business; here only who sits in a live call speaks, in one window at a time.
"""

import asyncio
import logging
import time
from collections import deque

from django.conf import settings

from calls.captions import allowance, pool
from calls.captions.sound import BYTES_PER_S, Cutter
from calls.rooms import services as rooms
from calls.signalling import messages
from calls.signalling.errors import Refused
from calls.signalling.rate import Allowance
from calls.signalling.sockets import REPLACED, Socket, unguarded

OVER = 4005  # close code: the call is over, the seat is empty, or nothing can be written for this person now
BURST_S = 4  # sound may come so much faster than it was spoken, after a jam
STILL_S = 1.0  # without a frame: muted, or a pause
PLACE_S = 60
BEHIND_MAX = 2  # windows that wait for a worker; what is older than those would be read too late
DROPPED = "…"

log = logging.getLogger(__name__)

_speaking: dict[int, "CaptionSocket"] = {}  # by person: a second window could else take twice as much of the workers


class CaptionSocket(Socket):
    table = messages.CAPTION_MESSAGES
    handlers = {"pong": "pong"}

    def __init__(self) -> None:
        super().__init__()
        self.allowance = Allowance(BURST_S * BYTES_PER_S, BYTES_PER_S)
        self.cutter = Cutter()
        self.spoke_at = time.monotonic()  # or opened
        self.waiting: deque[bytes] = deque()
        self.dropped = False
        self.writing: asyncio.Task | None = None
        self.stillness: asyncio.TimerHandle | None = None

    async def may_open(self, code: str = "") -> bool:
        if not settings.CAPTIONS or self.person is None:
            return False
        self.code = code
        self.room_id = await self._seat()
        return self.room_id is not None

    async def _seat(self) -> int | None:
        return await unguarded(rooms.seated_in, user=self.person, code=self.code)

    async def opened(self) -> None:
        if self._is_crowded():
            await self._refuse("captions.busy")
            return
        before, _speaking[self.person.id] = _speaking.get(self.person.id), self
        if before:
            await before.close(REPLACED)
        self.hub.listen(self, "room", self.room_id)
        await self.refresh()

    def _is_crowded(self) -> bool:
        """A newer window of who speaks takes nobody's place, and who has said nothing for long keeps none."""
        since = time.monotonic() - PLACE_S
        others = [one for one in _speaking.values() if one.person.id != self.person.id and one.spoke_at > since]
        return len(others) >= settings.CAPTION_WORKERS * settings.CAPTION_SPEAKERS

    async def _refuse(self, code: str) -> None:
        """For good: the page does not come again by itself."""
        await self.answer_error(Refused(code), None)
        await self.close(OVER)

    async def closed(self) -> None:
        if _speaking.get(self.person.id) is self:
            del _speaking[self.person.id]
        if self.stillness:
            self.stillness.cancel()
        self.waiting.clear()
        self.cutter.end()
        if self.writing:
            self.writing.cancel()  # else who opens sockets one after another would fill the workers' queue

    async def say_goodbye(self) -> None:
        pool.end()

    async def show(self) -> None:
        """Something changed in the room."""
        if await self._seat() is None:
            await self.close(OVER)

    async def take_bytes(self, frame: bytes) -> None:
        if len(frame) > messages.BYTES_MAX:
            raise Refused("too_big")
        if len(frame) % 2:
            raise Refused("bad_frame")  # half a sample
        if not self.allowance.take(len(frame)):
            if self.allowance.may_complain():
                raise Refused("too_fast")
            return
        for window in self.cutter.take(frame):
            self._write_down(window)
        if self.stillness:
            self.stillness.cancel()
        self.stillness = self.loop.call_later(STILL_S, self._end_window)

    def _end_window(self) -> None:
        if window := self.cutter.end():
            self._write_down(window)

    def _write_down(self, window: bytes) -> None:
        self.spoke_at = time.monotonic()
        if self.writing is None or self.writing.done():
            self.writing = self.hub.spawn(self._write(window))
            return
        self.waiting.append(window)
        if len(self.waiting) > BEHIND_MAX:
            self.waiting.popleft()
            self.dropped = True

    async def _write(self, window: bytes) -> None:
        """And those that came meanwhile: one after another, so that the words come in their order and speakers take turns."""
        dropped = False
        while window and not self.closing:
            try:
                if not await unguarded(allowance.take, person_id=self.person.id, window=window):
                    await self._refuse("captions.used_up")
                    return
                text = await pool.write(window)
            except Exception as problem:  # of the cache, for one: else sound would be sent on and on for nothing
                if not isinstance(problem, pool.Failed):
                    log.exception("A caption could not be written")
                await self._refuse("captions.failed")
                return
            if shown := " ".join(part for part in (DROPPED if dropped else "", text) if part):
                await self.say("caption", text=shown)
            window = self.waiting.popleft() if self.waiting else b""
            dropped, self.dropped = self.dropped, False
