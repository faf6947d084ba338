"""What must happen without anybody pressing anything. Only rows that are due are looked at; nothing ticks."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from calls.metering import meter
from calls.metering.models import Offer, PaidPeriod
from calls.notices.services import tell_room

log = logging.getLogger(__name__)

AT_ONCE = 500


def sweep(*, now: datetime) -> int:
    """Offers that expired and paid periods that are due; answers how many rows were moved.

    To be called about once a second, after `process_died` for every dead process. Late, doubled or parallel sweeps do no
    harm: each row is locked and looked at again, and what is due happens at its own moment, not at `now`. One row that
    fails is logged and holds up no other.
    """
    offers = Offer.objects.filter(deadline_at__lte=now).order_by("deadline_at")
    periods = PaidPeriod.objects.filter(deadline_at__lte=now).order_by("deadline_at")
    moved = 0
    for work, rows in ((_expire, offers), (_catch_up, periods)):
        for pk in list(rows.values_list("pk", flat=True)[:AT_ONCE]):
            moved += _try(work, pk, now)
    return moved


def _try(work: Callable[[int, datetime], bool], pk: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return work(pk, now)
    except Exception:
        log.exception("A deadline could not be met and will be tried again", extra={"work": work.__name__, "pk": pk})
        return False


def _expire(offer_id: int, now: datetime) -> bool:
    due = Offer.objects.select_for_update(of=("self",), no_key=True).select_related("call")
    offer = due.filter(pk=offer_id, state=Offer.State.OPEN, deadline_at__lte=now).first()
    if offer is None:
        return False
    offer.close(Offer.State.EXPIRED, now)
    tell_room(room_id=offer.call.room_id)
    return True


def _catch_up(period_id: int, now: datetime) -> bool:
    period = meter.lock(period_id)
    if period.deadline_at is None or period.deadline_at > now:
        return False
    meter.catch_up(period, until=now, now=now)
    return True
