"""Weekly hours: when an expert can usually be called, by the clocks of a time zone; and when that next is so.

Quiet hours (quiet.py) are taken out of them: nobody rings then, whatever else was said. Moments are told in UTC.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from marketplace.experts import quiet

DAYS, DAY_MINUTES = 7, 24 * 60
A_DAY_MAX = 6  # intervals
HORIZON = timedelta(days=16)  # an interval of every week begins within it, also where clocks leave it out once


class BadWeek(ValueError):
    """`code`: unreadable, order (it ends before it begins), overlap, many (more than A_DAY_MAX on a day), zone (there is no such
    time zone). `weekday`: where; None: the whole. `words`: what was typed that is wrong."""

    def __init__(self, code: str, weekday: int | None = None, words: str = "") -> None:
        self.code, self.weekday, self.words = code, weekday, words
        super().__init__(code)


class Interval(NamedTuple):
    """Minutes since midnight; the end is 1440 where it is midnight."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}–{_clock(self.end)}"


class Week(NamedTuple):
    """`days`: of each, Monday first, its intervals in order. `zone` as the tz database names it."""

    days: tuple[tuple[Interval, ...], ...]
    zone: str


class Span(NamedTuple):
    start: datetime
    end: datetime


def checked(days: Iterable[Iterable[Interval]], zone: str) -> Week | None:
    """None: no weekly hours. Raises BadWeek."""
    week = tuple(checked_day(day, weekday) for weekday, day in enumerate(days))
    if len(week) != DAYS:
        raise BadWeek("unreadable")
    if not any(week):
        return None
    if zone not in available_timezones():
        raise BadWeek("zone")
    return Week(week, zone)


def checked_day(intervals: Iterable[Interval], weekday: int) -> tuple[Interval, ...]:
    """In order. Raises BadWeek."""
    day = sorted(intervals)
    for one in day:
        if not (0 <= one.start < DAY_MINUTES and 0 <= one.end <= DAY_MINUTES):
            raise BadWeek("unreadable", weekday, str(one))
        if one.end <= one.start:
            raise BadWeek("order", weekday, str(one))
    for one, after in zip(day, day[1:], strict=False):
        if after.start < one.end:
            raise BadWeek("overlap", weekday, f"{one}, {after}")
    if len(day) > A_DAY_MAX:
        raise BadWeek("many", weekday)
    return tuple(day)


# --- as they are typed ------------------------------------------------------------------------------------------

_TIME = r"(\d{1,2})(?:[:.h](\d\d)?)?\s*(am|pm)?"
_INTERVAL = re.compile(rf"\s*{_TIME}\s*(?:[-–—]|to|à|until)\s*{_TIME}\s*", re.IGNORECASE)


def read_day(text: str, weekday: int) -> list[Interval]:
    """`9-12, 14:00-18:30`, also `9h-12h30` and `9 am to 5 pm`; until midnight is until 24:00 or 0:00. Raises BadWeek."""
    pieces = [piece.strip() for piece in re.split(r"[,;]", text) if piece.strip()]
    return [_read(piece, weekday) for piece in pieces]


def _read(piece: str, weekday: int) -> Interval:
    found = _INTERVAL.fullmatch(piece)
    if not found:
        raise BadWeek("unreadable", weekday, piece)
    start, end = _minutes(*found.groups()[:3]), _minutes(*found.groups()[3:])
    if start is None or end is None or start == DAY_MINUTES:
        raise BadWeek("unreadable", weekday, piece)
    return Interval(start, end or DAY_MINUTES)


def _minutes(hours: str, minutes: str | None, half: str | None) -> int | None:
    hour, minute = int(hours), int(minutes or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None


def write_day(day: Iterable[Interval]) -> str:
    return ", ".join(map(str, day))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- as moments -------------------------------------------------------------------------------------------------


def spans(week: Week, quiet_hours: quiet.Hours | None, begin: datetime, end: datetime) -> list[Span]:
    """What of these hours lies between two moments, in order, never touching each other.

    As with quiet hours, a time that the clocks leave out in spring comes as much after the jump as it lies within; of one that
    they show twice in autumn it is the first. What is left without length by that is not there.
    """
    zone = ZoneInfo(week.zone)
    said = [
        Span(_moment(day, interval.start, zone), _moment(day, interval.end, zone))
        for day in _days(begin, end, zone)
        for interval in week.days[day.weekday()]
    ]
    free = _joined(said)
    for shut in _quiet_spans(quiet_hours, begin, end) if quiet_hours else []:
        free = [part for span in free for part in _without(span, shut)]
    cut = (Span(max(span.start, begin), min(span.end, end)) for span in free)
    return [span for span in cut if span.start < span.end]


def next_beginning(week: Week, quiet_hours: quiet.Hours | None, after: datetime) -> datetime | None:
    """When they next begin after this moment, whether or not it lies within; None: quiet hours leave nothing of them."""
    # From a day before, so that what already goes on does not seem to begin here.
    ahead = spans(week, quiet_hours, after - timedelta(days=1), after + HORIZON)
    return next((span.start for span in ahead if span.start > after), None)


def first_within(week: Week, quiet_hours: quiet.Hours | None, at: datetime) -> datetime | None:
    """`at` itself where it lies within these hours, else when they next begin; None as above."""
    ahead = spans(week, quiet_hours, at, at + HORIZON)
    return ahead[0].start if ahead else None


def _days(begin: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    first = begin.astimezone(zone).date() - timedelta(days=1)
    return [first + timedelta(days=days) for days in range((end.astimezone(zone).date() - first).days + 2)]


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    there = datetime.combine(day + timedelta(days=minutes // DAY_MINUTES), time(), zone)
    return there.replace(hour=minutes % DAY_MINUTES // 60, minute=minutes % 60).astimezone(UTC)


def _quiet_spans(hours: quiet.Hours, begin: datetime, end: datetime) -> list[Span]:
    zone = ZoneInfo(hours.zone)
    start, stop = (at.hour * 60 + at.minute for at in (hours.start, hours.end))
    stop += DAY_MINUTES if stop <= start else 0
    return [Span(_moment(day, start, zone), _moment(day, stop, zone)) for day in _days(begin, end, zone)]


def _joined(several: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(span for span in several if span.start < span.end):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _without(span: Span, shut: Span) -> list[Span]:
    if shut.end <= span.start or span.end <= shut.start:
        return [span]
    parts = (Span(span.start, min(span.end, shut.start)), Span(max(span.start, shut.end), span.end))
    return [part for part in parts if part.start < part.end]
