"""What the receipt says of one paid period, frozen when its payer contests it: the terms, every second, every stop and why.

Tables of plain text for staff to decide on. The expert reads it too, so nothing in it tells the payer's credit.
"""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from calls.metering.models import Hearing, PaidPeriod
from calls.metering.moments import to_ms
from calls.metering.receipts import PeriodRow, row_of
from calls.metering.texts import duration
from calls.metering.timeline import comings, line_of_time
from payouts.claims import services as claims
from payouts.in_english import in_english
from payouts.money import Money

Table = dict[str, Any]  # {"title": ..., "rows": [[cell, ...], ...]}


@in_english
def evidence(period: PaidPeriod) -> list[Table]:
    row = row_of(period)
    return [
        _table(_("Terms as accepted"), [[line] for line in row.terms.split("\n")]),
        _table(_("The paid period"), _figures(row)),
        _table(_("Every second"), _seconds(period)),
        _table(_("When the meter stood still"), _stops(row)),
        _table(
            _("Who came and left, as the servers saw it"),
            [[_at(one.started_at), one.text] for one in comings(period.call)],
        ),
        _table(_("When each heard the other, as the servers saw it"), _heard(period)),
    ]


@in_english
def tip_evidence(tip: claims.Charge, beside: list[Table]) -> list[Table]:
    """`beside`: of what the payer of the tip paid for in the same call."""
    sent = tip.earning
    figures = [
        [_("Tip"), str(Money(sent.price_minor, sent.currency))],
        [_("Sent"), _at(sent.captured_at)],
        [_("Given back before"), str(Money(sent.given_back_minor, sent.currency))],
    ]
    return [_table(_("The tip"), figures), *beside]


def _figures(row: PeriodRow) -> list[list[str]]:
    figures = [
        [_("Sold"), f"{row.label}, {row.price_text}"],
        [_("Accepted"), _at(row.period.accepted_at)],
        [_("Counted from"), _at(row.started_at)],
        [_("Ended"), f"{_at(row.ended_at)} {row.end_text}"],
        [_("Billed"), _("{time} ({ms} ms)").format(time=duration(row.billed_ms), ms=row.billed_ms)],
        [_("Of it free"), duration(row.free_ms)],
        [_("Limit"), str(row.cap)],
        [_("Estimate"), row.estimate],
        [_("Price"), str(row.price)],
        [_("Given back before"), str(row.price - row.paid)],
        [_("Commission"), f"{row.commission}, {row.commission_percent} %"],
    ]
    return [figure for figure in figures if figure[1]]


def _seconds(period: PaidPeriod) -> list[list[str]]:
    names = {"free": _("Free"), "paid": _("Paid"), "stopped": _("Stopped")}
    line = line_of_time(period.call, [period])
    inside = [one for one in line if one.ended_at > period.accepted_at and one.started_at < period.over_at]
    return [[_at(one.started_at), names[one.kind], one.text, _length(one.ms)] for one in inside]


def _stops(row: PeriodRow) -> list[list[str]]:
    return [[_at(stop.started_at), stop.text, _length(stop.ms)] for stop in row.stops]


def _heard(period: PaidPeriod) -> list[list[str]]:
    names = {Hearing.Side.PAYER: _("The payer heard"), Hearing.Side.EXPERT: _("The expert heard")}
    heard = period.hearings.filter(ended_at__isnull=False).order_by("started_at", "pk")
    return [
        [_at(one.started_at), names[Hearing.Side(one.side)], _length(to_ms(one.ended_at) - to_ms(one.started_at))]
        for one in heard
        if one.ended_at
    ]


def _table(title: str, rows: list[list[str]]) -> Table:
    return {"title": title, "rows": rows}


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def _length(ms: int) -> str:
    return f"{ms / 1000:.3f} s"
