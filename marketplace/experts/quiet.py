"""Quiet hours: every day from one time to another, by the clocks of a time zone; over midnight where the end comes first."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones


class BadHours(ValueError):
    """`code`: same (they would never end), zone (there is no such time zone), half (a beginning without an end)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Hours(NamedTuple):
    start: time
    end: time
    zone: str  # as the tz database names it: "Europe/Paris"


def checked(start: time | None, end: time | None, zone: str) -> Hours | None:
    """None: no quiet hours. Raises BadHours."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise BadHours("half")
    if start == end:
        raise BadHours("same")
    if zone not in available_timezones():
        raise BadHours("zone")
    return Hours(start, end, zone)


def is_within(hours: Hours, now: datetime) -> bool:
    return max(change for change in _changes(hours, now) if change.at <= now).begins


def next_change(hours: Hours, now: datetime) -> datetime:
    """When they next begin or end, after `now`."""
    return min(change.at for change in _changes(hours, now) if change.at > now)


class _Change(NamedTuple):
    at: datetime  # in UTC: moments of one zone are compared by what their clocks show, wrongly in a night they are changed
    begins: bool


def _changes(hours: Hours, now: datetime) -> list[_Change]:
    """Of the days around `now`. A time that the clocks leave out in spring comes as much after the jump as it lies within;
    of one that they show twice in autumn it is the first."""
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=days) for days in range(-2, 3)]
    return [
        _Change(datetime.combine(day, at, zone).astimezone(UTC), begins)
        for day in days
        for at, begins in ((hours.start, True), (hours.end, False))
    ]
