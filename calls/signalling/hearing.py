"""What this process witnesses for one side of a paid period: from media reports to the metering, only at a change.

Reports come every REPORT_S and stay in memory. The metering hears when a side begins to hear the other, and when its
last good report was.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from calls.metering import services as metering
from calls.notices.hub import Hub
from calls.signalling.media import Ear

log = logging.getLogger(__name__)

RETRY_S, RETRY_MAX_S = 0.5, 10.0

# By process, paid period and side: silences that the database does not know of yet. Nothing is said of hearing meanwhile, by
# whichever socket has the seat: it would be taken for the hearing that goes on, and end with it once the silence is known.
_unsaid: Counter[tuple[UUID, int, str]] = Counter()


class Hearing:
    def __init__(self, hub: Hub, *, side: str) -> None:
        self.hub, self.side = hub, side
        self.ear = Ear()
        self.period: int | None = None  # the paid period that lives now
        self.told: int | None = None  # the period for which the metering takes this side to hear
        self.process = hub.id
        self.timer = None
        self.spoken_at: datetime | None = None  # by the word of the payer's page
        self.is_asked = False  # *Still there?*
        self.silence_timer = None

    async def follow(self, period: int | None, *, is_asked: bool = False) -> None:
        """The room's period or what it asks changed: one that starts must know whether this side hears now."""
        self.is_asked = is_asked
        if period != self.period:
            self.period = period
            soon = settings.REPORT_SILENCE_S  # this page may be the payer's second
            self._listen_for_silence(timedelta(seconds=soon))
            await self._tell()

    async def report(self, received: int, *, spoken: bool = False) -> None:
        silence, now = timedelta(seconds=settings.REPORT_SILENCE_S), timezone.now()
        self.ear.report(received, now=now, ticks=time.monotonic(), silence=silence)
        if spoken and self.side == "payer":
            await self._spoke(now)
        self._look_again_later()
        await self._tell()

    async def stop(self) -> None:
        """The socket is gone, or the process goes: what was heard ends at the last good report."""
        for timer in (self.timer, self.silence_timer):
            if timer:
                timer.cancel()
        self.ear.good = False
        await self._tell()

    def _look_again_later(self) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer = self.hub.loop.call_later(settings.REPORT_SILENCE_S, lambda: self.hub.spawn(self._no_report_came()))

    async def _no_report_came(self) -> None:
        self.ear.good = False
        await self._tell()

    async def _tell(self) -> None:
        if self.told is not None and (self.told != self.period or not self.ear.good):
            told, self.told = self.told, None
            await self._say_silence(told)
        if self.period is None or self.told is not None or not self.ear.good or not self.hub.may_witness:
            return
        if not _unsaid[self.hub.id, self.period, self.side]:  # else the next good report tries again
            self.told = self.period
            await self._say_hearing(self.period)

    async def _spoke(self, now: datetime) -> None:
        """Nothing is written while they speak, except while *Still there?* is asked: the bill ends where the speech does."""
        self.spoken_at = now
        if self.is_asked and self.period is not None:
            try:
                await database_sync_to_async(metering.spoken)(period_id=self.period, at=now)
            except Exception:
                log.exception("Speech could not be written down")

    def _listen_for_silence(self, wait: timedelta) -> None:
        """The metering hears only of a silence that has lasted."""
        if self.silence_timer:
            self.silence_timer.cancel()
        if self.side != "payer" or self.period is None:
            return
        self.silence_timer = self.hub.loop.call_later(
            wait.total_seconds(), lambda: self.hub.spawn(self._look_for_speech())
        )

    async def _look_for_speech(self) -> None:
        wait, now, period = timedelta(seconds=settings.SILENCE_ASKS_S), timezone.now(), self.period
        if period is None:
            return
        if self.spoken_at and now - self.spoken_at < wait:
            wait -= now - self.spoken_at
        elif self.told is None:  # the meter stands still, or soon will
            wait = timedelta(seconds=settings.REPORT_SILENCE_S)
        else:
            try:
                asks = database_sync_to_async(metering.nobody_speaks)
                wait = await asks(period_id=period, spoken_at=self.spoken_at, now=now)
            except Exception:
                log.exception("A silence could not be asked about")
                wait = timedelta(seconds=settings.REPORT_SILENCE_S)
        self._listen_for_silence(wait)

    async def _say_hearing(self, period: int) -> None:
        self.process = self.hub.id
        try:
            await database_sync_to_async(metering.hearing)(
                period_id=period,
                side=self.side,
                process=self.process,
                since=self.ear.last_good_at,
                now=timezone.now(),
            )
        except Exception:
            log.exception("A hearing could not be opened")
            self.told = None  # the next good report tries again

    async def _say_silence(self, period: int) -> None:
        said = partial(
            metering.silence,
            period_id=period,
            side=self.side,
            last_good_at=self.ear.last_good_at,
            process=self.process,
            spoken_at=self.spoken_at,
        )
        about = self.process, period, self.side
        _unsaid[about] += 1
        if await _try(said):
            _forget(about)
        else:
            self.hub.spawn(_say_until_heard(said, about))


def _forget(about: tuple[UUID, int, str]) -> None:
    _unsaid[about] -= 1
    if not _unsaid[about]:
        del _unsaid[about]


async def _try(said: Callable) -> bool:
    try:
        await database_sync_to_async(said)(now=timezone.now())
    except Exception:
        log.exception("A silence could not be written down")
        return False
    return True


async def _say_until_heard(said: Callable, about: tuple[UUID, int, str]) -> None:
    """An open hearing bills: the database may be away, but what ended must not go on when it is back."""
    wait_s = RETRY_S
    while not await _try(said):
        await asyncio.sleep(wait_s)
        wait_s = min(RETRY_MAX_S, 2 * wait_s)
    _forget(about)
