"""The gateway's part for saved cards: what Stripe keeps for a customer, and payments made with it. See gateway.py."""

from typing import Any

from payouts.money import Money
from payouts.stripe.answers import Card, Payment
from payouts.stripe.client import asking
from payouts.stripe.gateway import card_of, fee_of
from payouts.stripe.marks import once, ours, own_number


def list_cards(*, customer: str) -> list[Card]:
    """Newest first; nobody has a hundred."""
    with asking() as ask:
        found = ask.v1.customers.payment_methods.list(customer, {"type": "card", "limit": 100}).data
    return [_card(method) for method in found]


def _card(method: Any) -> Card:
    card = method.card
    return Card(
        id=method.id,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        fingerprint=getattr(card, "fingerprint", "") or "",
    )


def detach_card(card: str) -> None:
    """Refused when it is not kept any more."""
    with asking() as ask:
        ask.v1.payment_methods.detach(card)


def pay_with_card(
    *, top_up_id: int, customer: str, card: str, amount: Money, key: str, return_url: str, is_away: bool
) -> Payment:
    """Take `amount` from a saved card now. `is_away`: the member is not there to answer the card's bank.

    Raises Declined: the card said no; with `is_away` also when its bank asked for its owner (authentication_required).
    """
    params: dict[str, Any] = {
        "amount": amount.minor,
        "currency": amount.currency.lower(),
        "customer": customer,
        "payment_method": card,
        "allowed_payment_method_types": ["card"],
        "confirm": True,
        "metadata": ours(topup=top_up_id),
        "transfer_group": f"topup:{top_up_id}",
        "expand": ["latest_charge.balance_transaction"],
        **({"off_session": True} if is_away else {"return_url": return_url}),
    }
    with asking() as ask:
        return _payment(ask.v1.payment_intents.create(params, once(key)))


def retrieve_payment(intent: str) -> Payment:
    with asking() as ask:
        return _payment(ask.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.balance_transaction"]}))


def cancel_payment(intent: str) -> None:
    """Nobody can pay it any more. Refused when it was paid or cancelled."""
    with asking() as ask:
        ask.v1.payment_intents.cancel(intent, {"cancellation_reason": "abandoned"})


def _payment(intent: Any) -> Payment:
    customer, error = intent.customer, intent.last_payment_error
    action = getattr(intent.next_action, "redirect_to_url", None)
    return Payment(
        id=intent.id,
        status=intent.status,
        amount_minor=intent.amount_received,
        currency=intent.currency.upper(),
        customer=(customer if isinstance(customer, str) else customer.id) if customer else "",
        top_up_id=own_number(intent.metadata.to_dict() if intent.metadata else {}, "topup"),
        next_page=getattr(action, "url", "") or "",
        error_code=getattr(error, "code", "") or "",
        fee=fee_of(intent),
        card=card_of(intent),
    )
