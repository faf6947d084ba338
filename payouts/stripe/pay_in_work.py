"""What the worker does about money that comes in: payments from saved cards, and Stripe's events of them and of its pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from payouts.cards import services as cards
from payouts.cards.models import CardPayment
from payouts.cards.paying import STALE
from payouts.outbox.services import Finish, Handler
from payouts.stripe import gateway
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp

# --- Out ------------------------------------------------------------------------------------------------------


def pay_with_card(payload: dict[str, Any], *, key: str) -> Finish | None:
    """What the member's page has asked for already, or the worker alone; the same key is one payment."""
    payment = CardPayment.objects.select_related("top_up__member", "card").get(pk=payload["payment"])
    if not payment.is_open:
        return None
    if timezone.now() - payment.top_up.made_at > STALE:
        return lambda now: cards.give_up(payment=payment, now=now)
    answer = cards.ask(payment=payment)
    return lambda now: cards.settle(payment=payment, answer=answer, now=now)


def cancel(payload: dict[str, Any], *, key: str) -> Finish | None:
    """A saved card's bank asked for its owner, long ago."""
    payment = CardPayment.objects.select_related("top_up__member", "card").get(pk=payload["payment"])
    if not payment.is_open:
        return None
    answer = cards.cancel(payment=payment)
    return lambda now: cards.settle(payment=payment, answer=answer, now=now)


def refill(payload: dict[str, Any], *, key: str) -> Finish:
    member = get_user_model().objects.get(pk=payload["member"])
    return lambda now: cards.refill(member=member, cause=payload["cause"], now=now)


HANDLERS: dict[str, Handler] = {"cards.pay": pay_with_card, "cards.cancel": cancel, "cards.refill": refill}


# --- In -------------------------------------------------------------------------------------------------------


def _session(event: StripeEvent, now: datetime) -> None:
    wallet.confirm_top_up(stripe_session=event.payload["data"]["object"]["id"], now=now)


def _charge(event: StripeEvent, now: datetime) -> None:
    """Stripe may book its fee only after the payment: the payment is asked for once more."""
    top_up = _top_up_of(event)
    if top_up.way == TopUp.Way.CARD:
        if top_up.stripe_intent:
            cards.confirm(stripe_intent=top_up.stripe_intent, now=now)
    elif top_up.stripe_session:
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)


def _declined(event: StripeEvent, now: datetime) -> None:
    """Who is declined too often finds the payment pages that are still open closed: no more cards are tried there."""
    top_up = _top_up_of(event)
    wallet.record_decline(top_up=top_up, stripe_charge=event.payload["data"]["object"]["id"], now=now)
    if wallet.is_declined_too_often(member=top_up.member, now=now):
        wallet.close_checkouts(member=top_up.member, now=now)


def _payment(event: StripeEvent, now: datetime) -> None:
    """Of a saved card. A payment page's own events say the same of the others."""
    if _top_up_of(event).way == TopUp.Way.CARD:
        cards.confirm(stripe_intent=event.payload["data"]["object"]["id"], now=now)


def _top_up_of(event: StripeEvent) -> TopUp:
    """Raises TopUp.DoesNotExist when it is about none of ours."""
    number = gateway.own_number(event.payload["data"]["object"].get("metadata") or {}, "topup")
    return TopUp.objects.select_related("member").get(pk=number)


def _cards(event: StripeEvent, now: datetime) -> None:
    """A card was kept or taken away: whose was it? (Of one that was taken away only what was before says it.)"""
    data = event.payload["data"]
    customer = data["object"].get("customer") or (data.get("previous_attributes") or {}).get("customer")
    cards.refresh_cards_of(customer=customer or "", now=now)


ACTIONS: dict[str, Callable[[StripeEvent, datetime], None]] = {
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session,
    "checkout.session.expired": _session,
    "charge.succeeded": _charge,
    "charge.updated": _charge,
    "charge.failed": _declined,
    "payment_intent.succeeded": _payment,
    "payment_intent.processing": _payment,
    "payment_intent.requires_action": _payment,
    "payment_intent.payment_failed": _payment,
    "payment_intent.canceled": _payment,
    "payment_method.attached": _cards,
    "payment_method.detached": _cards,
    "payment_method.updated": _cards,
    "payment_method.automatically_updated": _cards,
}
