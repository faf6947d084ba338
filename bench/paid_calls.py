"""Many live paid calls, and a server process that witnesses them while nothing changes.

    python -m bench.paid_calls make N      fills the database of DATABASE_URL
    python -m bench.paid_calls live        takes orders (see programs.py): so many rounds of reports, one every REPORT_S

Everything a real server does for them is done: media reports of both sides every REPORT_S to the same witnesses that the
sockets use, the lease, and the worker's rounds. Between two orders it stands still, so as not to disturb others.
"""

import asyncio
import os
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import django
from django.conf import settings

from bench.copies import as_somebody, copies, put
from bench.programs import take_orders

if TYPE_CHECKING:
    from tests.calls.metering.world import Story

# The calls stand still for minutes while others are measured; nobody may take that for a loss.
PATIENT = {"REPORT_SILENCE_S": "3600", "LEASE_DEAD_S": "3600"}
RATE_MINOR, CAP_MINOR = 20, 40_000  # more than a day of talk


def make(count: int) -> None:
    """One paid call by the services, as any other begins; the others are copies of its rows with people of their own."""
    from tests.calls.metering.world import Story  # noqa: PLC0415 (Django must be set up first)

    story = Story(credit=CAP_MINOR)
    story.now = _now()
    story.offer_rate(RATE_MINOR)
    story.accept(CAP_MINOR)
    story.count_down()
    assert story.offer
    story.call.refresh_from_db()
    story.offer.refresh_from_db()
    _copy_rows(story, count - 1)


def _copy_rows(story: "Story", count: int) -> None:
    from calls.metering.models import Hearing, PaidPeriod  # noqa: PLC0415
    from payouts.wallet.models import Hold  # noqa: PLC0415

    callers, experts = copies(story.alice, count, as_somebody), copies(story.bob, count, as_somebody)
    people = list(zip(callers, experts, strict=True))
    rooms = copies(story.call.room, count, lambda room, n: put(room, code=f"copy-{n}", **_pair("caller", people[n])))
    calls = copies(story.call, count, lambda call, n: put(call, room=rooms[n], **_pair("caller", people[n])))
    offers = copies(story.offer, count, lambda offer, n: put(offer, call=calls[n], **_pair("payer", people[n])))
    first = PaidPeriod.objects.get(pk=story.period_id)
    periods = copies(
        first, count, lambda period, n: put(period, offer=offers[n], call=calls[n], **_pair("payer", people[n]))
    )
    for hearing in Hearing.objects.filter(period=first):
        copies(hearing, count, lambda one, n: put(one, period=periods[n]))
    copies(Hold.objects.get(), count, lambda hold, n: put(hold, member=callers[n], key=f"copy:{n}"))


def _pair(first: str, people: tuple) -> dict:
    return {first: people[0], "expert": people[1]}


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.now()


class Server:
    """What a server process does for the live calls of the database."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.received = 100
        self.loop.run_until_complete(self._begin())

    async def _begin(self) -> None:
        from asgiref.sync import sync_to_async  # noqa: PLC0415

        from calls.notices.hub import Hub  # noqa: PLC0415

        self.hub = Hub()
        await self.hub.start()
        self.witnesses = await sync_to_async(self._witnesses)()

    def _witnesses(self) -> list:
        """For each side of each period what its socket would hold, in the middle of the call."""
        from calls.metering.models import Hearing as Row  # noqa: PLC0415
        from calls.signalling.hearing import Hearing  # noqa: PLC0415

        Row.objects.update(process=self.hub.id)
        witnesses = []
        for period, side in Row.objects.values_list("period_id", "side"):
            witness = Hearing(self.hub, side=side)
            silence = timedelta(seconds=settings.REPORT_SILENCE_S)
            for received in (0, self.received):
                witness.ear.report(received, now=_now(), ticks=time.monotonic(), silence=silence)
            witness.period = witness.told = period
            witnesses.append(witness)
        return witnesses

    def live(self) -> None:
        """One round of reports, and what the worker does meanwhile."""
        from marketplace import worker  # noqa: PLC0415

        stop = threading.Event()
        threads = worker.start(stop)
        self.loop.run_until_complete(self._reports())
        stop.set()
        for thread in threads:
            thread.join()

    async def _reports(self) -> None:
        """Every witness hears of 100 packets more, spread evenly over REPORT_S."""
        started, slices = self.loop.time(), 20
        self.received += 100
        for part in range(slices):
            for witness in self.witnesses[part::slices]:
                await witness.report(self.received)
            await asyncio.sleep(max(0.0, started + (part + 1) * settings.REPORT_S / slices - self.loop.time()))


def main(what: str, count: str = "0") -> None:
    os.environ |= PATIENT | {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "WARNING"}
    django.setup()
    if what == "make":
        make(int(count))
    else:
        server = Server()
        take_orders(lambda _: server.live(), warm_up=2)
        server.loop.run_until_complete(server.hub.goodbye())


if __name__ == "__main__":
    main(*sys.argv[1:])
