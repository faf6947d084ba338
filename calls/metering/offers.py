"""*Go paid*: the expert asks, within the rules. What becomes of the offer is in consent.py."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from calls.metering import free_time, texts
from calls.metering.errors import OfferRefused
from calls.metering.models import Offer, PaidPeriod
from calls.notices.services import tell_room
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.listings.models import Listing

ESTIMATE_MINUTES_MAX = 600


@transaction.atomic
def send_offer(
    *,
    call: Call,
    expert: User,
    listing_id: int,
    rate_minor: int | None = None,
    estimate: tuple[int, int] | None = None,
    now: datetime,
) -> Offer:
    """Ask the caller to switch to paid, at the listing's rate or lower; an act at its price. `estimate`: minutes, low and high.

    Raises not_the_expert, not_live, not_found, offer_open, period_running, wait_after_refusals, rate_above_listing,
    rate_out_of_range, bad_estimate.
    """
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    _check_moment(call, expert, now)
    listing = Listing.objects.filter(pk=listing_id, profile__user=expert.pk, active=True).first()
    if listing is None or listing.currency != settings.CURRENCY:
        raise OfferRefused("not_found")
    low, high = _checked_estimate(listing, estimate)
    offer = Offer(
        call=call,
        payer=call.caller,
        expert=call.expert,
        kind=listing.kind,
        listing=listing.pk,
        label=listing.title,
        currency=listing.currency,
        commission_percent=settings.COMMISSION_PERCENT,
        rate_minor=_checked_rate(listing, rate_minor),
        price_minor=listing.price_minor,
        length_ms=listing.length_minutes * 60_000 if listing.length_minutes else None,
        free_ms=free_time.left_ms(payer_id=call.caller_id, expert_id=call.expert_id, listing=listing, now=now),
        estimate_low_minutes=low,
        estimate_high_minutes=high,
        sent_at=now,
        deadline_at=now + timedelta(seconds=settings.OFFER_S),
    )
    offer.terms_text = texts.freeze(offer)
    offer.save()
    tell_room(room_id=call.room_id)
    return offer


def _check_moment(call: Call, expert: User, now: datetime) -> None:
    if call.expert_id != expert.pk:
        raise OfferRefused("not_the_expert")
    if call.state != Call.State.LIVE:
        raise OfferRefused("not_live")
    _lapse(call, now)
    if call.offers.filter(state=Offer.State.OPEN).exists():
        raise OfferRefused("offer_open")
    if PaidPeriod.objects.living().filter(Q(expert=call.expert_id) | Q(call=call)).exists():
        raise OfferRefused("period_running")
    wait = wait_until(call)
    if wait and now < wait:
        raise OfferRefused("wait_after_refusals")


def _lapse(call: Call, now: datetime) -> None:
    """An offer that is over but not yet swept must not be in the way of the next one."""
    for offer in call.offers.select_for_update(no_key=True).filter(state=Offer.State.OPEN, deadline_at__lte=now):
        offer.close(Offer.State.EXPIRED, now)


def wait_until(call: Call) -> datetime | None:
    """After two refusals in a call, and after each further one, the expert waits. None: no reason to wait."""
    refused = call.offers.filter(state=Offer.State.REFUSED).order_by("-closed_at").values_list("closed_at", flat=True)
    moments = list(refused[: settings.REFUSALS_BEFORE_WAIT])
    if len(moments) < settings.REFUSALS_BEFORE_WAIT or moments[0] is None:
        return None
    return moments[0] + timedelta(seconds=settings.REFUSED_WAIT_S)


def _checked_rate(listing: Listing, rate_minor: Any) -> int | None:
    """Minor units per minute; None for an act, whose price nobody changes in a call."""
    if listing.kind == Listing.Kind.ACT_OF_TIME:
        price = listing.price_minor or 0
        if rate_minor is not None or not settings.ACT_MINOR_MIN <= price <= settings.ACT_MINOR_MAX:
            raise OfferRefused("rate_out_of_range")
        return None
    rate = listing.rate_minor if rate_minor is None else rate_minor
    if type(rate) is not int or not settings.RATE_MINOR_MIN <= rate <= settings.RATE_MINOR_MAX:
        raise OfferRefused("rate_out_of_range")
    if rate > (listing.rate_minor or 0):
        raise OfferRefused("rate_above_listing")
    return rate


def _checked_estimate(listing: Listing, estimate: Any) -> tuple[int | None, int | None]:
    if estimate is None:
        return None, None
    if listing.kind == Listing.Kind.ACT_OF_TIME or not isinstance(estimate, tuple | list) or len(estimate) != 2:
        raise OfferRefused("bad_estimate")
    low, high = estimate
    if type(low) is not int or type(high) is not int or not 1 <= low <= high <= ESTIMATE_MINUTES_MAX:
        raise OfferRefused("bad_estimate")
    return low, high
