"""Which caps the consent card proposes: enough to be asked once, never above the credit nor what the monthly limit leaves
(PRODUCT.md, section 2, *Cap*).
"""

from dataclasses import dataclass

from django.db.models import Sum

from calls.metering.billing import cap_ms
from calls.metering.models import Offer, PaidPeriod
from calls.metering.terms import is_act, lowest_cap, terms_of

FIRST_CAP_MINUTES = 10
CHOICES_MINUTES = (5, 10, 15, 20, 30, 60)


@dataclass(frozen=True, slots=True)
class Caps:
    """Minor units. `clipped_by` says what kept `proposed` below what would have been proposed: "credit", "limit" or None."""

    proposed: int
    highest: int
    clipped_by: str | None
    choices: list[int]


def caps_for(offer: Offer, *, credit_minor: int, left_minor: int | None = None) -> Caps:
    """`left_minor`: what the payer's monthly limit leaves; None without one."""
    if is_act(offer):
        price = lowest_cap(offer)
        return Caps(proposed=price, highest=price, clipped_by=None, choices=[])
    rate, lowest = offer.rate_minor or 0, lowest_cap(offer)
    wanted = max(lowest, _wanted(offer))
    is_limited = left_minor is not None and left_minor < credit_minor
    highest = left_minor if left_minor is not None and is_limited else credit_minor
    proposed = min(wanted, highest)
    offered = {proposed, highest, *(rate * minutes for minutes in CHOICES_MINUTES)}
    return Caps(
        proposed=proposed,
        highest=highest,
        clipped_by=("limit" if is_limited else "credit") if proposed < wanted else None,
        choices=sorted(minor for minor in offered if lowest <= minor <= highest),
    )


def time_ms(offer: Offer, cap_minor: int) -> int:
    """How long a cap lasts, free time included."""
    return cap_ms(terms_of(offer), cap_minor)


def _wanted(offer: Offer) -> int:
    """The top of the estimate; without one what this payer chose last with this expert; the first time ten minutes."""
    rate = offer.rate_minor or 0
    if offer.estimate_high_minutes is not None:
        return rate * offer.estimate_high_minutes
    last = (
        PaidPeriod.objects.filter(payer=offer.payer_id, expert=offer.expert_id, kind=Offer.Kind.PER_MINUTE)
        .annotate(raised=Sum("raises__by_minor"))
        .order_by("-pk")
        .first()
    )
    # Without the raises: those were decided in the heat of a call, the cap was the plan.
    return last.cap_minor - (last.raised or 0) if last else rate * FIRST_CAP_MINUTES
