"""The line of time on a receipt: each moment of a call is free, paid, or stopped for a reason; and who came and left when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from calls.metering import billing, texts, witness
from calls.metering.billing import Interval
from calls.metering.models import PaidPeriod, Stop
from calls.metering.moments import from_ms, to_ms
from calls.metering.terms import is_act, is_stored, terms_of
from calls.rooms.models import Call


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the line of time. `kind`: "free", "paid" or "stopped"; `text`: why."""

    kind: str
    text: str
    started_at: datetime
    ended_at: datetime

    @property
    def ms(self) -> int:
        return to_ms(self.ended_at) - to_ms(self.started_at)


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody came or left. `kind`: "joined" or "left"."""

    kind: str
    text: str
    started_at: datetime


def comings(call: Call) -> list[Coming]:
    """In order. None of calls that are older than the table in which they are written down."""
    found = []
    for each in call.attendances.select_related("user").order_by("joined_at", "pk"):
        name = each.user.shown_name
        found.append(Coming("joined", _("{name} joined").format(name=name), each.joined_at))
        if each.left_at:
            found.append(Coming("left", _("{name} left").format(name=name), each.left_at))
    return sorted(found, key=lambda one: one.started_at)


def in_order(stretches: list[Stretch], comings: list[Coming]) -> list[Stretch | Coming]:
    """All of it, as a table tells it: who joins does so before what begins then, who leaves after what ended then."""
    # By whole milliseconds, of which stretches are made: who joined was there before the free call that began by that.
    return sorted(
        [*comings, *stretches], key=lambda one: (to_ms(one.started_at), one.kind != "left", one.kind != "joined")
    )


def line_of_time(call: Call, periods: list[PaidPeriod]) -> list[Stretch]:
    reached = to_ms(call.started_at or call.rang_at)
    end = max(
        [
            to_ms(call.ended_at or call.started_at or call.rang_at),
            *(to_ms(period.ended_at) for period in periods if period.ended_at),
        ]
    )
    pieces: list[Stretch] = []
    for period in periods:
        inside = _pieces_of(period)
        if not inside:
            continue
        pieces += [_stretch("free", _("Free call"), reached, to_ms(inside[0].started_at)), *inside]
        reached = to_ms(inside[-1].ended_at)
    pieces.append(_stretch("free", _("Free call"), reached, end))
    return _joined(piece for piece in pieces if piece.ms > 0)


def _pieces_of(period: PaidPeriod) -> list[Stretch]:
    """From the acceptance to the end, cut wherever the reason changes."""
    start, counts, end = to_ms(period.accepted_at), to_ms(period.counts_from), to_ms(period.over_at)
    billed = witness.stretches(period, until=period.over_at)
    free = billing.first(billed, billing.free_used_ms(terms_of(period), period.billable_ms))
    paid = billing.subtract(billed, free)
    stops = list(period.stops.filter(ended_at__isnull=False).order_by("started_at", "pk"))
    pauses = [Interval(to_ms(stop.started_at), to_ms(stop.ended_at)) for stop in stops if stop.ended_at]
    borders = {start, counts, end} | {border for interval in [*free, *paid, *pauses] for border in interval}
    inside = sorted(border for border in borders if start <= border <= end)
    pieces = []
    for left, right in zip(inside, inside[1:], strict=False):
        if right <= counts:
            kind, text = "free", _("Countdown")
        elif _covers(free, left):
            kind, text = "free", _("Free time")
        elif _covers(paid, left):
            kind, text = ("free", _("Act, not charged")) if _cost_nothing(period) else ("paid", _paid_for(period))
        else:
            kind, text = "stopped", _why(stops, left)
        pieces.append(_stretch(kind, text, left, right))
    return pieces


def _paid_for(period: PaidPeriod) -> str:
    """An act by its name: its whole price beside a part of its time would read as the price of that part."""
    return period.label if is_act(period) else texts.price_of(period)


def _cost_nothing(period: PaidPeriod) -> bool:
    """An act that ended before it was captured: its time was counted, and then nobody paid for it."""
    return is_act(period) and not is_stored(period) and period.captured_at is None


def _why(stops: list[Stop], at: int) -> str:
    for stop in stops:
        if stop.ended_at and to_ms(stop.started_at) <= at < to_ms(stop.ended_at):
            return texts.stop_reason(stop.reason, stop.side)
    return texts.stop_reason(Stop.Reason.LOSS, "")  # seconds between the last good report and a settled end


def _covers(intervals: list[Interval], at: int) -> bool:
    return any(start <= at < end for start, end in intervals)


def _stretch(kind: str, text: str, start: int, end: int) -> Stretch:
    return Stretch(kind, text, from_ms(start), from_ms(max(start, end)))


def _joined(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours of the same kind and reason are one stretch."""
    result: list[Stretch] = []
    for piece in pieces:
        if result and (result[-1].kind, result[-1].text) == (piece.kind, piece.text):
            result[-1] = Stretch(piece.kind, piece.text, result[-1].started_at, piece.ended_at)
        else:
            result.append(piece)
    return result
