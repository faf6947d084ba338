"""Paying in: customers, checkout sessions, and the payment intents and charges that a paid session leaves."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from payouts import clock
from payouts.sandbox import books, events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, MAP, TEXT, WHOLE, ApiRequest, need
from payouts.sandbox.store import Object

FEE_PERCENT_TENTHS, FEE_FIXED = 29, 30  # 2.9 % and 0.30
SESSION_HOURS = 24

CUSTOMER_SHAPE = {"email": TEXT, "name": TEXT, "metadata": MAP, **EXPAND}
PRICE_SHAPE = {"currency": TEXT, "unit_amount": WHOLE, "product_data": {"name": TEXT}}
SESSION_SHAPE = {
    "mode": TEXT,
    "client_reference_id": TEXT,
    "customer": TEXT,
    "line_items": [{"quantity": WHOLE, "price_data": PRICE_SHAPE}],
    "allowed_payment_method_types": ANY_LIST,
    "payment_intent_data": {"metadata": MAP, "transfer_group": TEXT},
    "metadata": MAP,
    "success_url": TEXT,
    "cancel_url": TEXT,
    **EXPAND,
}


def create_customer(request: ApiRequest, params: dict[str, Any]) -> Object:
    return store.add(
        "customer",
        {
            "id": store.new_id("cus"),
            "object": "customer",
            "created": books.stamp(clock.now()),
            "email": params.get("email"),
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "name": params.get("name"),
        },
    )


def retrieve_customer(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("customer", id_)


def create_session(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "mode", "line_items", "success_url")
    if params["mode"] != "payment":
        raise invalid("Only mode=payment is known here.", param="mode")
    if customer := params.get("customer"):
        store.find("customer", customer, param="customer")
    for name in ("success_url", "cancel_url"):
        if urlsplit(params.get(name, "https://x")).scheme not in ("http", "https"):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    currency, total = _total(params["line_items"])
    session = _session(params, currency, total)
    return store.add("checkout.session", session)


def _total(lines: list[Object]) -> tuple[str, int]:
    currencies = {line["price_data"]["currency"] for line in lines}
    if len(currencies) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    total = sum(line.get("quantity", 1) * line["price_data"]["unit_amount"] for line in lines)
    if total < 50:
        raise invalid("The Checkout Session's total amount is too small.", code="amount_too_small", param="line_items")
    if total > 99_999_999:
        raise invalid("Amount must be no more than 999,999.99", code="amount_too_large", param="line_items")
    return currencies.pop(), total


def _session(params: dict[str, Any], currency: str, total: int) -> Object:
    now, id_ = clock.now(), store.new_id("cs_test")
    return {
        "id": id_,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": books.stamp(now),
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": params.get("customer"),
        "expires_at": books.stamp(now + timedelta(hours=SESSION_HOURS)),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{settings.SITE_URL}/sandbox/stripe/c/pay/{id_}",
        "_": {"payment_intent_data": params.get("payment_intent_data", {}), "lines": params["line_items"]},
    }


def retrieve_session(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("checkout.session", id_)


def expire_session(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    session = store.find("checkout.session", id_)
    if session["status"] != "open":
        raise invalid(f'Only Checkout Sessions with a status in ["open"] can be expired. It has {session["status"]}.')
    return expire(session)


def expire(session: Object) -> Object:
    store.save({**session, "status": "expired", "url": None})
    session = store.find("checkout.session", session["id"])
    events.tell("checkout.session.expired", session)
    return session


def retrieve_intent(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("payment_intent", id_)


def retrieve_charge(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("charge", id_)


# --- What the hosted page does --------------------------------------------------------------------------------


def intent_of(session: Object) -> Object:
    """The session's payment intent, made at the first try to pay."""
    if session["payment_intent"]:
        return store.find("payment_intent", session["payment_intent"])
    wanted = session["_"]["payment_intent_data"]
    intent = {
        "id": store.new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": books.stamp(clock.now()),
        "currency": session["currency"],
        "customer": session["customer"],
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": wanted.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": session["payment_method_types"],
        "status": "requires_payment_method",
        "transfer_group": wanted.get("transfer_group"),
    }
    session["payment_intent"] = intent["id"]
    store.save(session)
    return store.add("payment_intent", intent)


def decline(session: Object, *, decline_code: str, message: str) -> None:
    intent = intent_of(session)
    problem = {"type": "card_error", "code": "card_declined", "decline_code": decline_code, "message": message}
    intent["last_payment_error"] = problem
    events.tell("payment_intent.payment_failed", store.save(intent))


def pay(session: Object, *, last4: str, settle_days: int) -> Object:
    """Money comes in: charge, its balance transaction with Stripe's fee, and the events, in Stripe's usual order."""
    intent = intent_of(session)
    charge = _charge(intent, last4)
    amount = intent["amount"]
    fee = (amount * FEE_PERCENT_TENTHS + 500) // 1000 + FEE_FIXED
    movement = books.book(
        "charge", amount=amount, currency=intent["currency"], source=charge["id"], fee=fee, settle_days=settle_days
    )
    charge["balance_transaction"] = movement["id"]
    store.add("charge", charge)
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    intent["payment_method"] = charge["payment_method"]
    session |= {"status": "complete", "payment_status": "paid", "url": None}
    events.tell("charge.succeeded", charge)
    events.tell("payment_intent.succeeded", store.save(intent))
    events.tell("checkout.session.completed", store.save(session))
    return session


def _charge(intent: Object, last4: str) -> Object:
    return {
        "id": store.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": True,
        "created": books.stamp(clock.now()),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": store.new_id("pm"),
        "payment_method_details": {
            "type": "card",
            "card": {"brand": "visa", "last4": last4, "exp_month": 12, "exp_year": 2034, "funding": "credit"},
        },
        "receipt_url": None,
        "refunded": False,
        "status": "succeeded",
        "transfer_group": intent["transfer_group"],
    }
