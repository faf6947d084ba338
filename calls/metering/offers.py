"""*Go paid*: the expert asks, within the rules. What becomes of the offer is in consent.py."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from calls.contacts import services as contacts
from calls.metering import free_time, prices, stored, texts
from calls.metering.errors import OfferRefused
from calls.metering.models import Offer, PaidPeriod
from calls.notices.services import tell_room
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.wallet import services as wallet

ESTIMATE_MINUTES_MAX = 600


@transaction.atomic
def send_offer(
    *,
    call: Call,
    expert: User,
    listing_id: int,
    rate_minor: int | None = None,
    price_minor: int | None = None,
    estimate: tuple[int, int] | None = None,
    now: datetime,
) -> Offer:
    """Ask the caller to switch to paid, at the listing's rate or price, or lower. `estimate`: minutes, low and high.

    Raises not_the_expert, calls_free, free_only, not_live, not_found, offer_open, period_running, wait_after_refusals,
    rate_above_listing, rate_out_of_range, above_asked, bad_estimate.
    """
    call = _lock(call)
    if call.expert_id != expert.pk:
        raise OfferRefused("not_the_expert")
    if contacts.calls_free(expert_id=call.expert_id, caller_id=call.caller_id):
        raise OfferRefused("calls_free")
    own = Listing.objects.filter(profile__user=expert.pk, active=True).select_related("profile__category__parent")
    listing = own.filter(pk=listing_id).first()
    if listing is None or listing.currency != settings.CURRENCY:
        raise OfferRefused("not_found")
    if not listings.sells(listing.profile):
        raise OfferRefused("free_only")
    _check_moment(call, now, beside_a_period=listing.kind == Listing.Kind.ACT_OF_WORK)
    low, high = _checked_estimate(listing, estimate)
    offer = draft(
        listing, payer=call.caller, expert=call.expert, rate_minor=rate_minor, price_minor=price_minor, now=now
    )
    _check_asked(call, offer)
    offer.call, offer.estimate_low_minutes, offer.estimate_high_minutes = call, low, high
    return _send(offer, now)


def draft(
    listing: Listing,
    *,
    payer: User,
    expert: User,
    rate_minor: int | None = None,
    price_minor: int | None = None,
    now: datetime,
) -> Offer:
    """The terms as they are now, of no call yet and not saved. Raises rate_above_listing, rate_out_of_range."""
    rate, price, list_minor = prices.checked(listing, rate_minor=rate_minor, price_minor=price_minor)
    return Offer(
        payer=payer,
        expert=expert,
        kind=listing.kind,
        listing=listing.pk,
        label=listing.title,
        currency=listing.currency,
        commission_percent=listings.commission_percent(listing.profile),
        rate_minor=rate,
        price_minor=price,
        list_minor=list_minor,
        length_ms=listing.length_minutes * 60_000 if listing.length_minutes else None,
        free_ms=free_time.left_ms(payer_id=payer.pk, expert_id=expert.pk, listing=listing, now=now),
        description=listing.description,
        delivery_days=listing.delivery_days,
    )


@transaction.atomic
def offer_stored(*, call: Call, member: User, stored_id: int, now: datetime) -> Offer:
    """Either of the two asks to use time that was paid for before; the payer's consent card says that nothing more is due.

    Raises not_the_expert, not_live, not_found, offer_open, period_running; wait_after_refusals for the expert,
    payments_blocked for the payer (the expert is not told of the payer's disputes: their offer cannot be accepted).
    """
    call = _lock(call)
    if member.pk not in (call.caller_id, call.expert_id):
        raise OfferRefused("not_the_expert")
    by_payer = member.pk == call.caller_id
    if by_payer and wallet.is_blocked(member=member):
        raise OfferRefused("payments_blocked")
    _check_moment(call, now, may_have_to_wait=not by_payer)
    if not stored.of_pair(payer_id=call.caller_id, expert_id=call.expert_id).filter(pk=stored_id).exists():
        raise OfferRefused("not_found")
    kept = stored.lock(stored_id)
    if not kept.length_ms:
        raise OfferRefused("not_found")
    act = kept.period
    offer = Offer(
        call=call,
        payer=call.caller,
        expert=call.expert,
        kind=Offer.Kind.STORED_TIME,
        listing=act.listing,
        label=act.label,
        currency=kept.currency,
        commission_percent=act.commission_percent,
        price_minor=kept.price_minor,
        length_ms=kept.length_ms,
        stored=kept,
        by_payer=by_payer,
    )
    return _send(offer, now)


def _lock(call: Call) -> Call:
    return Call.objects.select_for_update(no_key=True).get(pk=call.pk)


def _send(offer: Offer, now: datetime) -> Offer:
    """With the words that the payer is asked to agree to, frozen."""
    offer.sent_at, offer.deadline_at = now, now + timedelta(seconds=settings.OFFER_S)
    offer.terms_text = texts.freeze(offer)
    offer.save()
    tell_room(room_id=offer.call.room_id)
    return offer


def _check_moment(call: Call, now: datetime, *, may_have_to_wait: bool = True, beside_a_period: bool = False) -> None:
    if call.state != Call.State.LIVE:
        raise OfferRefused("not_live")
    _lapse(call, now)
    if call.offers.filter(state=Offer.State.OPEN).exists():
        raise OfferRefused("offer_open")
    running = PaidPeriod.objects.living().filter(Q(expert=call.expert_id) | Q(call=call))
    if not beside_a_period and running.exists():
        raise OfferRefused("period_running")
    wait = wait_until(call) if may_have_to_wait else None
    if wait and now < wait:
        raise OfferRefused("wait_after_refusals")


def _check_asked(call: Call, offer: Offer) -> None:
    """The highest rate of *Ask now* binds (PRODUCT.md, section 4)."""
    highest = call.ask.max_rate if call.ask else None
    if highest and _is_above(highest.minor, offer):
        raise OfferRefused("above_asked", OfferRefused.ASKED_AT_MOST.format(rate=texts.per_minute(highest)))


def _is_above(rate_minor: int, offer: Offer) -> bool:
    """Of an act of time: its price for its length. An act of work has no length, so no rate."""
    if offer.rate_minor is not None:
        return offer.rate_minor > rate_minor
    if offer.price_minor is None or offer.length_ms is None:
        return False
    return offer.price_minor * 60_000 > rate_minor * offer.length_ms


def _lapse(call: Call, now: datetime) -> None:
    """An offer that is over but not yet swept must not be in the way of the next one."""
    for offer in call.offers.select_for_update(no_key=True).filter(state=Offer.State.OPEN, deadline_at__lte=now):
        offer.close(Offer.State.EXPIRED, now)


def wait_until(call: Call) -> datetime | None:
    """After two refusals in a call, and after each further one, the expert waits. None: no reason to wait."""
    refused = call.offers.filter(state=Offer.State.REFUSED, by_payer=False).order_by("-closed_at")
    moments = list(refused.values_list("closed_at", flat=True)[: settings.REFUSALS_BEFORE_WAIT])
    if len(moments) < settings.REFUSALS_BEFORE_WAIT or moments[0] is None:
        return None
    return moments[0] + timedelta(seconds=settings.REFUSED_WAIT_S)


def _checked_estimate(listing: Listing, estimate: Any) -> tuple[int | None, int | None]:
    if estimate is None:
        return None, None
    if listing.kind != Listing.Kind.PER_MINUTE or not isinstance(estimate, tuple | list) or len(estimate) != 2:
        raise OfferRefused("bad_estimate")
    low, high = estimate
    if type(low) is not int or type(high) is not int or not 1 <= low <= high <= ESTIMATE_MINUTES_MAX:
        raise OfferRefused("bad_estimate")
    return low, high
