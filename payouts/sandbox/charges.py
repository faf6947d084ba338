"""Charges: what a payment leaves, with Stripe's fee; and a failed one for each refusal of a card."""

from datetime import timedelta
from typing import Any

from payouts import clock
from payouts.sandbox import books, cards, disputes, events, store
from payouts.sandbox.requests import ApiRequest
from payouts.sandbox.store import Object

FEE_PERCENT_TENTHS, FEE_FIXED = 29, 30  # 2.9 % and 0.30


def retrieve_charge(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("charge", id_)


def take(intent: Object, method: Object) -> Object:
    """Money comes in: the charge and its balance transaction."""
    charge = _charge(intent, method)
    amount = intent["amount"]
    movement = books.book(
        "charge",
        amount=amount,
        currency=intent["currency"],
        source=charge["id"],
        fee=(amount * FEE_PERCENT_TENTHS + 500) // 1000 + FEE_FIXED,
        settles_in=timedelta(days=cards.behaviour(method).settle_days),
    )
    charge["balance_transaction"] = movement["id"]
    events.tell("charge.succeeded", charge)
    disputes.promise(charge, method)
    return store.add("charge", charge)


def refuse(intent: Object, method: Object, *, code: str, message: str) -> Object:
    charge = _charge(intent, method) | {"paid": False, "captured": False, "amount_captured": 0, "status": "failed"}
    charge |= {"failure_code": code, "failure_message": message}
    events.tell("charge.failed", charge)
    return store.add("charge", charge)


def _charge(intent: Object, method: Object) -> Object:
    card = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year", "funding")}
    card["fingerprint"] = method["card"]["fingerprint"]
    return {
        "id": store.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": dict.fromkeys(("address", "email", "name", "phone", "tax_id")),
        "captured": True,
        "created": books.stamp(clock.now()),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": card},
        "receipt_url": None,
        "refunded": False,
        "status": "succeeded",
        "transfer_group": intent["transfer_group"],
    }
