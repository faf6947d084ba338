"""Weekly hours on a profile: the coming seven days by the clocks there, and as moments for the visitor (page/hours.js)."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.experts import hours, quiet

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Coming:
    """`days`: of each, from today on, the date and its times as "09:00–12:00". `spans`: `[[from, to], ...]` in ms, as JSON: from
    a day before to a day after, because it is another day elsewhere."""

    zone: str
    days: list[tuple[date, list[str]]]
    spans: str


def coming(week: hours.Week | None, quiet_hours: quiet.Hours | None, *, now: datetime) -> Coming | None:
    if week is None:
        return None
    today = now.astimezone(ZoneInfo(week.zone)).date()
    several = [today + at * A_DAY for at in range(hours.DAYS)]
    around = hours.spans(week, quiet_hours, now - A_DAY, now + (hours.DAYS + 1) * A_DAY)
    told = json.dumps([[int(edge.timestamp() * 1000) for edge in span] for span in around])
    return Coming(week.zone, [(day, _times(week, quiet_hours, day)) for day in several], told)


def _times(week: hours.Week, quiet_hours: quiet.Hours | None, day: date) -> list[str]:
    zone = ZoneInfo(week.zone)
    begin, end = (datetime.combine(one, time(), zone) for one in (day, day + A_DAY))
    return [
        f"{span.start.astimezone(zone):%H:%M}–{'24:00' if span.end == end else f'{span.end.astimezone(zone):%H:%M}'}"
        for span in hours.spans(week, quiet_hours, begin, end)
    ]
