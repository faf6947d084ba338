"""Afterwards: every second of a call, what was billed and why it stood still, and what each paid period cost."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.conf import settings

from calls.metering import billing, texts
from calls.metering.models import PaidPeriod, StoredTime
from calls.metering.moments import to_ms
from calls.metering.stored import kept_past_date
from calls.metering.terms import is_act, is_stored, terms_of
from calls.metering.timeline import Coming, Stretch, comings, in_order, line_of_time
from calls.rooms.models import Call
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.money import Money


@dataclass(frozen=True, slots=True)
class StopRow:
    text: str
    started_at: datetime
    ended_at: datetime

    @property
    def ms(self) -> int:
        return to_ms(self.ended_at) - to_ms(self.started_at)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One paid period. `paid` is what it cost in the end: `price` less `given_back` (unused, corrected) and `refunded` (by
    the expert, or after a claim); commission and earning make it up. `charge`: the claim and the refunds; None if it was free.

    Of an act, `given_back` is the unused part, which is stored; `stored` says what became of it, and `stored_charge` what
    the expert gave back of it; `is_kept`: its date has come, and it does not go back yet. Of a period on stored
    time, `paid` was paid before: with the act in the call `paid_in`.
    `estimate`: the line of the consent card, to be shown beside `billed_ms` and `paid`; empty without one.
    """

    period: PaidPeriod
    label: str
    price_text: str
    is_act: bool
    is_stored: bool
    billed_ms: int
    free_ms: int
    length_ms: int | None
    cap: Money
    estimate: str
    started_at: datetime
    ended_at: datetime
    end_text: str
    price: Money
    given_back: Money
    refunded: Money
    stored: StoredTime | None
    is_kept: bool
    stored_charge: claims.Charge | None
    paid_in: int | None
    paid: Money
    commission: Money
    commission_percent: int
    earning: Money
    release_at: datetime | None
    stops: list[StopRow]
    charge: claims.Charge | None
    looks: list[datetime] = field(default_factory=list)  # of staff, at a bank's dispute about what paid for it

    @property
    def went_otherwise(self) -> Money:
        """Of `refunded`, what nobody gave back: the platform's share, after staff were late with a claim, or what went to the
        bank of a card because the expert took part in a fraud."""
        refunds = self.charge.refunds if self.charge else []
        return self.refunded - _sum(refund.amount for refund in refunds)

    @property
    def terms(self) -> str:
        """What was asked for, as both may read it. What the payer read names their credit, which the expert is never told."""
        return "\n".join(texts.terms_lines(self.period.offer))

    @property
    def charged_ms(self) -> int:
        """What the price is reckoned from, for a period per minute."""
        return self.billed_ms - self.free_ms

    @property
    def unused_ms(self) -> int:
        """Of an act: what its call left of it."""
        return max(0, (self.length_ms or 0) - self.billed_ms) if self.given_back else 0

    @property
    def returned(self) -> Money:
        """Of what was stored: what nobody used in time, and went back."""
        return Money(self.stored.returned_minor if self.stored else 0, self.period.currency)


@dataclass(frozen=True, slots=True)
class TipRow:
    """A tip sent for the call. `sent` is what it was, `kept` what the expert did not give back of it."""

    charge: claims.Charge

    @property
    def reference(self) -> str:
        return self.charge.earning.reference

    @property
    def sent(self) -> Money:
        return Money(self.charge.earning.price_minor, self.charge.earning.currency)

    @property
    def kept(self) -> Money:
        return self.charge.earning.price


@dataclass(frozen=True, slots=True)
class Receipt:
    """`stretches` cover the call from its first to its last second without a hole, in order; `line` has them and who came and
    left when."""

    call: Call
    stretches: list[Stretch]
    line: list[Stretch | Coming]
    periods: list[PeriodRow]
    paid: Money
    commission: Money
    earning: Money
    billed_ms: int
    tips: list[TipRow] = field(default_factory=list)


def receipt(*, call: Call, now: datetime | None = None) -> Receipt | None:
    """None for a call that was never live. A period that is not settled yet is not on it.

    `now`: for what can still be contested, and for what is kept past its date.
    """
    if call.started_at is None:
        return None
    ended = call.periods.filter(state=PaidPeriod.State.ENDED).select_related("offer").order_by("accepted_at", "pk")
    periods = list(ended)
    tips = earnings.tips(about=[f"call:{call.pk}"])
    kept = {left.period_id: left for left in StoredTime.objects.filter(period__in=periods)}
    references = [
        *(f"period:{period.pk}" for period in periods),
        *(left.reference for left in kept.values()),
        *(tip.reference for tip in tips),
    ]
    charges = claims.charges(references=references, now=now or call.started_at)
    looked = disputes.looks(references=charges)
    past_date = kept_past_date(kept.values(), now=now) if now else set()
    rows = [_row(period, kept.get(period.pk), charges, looked, past_date) for period in periods]
    stretches = line_of_time(call, periods)
    return Receipt(
        call=call,
        stretches=stretches,
        line=in_order(stretches, comings(call)),
        periods=rows,
        paid=_sum(row.paid for row in rows),
        commission=_sum(row.commission for row in rows),
        earning=_sum(row.earning for row in rows),
        billed_ms=sum(row.billed_ms for row in rows),
        tips=[TipRow(charges[tip.reference]) for tip in tips],
    )


def charged(found: Receipt) -> list[str]:
    """The references of what was paid in this call: each has a number of its own. Stored time was paid before."""
    periods = [f"period:{row.period.pk}" for row in found.periods if row.charge and not row.is_stored]
    return [*periods, *(tip.reference for tip in found.tips)]


def row_of(period: PaidPeriod) -> PeriodRow:
    """The figures of one ended period."""
    charges = claims.charges(references=[f"period:{period.pk}"], now=period.over_at)
    return _row(period, StoredTime.objects.filter(period=period).first(), charges)


def _row(
    period: PaidPeriod,
    stored: StoredTime | None,
    charges: Mapping[str, claims.Charge],
    looked: Mapping[str, list[datetime]] = MappingProxyType({}),
    past_date: Set[int] = frozenset(),
) -> PeriodRow:
    offer, currency, charge = period.offer, period.currency, charges.get(f"period:{period.pk}")
    price, given_back = Money(period.amount_minor, currency), Money(period.given_back_minor, currency)
    paid = charge.earning.price if charge else price - given_back
    earning = charge.earning.amount if charge else paid
    low, high = offer.estimate_low_minutes, offer.estimate_high_minutes
    return PeriodRow(
        period=period,
        label=period.label,
        price_text=texts.price_of(period),
        is_act=is_act(period),
        is_stored=is_stored(period),
        billed_ms=period.billable_ms,
        free_ms=billing.free_used_ms(terms_of(period), period.billable_ms),
        length_ms=period.length_ms,
        cap=Money(period.cap_minor, currency),
        estimate="" if low is None or high is None else texts.estimate(offer, low, high),
        started_at=period.counts_from,
        ended_at=period.over_at,
        end_text=texts.end_reason(period),
        price=price,
        given_back=given_back,
        stored=stored,
        is_kept=stored is not None and stored.pk in past_date,
        stored_charge=charges.get(stored.reference) if stored else None,
        paid_in=period.stored.period.call_id if period.stored else None,
        refunded=price - given_back - paid,
        paid=paid,
        commission=paid - earning,
        commission_percent=period.commission_percent,
        earning=earning,
        release_at=period.release_at,
        stops=_stops(period),
        charge=charge,
        looks=sorted(looked.get(charge.earning.spent_reference, [])) if charge else [],
    )


def _stops(period: PaidPeriod) -> list[StopRow]:
    return [
        StopRow(texts.stop_reason(stop.reason, stop.side), stop.started_at, stop.ended_at)
        for stop in period.stops.filter(ended_at__isnull=False).order_by("started_at", "pk")
        if stop.ended_at and to_ms(stop.ended_at) > to_ms(stop.started_at)
    ]


def _sum(amounts: Iterable[Money]) -> Money:
    total = Money(0, settings.CURRENCY)
    for amount in amounts:
        total += amount
    return total
