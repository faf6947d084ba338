"""Quiet hours: every day from one time to another, by the clocks of a time zone; over midnight where the end comes first."""

from datetime import datetime, time, timedelta
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
    local = now.astimezone(ZoneInfo(hours.zone)).time()
    if hours.start < hours.end:
        return hours.start <= local < hours.end
    return local >= hours.start or local < hours.end


def next_change(hours: Hours, now: datetime) -> datetime:
    """When they next begin or end, after `now`. A time that the clocks leave out in spring is the moment they jump over."""
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=days) for days in (-1, 0, 1, 2))
    moments = (datetime.combine(day, at, zone) for day in days for at in (hours.start, hours.end))
    # In UTC: two moments of one zone are compared by what their clocks show, which is wrong in the night they are changed.
    return min(moment for moment in (_in_utc(moment) for moment in moments) if moment > now)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo("UTC"))
