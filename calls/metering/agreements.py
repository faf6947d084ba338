"""*Call at the listed rate*: the caller agrees before ringing, on the same card as in a call.

Nothing is held while it rings. What was agreed to is an offer of the call, accepted by itself once both are there, or closed
with the call.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import override

from calls.contacts import services as contacts
from calls.metering import consent, states, texts
from calls.metering.errors import OfferRefused, TermsChanged
from calls.metering.models import Offer
from calls.metering.moments import to_ms
from calls.metering.offers import draft
from calls.notices.services import tell_room
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.money import Money
from payouts.wallet import services as wallet


def card(*, caller: User, expert: User, now: datetime) -> dict[str, Any]:
    """What the caller is shown, and `terms`, by which `agree` knows that it was this.

    Raises not_found, calls_free, payments_blocked.
    """
    shown = _card(_listed(caller, expert, now), now)
    return {"terms": _signer(caller, expert).sign(f"{_digest(shown)}:{shown['inert_until']}"), "card": shown}


def agree(*, call: Call, terms: str, cap_minor: int, now: datetime) -> None:
    """The caller agreed to this card; in the transaction that makes the call ring.

    Raises TermsChanged where the card would be another one now; too_soon; as `card`, and as consent.check_cap.
    """
    offer = _listed(call.caller, call.expert, now)
    words, inert_until_ms = _shown(call.caller, call.expert, terms)
    if _digest(_card(offer, now)) != words:
        raise TermsChanged
    if to_ms(now) < inert_until_ms:
        raise OfferRefused("too_soon")
    credit, monthly = consent.check_cap(offer, cap_minor, now)
    offer.terms_text = texts.accepted_text(offer, credit, monthly, Money(cap_minor, offer.currency))
    offer.call, offer.state, offer.agreed_cap_minor = call, Offer.State.AGREED, cap_minor
    offer.save()


@transaction.atomic
def begin_agreed(*, call: Call, now: datetime) -> None:
    """Both are there: the countdown begins, or the call is free and both read that. Needs the lock of the call."""
    offer = _agreed(call)
    if offer is None:
        return
    try:
        _check_pays(offer.payer, offer.expert)
        consent.accept_agreed(offer, now)
    except OfferRefused as refusal:
        with override(offer.payer.language):
            offer.failed_because = refusal.text
        offer.close(Offer.State.FAILED, now)
        tell_room(room_id=call.room_id)


@transaction.atomic
def drop_agreed(*, call: Call, now: datetime) -> None:
    """The call ended before it was one. Nothing was held."""
    if offer := _agreed(call):
        offer.close(Offer.State.EXPIRED, now)


def agreed_rates(*, calls: Iterable[Call]) -> dict[int, str]:
    """By call: the rate that its caller agreed to, in words. Never up to how much, which the expert is not told."""
    agreed = Offer.objects.filter(call__in=[call.pk for call in calls], state=Offer.State.AGREED)
    return {offer.call_id: texts.price_of(offer) for offer in agreed}


def _listed(caller: User, expert: User, now: datetime) -> Offer:
    offered = listings.for_sale().filter(kind=Listing.Kind.PER_MINUTE, profile__user=expert.pk)
    shown = offered.filter(profile__in=contacts.shown_to(caller))
    listing = shown.filter(currency=settings.CURRENCY).select_related("profile__category__parent").first()
    if listing is None or caller.pk == expert.pk:
        raise OfferRefused("not_found")
    _check_pays(caller, expert)
    if wallet.is_blocked(member=caller):
        raise OfferRefused("payments_blocked")
    offer = draft(listing, payer=caller, expert=expert, now=now)
    offer.by_payer, offer.sent_at = True, now
    offer.terms_text = texts.freeze(offer)
    return offer


def _check_pays(caller: User, expert: User) -> None:
    """Guests pay nothing; and the expert may have put a member on the list of free callers while it rang."""
    consent.check_member(caller)
    if contacts.calls_free(expert_id=expert.pk, caller_id=caller.pk):
        raise OfferRefused("calls_free", OfferRefused.YOU_CALL_FREE)


def _card(offer: Offer, now: datetime) -> dict[str, Any]:
    shown = states.offer_state(offer, offer.payer, now)
    if shown is None:
        raise ValueError("the card of an offer that is not the payer's")
    return shown


def _signer(caller: User, expert: User) -> Signer:
    """Nothing is stored of a card that is shown: when it was comes back with what it said, signed."""
    return Signer(salt=f"listed rate:{caller.pk}:{expert.pk}")


def _shown(caller: User, expert: User, terms: str) -> tuple[str, int]:
    """What the card said, and until when it was inert. Raises TermsChanged: we showed these two no such card."""
    try:
        words, inert_until_ms = _signer(caller, expert).unsign(terms).split(":")
    except BadSignature:
        raise TermsChanged from None
    return words, int(inert_until_ms)


def _digest(card: dict[str, Any]) -> str:
    return sha256("\n".join(card["text"]).encode()).hexdigest()


def _agreed(call: Call) -> Offer | None:
    agreed = Offer.objects.select_for_update(of=("self",), no_key=True).select_related("call", "payer", "expert")
    return agreed.filter(call=call, state=Offer.State.AGREED).first()
