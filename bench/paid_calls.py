"""Many live paid calls, and a server process that witnesses them while nothing changes.

    python -m bench.paid_calls make N      fills the database of DATABASE_URL
    python -m bench.paid_calls live        takes orders (see programs.py): so many rounds of reports, one every REPORT_S

Everything a real server does for them is done: media reports of both sides every REPORT_S to the same witnesses that the
sockets use, the lease, and the worker's rounds. Between two orders it stands still, so as not to disturb others.
"""

import asyncio
import copy
import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

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

    callers, experts = _copies(story.alice, count, _as_somebody), _copies(story.bob, count, _as_somebody)
    people = list(zip(callers, experts, strict=True))
    rooms = _copies(story.call.room, count, lambda room, n: _set(room, code=f"copy-{n}", **_pair("caller", people[n])))
    calls = _copies(story.call, count, lambda call, n: _set(call, room=rooms[n], **_pair("caller", people[n])))
    offers = _copies(story.offer, count, lambda offer, n: _set(offer, call=calls[n], **_pair("payer", people[n])))
    first = PaidPeriod.objects.get(pk=story.period_id)
    periods = _copies(
        first, count, lambda period, n: _set(period, offer=offers[n], call=calls[n], **_pair("payer", people[n]))
    )
    for hearing in Hearing.objects.filter(period=first):
        _copies(hearing, count, lambda one, n: _set(one, period=periods[n]))
    _copies(Hold.objects.get(), count, lambda hold, n: _set(hold, member=callers[n], key=f"copy:{n}"))


def _copies(row: Any, count: int, change: Callable[[Any, int], None]) -> list:
    copies = [copy.copy(row) for _ in range(count)]
    for number, one in enumerate(copies):
        one.pk, one._state = None, copy.copy(row._state)
        change(one, number)
    return type(row).objects.bulk_create(copies, batch_size=2_000)


def _as_somebody(user: Any, number: int) -> None:
    user.email = f"{number}.{user.email}"


def _pair(first: str, people: tuple) -> dict:
    return {first: people[0], "expert": people[1]}


def _set(row: Any, **fields: object) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


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
            for received in (0, self.received):
                witness.ear.report(received, now=_now(), silence=timedelta(seconds=settings.REPORT_SILENCE_S))
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
