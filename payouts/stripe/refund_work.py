"""What the worker does about money that goes back to cards: our refunds out of the outbox, and Stripe's events about refunds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from payouts.cards import services as cards
from payouts.outbox.services import Finish, Handler, NotYet
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.stripe import gateway, refund_gateway
from payouts.stripe.answers import CardRefund, Refused
from payouts.stripe.attempts import is_retry, with_fresh_key
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp

NO_FUNDS_YET = "balance_insufficient"


def make_refund(payload: dict[str, Any], *, key: str) -> Finish | None:
    """A part of a top-up back to its card. What our balance at Stripe lacks is waited for."""
    row = Refund.objects.select_related("lot__top_up").get(pk=payload["refund"])
    if row.state != Refund.State.REQUESTED:
        return None
    try:
        intent = _intent_of(row.lot.top_up)
        found = refund_gateway.find_refund(intent=intent, refund_id=row.pk) if is_retry(key) else None
        if found is None and row.lot.is_disputed:
            return lambda now: refunds.call_off(refund_id=row.pk, now=now)
        made = found or with_fresh_key(
            key,
            lambda key: refund_gateway.create_refund(intent=intent, amount=row.amount, refund_id=row.pk, key=key),
        )
    except Refused as refusal:
        if refusal.code == NO_FUNDS_YET:
            raise NotYet(str(refusal)) from refusal
        code, message = refusal.code, str(refusal)
        return lambda now: refunds.refuse(refund_id=row.pk, code=code, message=message, now=now)
    answer = made
    return lambda now: refunds.observe(found=answer, now=now)


def _intent_of(top_up: TopUp | None) -> str:
    if top_up is None:
        raise TopUp.DoesNotExist
    return top_up.stripe_intent or gateway.retrieve_checkout_session(top_up.stripe_session or "").payment_intent


HANDLERS: dict[str, Handler] = {"stripe.refund": make_refund}


# --- Events ---------------------------------------------------------------------------------------------------


def _refund(event: StripeEvent, now: datetime) -> None:
    if not event.account:  # an expert's account has refunds of its own: transfers that were reversed
        _observe(refund_gateway.retrieve_refund(event.payload["data"]["object"]["id"]), now)


def _charge(event: StripeEvent, now: datetime) -> None:
    """Something was refunded of it, by us or at Stripe's dashboard."""
    if not event.account:
        for found in reversed(refund_gateway.refunds_of(event.payload["data"]["object"]["id"])):
            _observe(found, now)


def _observe(found: CardRefund, now: datetime) -> None:
    if found.refund_id or found.top_up_id:
        credit_first(found.top_up_id, now)
        refunds.observe(found=found, now=now)


def credit_first(top_up_id: int, now: datetime) -> None:
    """What goes back was paid: where Stripe's word of that has not come yet, it is asked for. Events have no order."""
    top_up = TopUp.objects.exclude(state=TopUp.State.PAID).filter(pk=top_up_id).first()
    if top_up and top_up.way == TopUp.Way.CARD and top_up.stripe_intent:
        cards.confirm(stripe_intent=top_up.stripe_intent, now=now)
    elif top_up and top_up.stripe_session:
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)


ACTIONS: dict[str, Callable[[StripeEvent, datetime], None]] = {
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refunded": _charge,
}
