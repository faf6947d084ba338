"""What the worker does about money that comes in: Stripe's events of payment pages, of saved cards, and of cards that said no."""

from collections.abc import Callable
from datetime import datetime

from payouts.stripe import gateway
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp


def _session(event: StripeEvent, now: datetime) -> None:
    wallet.confirm_top_up(stripe_session=event.payload["data"]["object"]["id"], now=now)


def _charge(event: StripeEvent, now: datetime) -> None:
    """Stripe may book its fee only after the payment: the payment is asked for once more."""
    top_up = _top_up_of(event)
    if top_up.way == TopUp.Way.CARD:
        if top_up.stripe_intent:
            wallet.confirm_payment(stripe_intent=top_up.stripe_intent, now=now)
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
        wallet.confirm_payment(stripe_intent=event.payload["data"]["object"]["id"], now=now)


def _top_up_of(event: StripeEvent) -> TopUp:
    """Raises TopUp.DoesNotExist when it is about none of ours."""
    number = gateway.own_number(event.payload["data"]["object"].get("metadata") or {}, "topup")
    return TopUp.objects.select_related("member").get(pk=number)


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
}
