"""Paying in: customers, and checkout sessions with their hosted page. What a card does there is in intents and charges."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from payouts import clock
from payouts.sandbox import books, events, intents, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, MAP, TEXT, WHOLE, ApiRequest, hosted_page, need
from payouts.sandbox.store import Object

SESSION_HOURS = 24

CUSTOMER_SHAPE = {"email": TEXT, "name": TEXT, "metadata": MAP, **EXPAND}
PRICE_SHAPE = {"currency": TEXT, "unit_amount": WHOLE, "product_data": {"name": TEXT}}
SESSION_SHAPE = {
    "mode": TEXT,
    "client_reference_id": TEXT,
    "customer": TEXT,
    "line_items": [{"quantity": WHOLE, "price_data": PRICE_SHAPE}],
    "allowed_payment_method_types": ANY_LIST,
    "payment_intent_data": {"metadata": MAP, "transfer_group": TEXT, "setup_future_usage": TEXT},
    "saved_payment_method_options": {"payment_method_save": TEXT},
    "metadata": MAP,
    "success_url": TEXT,
    "cancel_url": TEXT,
    "return_url": TEXT,
    "redirect_on_completion": TEXT,
    "ui_mode": TEXT,
    **EXPAND,
}
HOSTED, EMBEDDED = "hosted_page", "embedded_page"
ADDRESSES = {
    HOSTED: ("success_url", "cancel_url"),
    EMBEDDED: ("return_url",),
}  # the first is needed, others not allowed


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


def update_customer(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    customer = store.find("customer", id_)
    changes: Object = {name: params[name] for name in ("email", "name") if name in params}
    customer |= changes
    customer["metadata"] |= params.get("metadata", {})
    events.tell("customer.updated", store.save(customer))
    return customer


def create_session(request: ApiRequest, params: dict[str, Any]) -> Object:
    mode = params.get("ui_mode", HOSTED)
    if mode not in ADDRESSES:
        raise invalid("Only hosted_page and embedded_page are known here.", param="ui_mode")
    need(params, "mode", "line_items", ADDRESSES[mode][0])
    if params["mode"] != "payment":
        raise invalid("Only mode=payment is known here.", param="mode")
    _check_addresses(params, mode)
    if customer := params.get("customer"):
        store.find("customer", customer, param="customer")
    currency, total = _total(params["line_items"])
    session = _session(params, currency, total)
    return store.add("checkout.session", session)


def _check_addresses(params: dict[str, Any], mode: str) -> None:
    for name in ("success_url", "cancel_url", "return_url"):
        if name in params and name not in ADDRESSES[mode]:
            raise invalid(f"`{name}` is not allowed when `ui_mode` is `{mode}`.", param=name)
        if urlsplit(params.get(name, "https://x")).scheme not in ("http", "https"):
            raise invalid("Not a valid URL", code="url_invalid", param=name)


def _total(lines: list[Object]) -> tuple[str, int]:
    currencies = {line["price_data"]["currency"] for line in lines}
    if len(currencies) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    total = sum(line.get("quantity", 1) * line["price_data"]["unit_amount"] for line in lines)
    intents.check_amount(total, param="line_items")
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
        "saved_payment_method_options": _saving(params),
        "shipping_options": [],
        "status": "open",
        **_shown(params, id_),
        "_": {"payment_intent_data": params.get("payment_intent_data", {}), "lines": params["line_items"]},
    }


def _shown(params: dict[str, Any], id_: str) -> Object:
    """On a page of Stripe's, or in a form inside a page of the platform's: that has a secret for the browser, and no address."""
    if params.get("ui_mode") != EMBEDDED:
        address = hosted_page(f"/sandbox/stripe/c/pay/{id_}", back_to=params["success_url"])
        return {"success_url": params["success_url"], "ui_mode": HOSTED, "url": address}
    return {
        "client_secret": store.new_id(f"{id_}_secret"),
        "redirect_on_completion": params.get("redirect_on_completion", "always"),
        "return_url": params["return_url"],
        "success_url": None,
        "ui_mode": EMBEDDED,
        "url": None,
    }


def _saving(params: dict[str, Any]) -> Object | None:
    options = params.get("saved_payment_method_options")
    if not options:
        return None
    return {"allow_redisplay_filters": ["always"], "payment_method_remove": None, **options}


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


# --- What the hosted page does --------------------------------------------------------------------------------


def intent_of(session: Object) -> Object:
    """The session's payment intent, made at the first try to pay."""
    if session["payment_intent"]:
        return store.find("payment_intent", session["payment_intent"])
    intent = intents.new(
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        types=session["payment_method_types"],
        session=session["id"],
        **session["_"]["payment_intent_data"],
    )
    session["payment_intent"] = intent["id"]
    store.save(session)
    return intent


def offers_saving(session: Object) -> bool:
    """Whether the page has a tick for it. (Where the site asked for saving already, it is not asked again.)"""
    options = session["saved_payment_method_options"] or {}
    return options.get("payment_method_save") == "enabled" and bool(session["customer"])


def pay(session: Object, method: Object, *, save: bool = False, is_proved: bool = False) -> Object:
    """A card is given: answers the intent, which succeeded, asks for the owner, or was declined. Events in Stripe's order."""
    intent = intent_of(session)
    if save and offers_saving(session):
        method["allow_redisplay"] = "always"
        intent["_"]["save"] = True
    intents.attempt(intent, method, is_proved=is_proved)
    if intent["status"] == "succeeded":
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        events.tell("checkout.session.completed", store.save(session))
    return intent
