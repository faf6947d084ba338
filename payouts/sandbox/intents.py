"""Payment intents: one sum to be paid once, by a card that may refuse, or whose bank may want to hear from its owner first."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from payouts import clock
from payouts.sandbox import books, cards, charges, events, store
from payouts.sandbox.errors import ApiError, Declined, invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, FLAG, MAP, TEXT, WHOLE, ApiRequest, need
from payouts.sandbox.store import Object

LEAST, MOST = 50, 99_999_999
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CONFIRM_SHAPE = {
    "payment_method": TEXT,
    "off_session": FLAG,
    "return_url": TEXT,
    "setup_future_usage": TEXT,
    **EXPAND,
}
INTENT_SHAPE = {
    **CONFIRM_SHAPE,
    "amount": WHOLE,
    "currency": TEXT,
    "customer": TEXT,
    "confirm": FLAG,
    "description": TEXT,
    "metadata": MAP,
    "transfer_group": TEXT,
    "allowed_payment_method_types": ANY_LIST,
    "automatic_payment_methods": {"enabled": FLAG, "allow_redirects": TEXT},
}


def check_amount(amount: int, *, param: str) -> None:
    if amount < LEAST:
        raise invalid("Amount is too small.", code="amount_too_small", param=param)
    if amount > MOST:
        raise invalid("Amount must be no more than 999,999.99", code="amount_too_large", param=param)


def new(*, amount: int, currency: str, customer: str | None, types: list[str], **words: Any) -> Object:
    """An intent that waits for a card; `words`: metadata, transfer_group, setup_future_usage, where given."""
    id_ = store.new_id("pi")
    intent = {
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id_}_secret_{store.new_id('x')}",
        "confirmation_method": "automatic",
        "created": books.stamp(clock.now()),
        "currency": currency,
        "customer": customer,
        "description": words.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": words.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": types,
        "setup_future_usage": words.get("setup_future_usage"),
        "status": "requires_payment_method",
        "transfer_group": words.get("transfer_group"),
        "_": {"session": words.get("session", ""), "return_url": "", "save": False},
    }
    events.tell("payment_intent.created", intent)
    return store.add("payment_intent", intent)


# --- Operations -----------------------------------------------------------------------------------------------


def create_intent(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "amount", "currency")
    check_amount(params["amount"], param="amount")
    if customer := params.get("customer"):
        store.find("customer", customer, param="customer")
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("off_session is for a PaymentIntent that is confirmed at once.", param="off_session")
    words = {name: params[name] for name in ("description", "metadata", "transfer_group") if name in params}
    types = params.get("allowed_payment_method_types", ["card", "link"])
    intent = new(amount=params["amount"], currency=params["currency"], customer=customer, types=types, **words)
    if params.get("confirm"):
        return _confirmed(intent, params)
    if id_ := params.get("payment_method"):
        intent |= {"payment_method": _method(intent, id_)["id"], "status": "requires_confirmation"}
    return store.save(intent)


def retrieve_intent(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("payment_intent", id_)


def confirm_intent(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    intent = _open(id_, "confirm")
    return _confirmed(intent, params)


def cancel_intent(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    intent = _open(id_, "cancel")
    if intent["_"]["session"]:
        raise invalid("You cannot cancel PaymentIntents created by Checkout: expire the Checkout Session instead.")
    intent |= {"status": "canceled", "next_action": None, "canceled_at": books.stamp(clock.now())}
    intent["cancellation_reason"] = params.get("cancellation_reason")
    events.tell("payment_intent.canceled", store.save(intent))
    return intent


def _open(id_: str, verb: str) -> Object:
    intent = store.find("payment_intent", id_)
    if intent["status"] not in OPEN:
        message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        problem = invalid(message, code="payment_intent_unexpected_state")
        problem.error["payment_intent"] = store.shown(intent)
        raise problem
    return intent


def _confirmed(intent: Object, params: dict[str, Any]) -> Object:
    """Raises Declined: the refusal is the answer, and what it left stays."""
    id_ = params.get("payment_method") or intent["payment_method"]
    if not id_:
        raise invalid("You must provide a payment method to confirm.", param="payment_method")
    off_session, back = params.get("off_session", False), params.get("return_url", "")
    redirects = params.get("automatic_payment_methods", {}).get("allow_redirects", "always")
    if not (off_session or back or redirects == "never"):
        raise invalid("You must provide a `return_url`: some payment methods redirect.", param="return_url")
    if back and urlsplit(back).scheme not in ("http", "https"):
        raise invalid("Not a valid URL", code="url_invalid", param="return_url")
    intent["setup_future_usage"] = params.get("setup_future_usage", intent["setup_future_usage"])
    intent["_"]["return_url"] = back
    if problem := attempt(intent, _method(intent, id_), off_session=off_session):
        raise problem
    return intent


def _method(intent: Object, id_: str) -> Object:
    method = cards.named(id_)
    if method["customer"] not in (None, intent["customer"]):
        raise invalid("The payment method belongs to a Customer: it can only be used with it.", param="payment_method")
    cards.refuse_used_up(method)
    return method


# --- Trying a card --------------------------------------------------------------------------------------------


def attempt(intent: Object, method: Object, *, off_session: bool = False, is_proved: bool = False) -> ApiError | None:
    """The card pays, its bank asks for its owner (`requires_action`), or it is refused: then the answer is the error.

    `is_proved`: the owner has just passed 3-D Secure.
    """
    card = cards.behaviour(method)
    asks = card.asks == cards.ALWAYS or (card.asks == cards.UNLESS_SET_UP and not method["_"]["set_up"])
    intent |= {"payment_method": method["id"], "next_action": None}
    if asks and not is_proved:
        if off_session:
            return decline(intent, method, "authentication_required")
        _ask_owner(intent)
        return None
    if card.declines:
        return decline(intent, method, card.declines)
    _keep(method, intent)
    charge = charges.take(intent, method)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    events.tell("payment_intent.succeeded", store.save(intent))
    return None


def _ask_owner(intent: Object) -> None:
    page = f"{settings.SITE_URL}/sandbox/stripe/3ds/{intent['id']}"
    intent["status"] = "requires_action"
    if back := intent["_"]["return_url"]:
        redirect = {"return_url": back, "url": page}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    else:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    events.tell("payment_intent.requires_action", store.save(intent))


def _keep(method: Object, intent: Object) -> None:
    """For the customer, where saving was asked for: by us, or by a tick on the hosted page."""
    if (intent["setup_future_usage"] or intent["_"]["save"]) and intent["customer"]:
        method["_"]["set_up"] |= intent["setup_future_usage"] == "off_session"
        cards.attach(store.save(method), intent["customer"])


def decline(intent: Object, method: Object, decline_code: str) -> ApiError:
    problem = cards.refusal(decline_code)
    code, message = problem.error["code"], problem.error["message"]
    charge = charges.refuse(intent, method, code=code, message=message)
    problem.error["charge"] = charge["id"]
    intent["latest_charge"] = charge["id"]
    return _refused(intent, method, problem)


def fail_proof(intent: Object, method: Object) -> ApiError:
    """The owner did not pass 3-D Secure."""
    code, message = "payment_intent_authentication_failure", "The provided PaymentMethod has failed authentication."
    return _refused(intent, method, Declined(400, code, message))


def _refused(intent: Object, method: Object, problem: ApiError) -> ApiError:
    problem.error["payment_method"] = store.shown(method)
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_payment_error"] = dict(problem.error)
    events.tell("payment_intent.payment_failed", store.save(intent))
    problem.error["payment_intent"] = store.shown(intent)
    return problem


def way_back(intent: Object) -> str:
    """The address to return to after 3-D Secure, with what Stripe adds to it."""
    back = intent["_"]["return_url"]
    outcome = "succeeded" if intent["status"] == "succeeded" else "failed"
    added = {"payment_intent": intent["id"], "payment_intent_client_secret": intent["client_secret"]}
    joint = "&" if urlsplit(back).query else "?"
    return f"{back}{joint}{urlencode({**added, 'redirect_status': outcome})}"
