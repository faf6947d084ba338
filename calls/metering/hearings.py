"""The word of the witnesses: a side hears the other, fell silent, or the server process that listened to it died.

Reports themselves stay in the memory of the process that holds the socket; it calls these services only when a side
begins or ceases to hear. News about the past comes first, the deadlines it may have changed after it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from calls.metering import meter, settlement, witness
from calls.metering.models import Hearing, PaidPeriod, Stop
from calls.notices.models import Process


def hearing(*, period_id: int, side: str, process: UUID, since: datetime, now: datetime) -> None:
    """`side` ("payer" or "expert") reports the other's sound arriving since `since`, to the server process `process`.

    To be called once both reports of a row were good; harmless to repeat, and costs one small query then. After a loss
    the meter starts again from `now`, never from `since`. Does nothing once the period has ended or does not exist.
    """
    if not _is_known(period_id, side, process):
        _begins_to_hear(period_id, side, process, min(since, now), now)


@transaction.atomic
def _begins_to_hear(period_id: int, side: str, process: UUID, since: datetime, now: datetime) -> None:
    period = _lock(period_id)
    if period is None or _is_known(period_id, side, process):
        return
    meter.catch_up(period, until=now, now=now)
    if meter.is_over(period):
        return
    _take_over(period, side=side, process=process, since=since)
    witness.open_hearing(period, side=side, process=process, since=since)
    if period.state == PaidPeriod.State.STOPPED and meter.resumes_by_itself(period):
        witness.end_stop(period, at=now)
        meter.run(period, at=now)
    meter.catch_up(period, until=now, now=now)
    meter.tell(period)


@transaction.atomic
def silence(
    *,
    period_id: int,
    side: str,
    last_good_at: datetime,
    now: datetime,
    process: UUID | None = None,
    spoken_at: datetime | None = None,
) -> None:
    """The last good report of `side` was at `last_good_at`: what it heard ends there, and the meter stops there.

    With `process`, only what that server process witnessed ends: a tab that is replaced by one on another process says
    nothing about the new one. Harmless to repeat. After the end of a period it still counts, if a whole report was
    missing before the end: then what was charged for that time goes back. `spoken_at`: the last speech by the word of the
    payer's page, kept for the next witness.
    """
    period = _lock(period_id)
    if period is None:
        return
    if spoken_at and side == witness.PAYER:
        witness.spoke(period, at=spoken_at)
    heard = Hearing.objects.filter(period=period, side=side)
    if process:
        heard = heard.filter(process=process)
    if meter.is_over(period) and last_good_at >= period.over_at - timedelta(seconds=settings.REPORT_S + 1):
        return  # as fresh as reports are
    _end_at(period, heard, at=last_good_at, reason=Stop.Reason.LOSS, now=now)


def process_died(*, process: UUID, beat_at: datetime, now: datetime) -> None:
    """The server process `process` witnessed nothing after `beat_at`. Harmless to repeat.

    To be called before `sweep`, so that no period is settled at its cap by a witness who was already dead; where that
    happened all the same, what was charged for the time after `beat_at` goes back.
    """
    heard_later = Hearing.objects.filter(_after(beat_at), process=process)
    for period_id in heard_later.values_list("period", flat=True).distinct():
        _witness_died(period_id, process, beat_at, now)


@transaction.atomic
def _witness_died(period_id: int, process: UUID, beat_at: datetime, now: datetime) -> None:
    period = _lock(period_id)
    if period:
        heard = Hearing.objects.filter(period=period, process=process)
        _end_at(period, heard, at=beat_at, reason=Stop.Reason.SERVER, now=now)


def _end_at(period: PaidPeriod, heard: QuerySet[Hearing], *, at: datetime, reason: str, now: datetime) -> None:
    """Nothing of `heard` goes on after `at`; the period follows, whether it lives or was settled meanwhile."""
    meter.catch_up(period, until=at, now=now)
    silent = witness.end_hearings(heard.filter(_after(at)), at=at)
    if reason == Stop.Reason.SERVER and witness.PAYER in silent:
        witness.spoke(period, at=at)  # who knew of silence took it along
    if meter.is_over(period):
        settlement.correct(period, now=now)
    else:
        for side in silent:
            meter.fell_silent(period, side=side, at=at, reason=reason)
        meter.count_anew(period)
        meter.catch_up(period, until=now, now=now)
    meter.tell(period)


def _take_over(period: PaidPeriod, *, side: str, process: UUID, since: datetime) -> None:
    """A side that moves to another server process without a word of the old one was witnessed until its last beat."""
    old = Hearing.objects.filter(period=period, side=side, ended_at=None).exclude(process=process).first()
    if old is None:
        return
    beat_at = Process.objects.filter(pk=old.process).values_list("beat_at", flat=True).first()
    at = min(since, beat_at) if beat_at else since
    witness.end_hearings(Hearing.objects.filter(pk=old.pk), at=at)
    if side == witness.PAYER:
        witness.spoke(period, at=at)
    meter.fell_silent(period, side=side, at=at, reason=Stop.Reason.SERVER)


def _is_known(period_id: int, side: str, process: UUID) -> bool:
    return Hearing.objects.filter(period=period_id, side=side, process=process, ended_at=None).exists()


def _after(moment: datetime) -> Q:
    return Q(ended_at__isnull=True) | Q(ended_at__gt=moment)


def _lock(period_id: int) -> PaidPeriod | None:
    try:
        return meter.lock(period_id)
    except PaidPeriod.DoesNotExist:
        return None
