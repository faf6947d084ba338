"""From the rows of an offer or a paid period to the terms that billing.py prices."""

from datetime import timedelta

from django.conf import settings

from calls.metering.billing import ActOfTime, PerMinute, Terms, cap_ms, used_part
from calls.metering.models import Offer, PaidPeriod

LOWEST_CAP_MINUTES = 2  # under two minutes of credit there is nothing to switch to (PRODUCT.md, section 2, *Cap*)


def terms_of(row: Offer | PaidPeriod) -> Terms:
    if is_act(row):
        return ActOfTime(row.price_minor or 0, row.length_ms or 1)
    return PerMinute(row.rate_minor or 1, row.free_ms)


def limit_ms(period: PaidPeriod) -> int:
    """Billable milliseconds after which the period ends by itself: what the cap pays for, or the act's length."""
    return cap_ms(terms_of(period), period.cap_minor)


def lowest_cap(offer: Offer) -> int:
    """Minor units below which accepting makes no sense: two minutes, or the whole act. Stored time costs nothing more."""
    if is_stored(offer):
        return 0
    if is_act(offer):
        return offer.price_minor or 0
    return LOWEST_CAP_MINUTES * (offer.rate_minor or 0)


def is_act(row: Offer | PaidPeriod) -> bool:
    """A fixed price, not a rate: for a length of time just bought or stored, or for a work."""
    return row.kind != Offer.Kind.PER_MINUTE


def is_work(row: Offer | PaidPeriod) -> bool:
    """An act of work: the call stays free, and an order is made."""
    return row.kind == Offer.Kind.ACT_OF_WORK


def is_stored(row: Offer | PaidPeriod) -> bool:
    """Paid for before: nothing is held, and what is used is taken from what is stored."""
    return row.kind == Offer.Kind.STORED_TIME


def captures_after() -> timedelta:
    """How long after its countdown an act of time can still be cancelled."""
    return timedelta(seconds=settings.ACT_CAPTURE_S)


def unused_minor(period: PaidPeriod) -> int:
    """The part of a captured act's price that its used time does not stand for. 0 for everything else."""
    terms = terms_of(period)
    if not isinstance(terms, ActOfTime) or is_stored(period) or period.captured_at is None:
        return 0
    return terms.price_minor - used_part(terms, period.billable_ms)
