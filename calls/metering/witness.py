"""What the tables know of the two sides' hearing, handed to billing.py. Reading, opening and closing intervals only."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from calls.metering import billing
from calls.metering.billing import Interval
from calls.metering.models import Hearing, PaidPeriod, Stop
from calls.metering.moments import to_ms

PAYER, EXPERT = Hearing.Side.PAYER.value, Hearing.Side.EXPERT.value


def stretches(period: PaidPeriod, *, until: datetime) -> list[Interval]:
    """When `period` was billable up to `until`; what is open now is taken to go on until then."""
    heard: dict[str, list[Interval]] = {PAYER: [], EXPERT: []}
    for side, start, end in period.hearings.values_list("side", "started_at", "ended_at"):
        heard[side].append(Interval(to_ms(start), to_ms(end or until)))
    stood_still = period.stops.values_list("started_at", "ended_at")
    return billing.billable(
        payer=heard[PAYER],
        expert=heard[EXPERT],
        stops=[Interval(to_ms(start), to_ms(end or until)) for start, end in stood_still],
        counts_from=to_ms(period.counts_from),
        until=to_ms(until),
    )


def billable_ms(period: PaidPeriod, *, until: datetime) -> int:
    return billing.total_ms(stretches(period, until=until))


def deaf_sides(period: PaidPeriod) -> list[str]:
    """The sides that do not hear the other now."""
    hearing = set(period.hearings.filter(ended_at=None).values_list("side", flat=True))
    return [side for side in (PAYER, EXPERT) if side not in hearing]


def open_stop(period: PaidPeriod) -> Stop | None:
    return period.stops.filter(ended_at=None).first()


def lost_since(period: PaidPeriod) -> datetime | None:
    """When the loss began for which the meter stands still, or stood when the pause began that lasts now. None: for no loss.

    A countdown that a pause broke off has not answered the loss either; one that ended has.
    """
    since: datetime | None = None
    later: Stop | None = None
    for stop in period.stops.order_by("-started_at", "-pk"):
        if later and (stop.ended_at is None or stop.ended_at < later.started_at):
            break  # the meter ran in between
        if stop.reason in (Stop.Reason.LOSS, Stop.Reason.SERVER):
            since = stop.started_at
        elif stop.reason == Stop.Reason.COUNTDOWN and not (later and later.reason == Stop.Reason.PAUSE):
            break
        later = stop
    return since


def stood_still(
    period: PaidPeriod, start: datetime, end: datetime, *, reasons: Iterable[str] = Stop.Reason.values
) -> timedelta:
    """How long the meter stood still within [start, end), for one of the `reasons`."""
    stops = period.stops.filter(
        Q(ended_at=None) | Q(ended_at__gt=start), reason__in=list(reasons), started_at__lt=end
    ).values_list("started_at", "ended_at")
    return sum((min(ended or end, end) - max(began, start) for began, ended in stops), start=timedelta())


def runs_since(period: PaidPeriod) -> datetime:
    """When the last stop ended; the end of the countdown when there was none."""
    last = period.stops.filter(ended_at__isnull=False).order_by("-ended_at").values_list("ended_at", flat=True).first()
    return max(last, period.counts_from) if last else period.counts_from


def open_hearing(period: PaidPeriod, *, side: str, process: UUID, since: datetime) -> None:
    Hearing.objects.create(period=period, side=side, process=process, started_at=since)


def end_hearings(hearings: QuerySet[Hearing], *, at: datetime) -> list[str]:
    """End each at `at`, or where it began if that was later: a report can only shorten what was taken for granted.

    Returns the sides that no longer hear because of it.
    """
    fell_silent = []
    for hearing in hearings:
        if hearing.ended_at is None:
            fell_silent.append(hearing.side)
        hearing.ended_at = max(hearing.started_at, at)
        hearing.save(update_fields=["ended_at"])
    return fell_silent


def spoke(period: PaidPeriod, *, at: datetime) -> None:
    """Write down that there was speech until `at`."""
    if period.spoken_at is None or period.spoken_at < at:
        period.spoken_at = at
        period.save(update_fields=["spoken_at"])


def cut_stops(period: PaidPeriod, *, at: datetime) -> None:
    """The period is over since `at`: how the meter stood still after that belongs to no receipt."""
    period.stops.filter(started_at__gte=at).delete()
    period.stops.filter(ended_at__gt=at).update(ended_at=at)


def end_stop(period: PaidPeriod, *, at: datetime) -> None:
    if stop := open_stop(period):
        stop.ended_at = max(stop.started_at, at)
        stop.save(update_fields=["ended_at"])
