"""Cards: the numbers and names for which Stripe documents what happens, payment methods made of them, and whose they are."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payouts import clock
from payouts.sandbox import books, events, store
from payouts.sandbox.errors import ApiError, Declined, invalid
from payouts.sandbox.requests import EXPAND, MAP, PAGE, TEXT, WHOLE, ApiRequest, need
from payouts.sandbox.store import Object

UNLESS_SET_UP, ALWAYS = "unless set up", "always"
REFUND_WAITS, REFUND_FAILS = "waits", "fails"
DISPUTE, INQUIRY = "dispute", "inquiry"


@dataclass(frozen=True, slots=True)
class KnownCard:
    """`asks`: when its bank wants 3-D Secure. `saves`: it can be kept for a customer, even one that declines afterwards.
    `disputes`: what its owner does after paying; `refunds`: what becomes of money sent back to it."""

    brand: str = "visa"
    declines: str = ""
    saves: bool = True
    asks: str = ""
    settle_days: int = books.SETTLE_DAYS
    disputes: str = ""
    refunds: str = ""


GOOD_CARD = "4242424242424242"
SETTLED_CARD = "4000000000000077"  # its money is available at once
DISPUTED_CARD = "4000000000000259"
INQUIRED_CARD = "4000000000001976"
REFUND_WAITS_CARD, REFUND_FAILS_CARD = "4000000000007726", "4000000000005126"
ASKING_CARD = "4000002760003184"
KNOWN = {
    GOOD_CARD: KnownCard(),
    "5555555555554444": KnownCard(brand="mastercard"),
    SETTLED_CARD: KnownCard(settle_days=0),
    DISPUTED_CARD: KnownCard(disputes=DISPUTE),
    INQUIRED_CARD: KnownCard(disputes=INQUIRY),
    REFUND_WAITS_CARD: KnownCard(settle_days=0, refunds=REFUND_WAITS),
    REFUND_FAILS_CARD: KnownCard(settle_days=0, refunds=REFUND_FAILS),
    "4000000000000002": KnownCard(declines="generic_decline", saves=False),
    "4000000000009995": KnownCard(declines="insufficient_funds", saves=False),
    "4000000000000341": KnownCard(declines="generic_decline"),
    "4000002500003155": KnownCard(asks=UNLESS_SET_UP),
    ASKING_CARD: KnownCard(asks=ALWAYS),
    "4000000000003220": KnownCard(asks=ALWAYS),
}
NUMBERS = {
    "visa": GOOD_CARD,
    "mastercard": "5555555555554444",
    "bypassPending": SETTLED_CARD,
    "createDispute": DISPUTED_CARD,
    "createDisputeInquiry": INQUIRED_CARD,
    "pendingRefund": REFUND_WAITS_CARD,
    "refundFail": REFUND_FAILS_CARD,
    "visa_chargeDeclined": "4000000000000002",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclined": "4000000000000002",  # their older names
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeCustomerFail": "4000000000000341",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequired": ASKING_CARD,
    "threeDSecure2Required": "4000000000003220",
}
DECLINES: dict[str, tuple[str, str | Promise]] = {
    "generic_decline": ("card_declined", _("Your card was declined.")),
    "insufficient_funds": ("card_declined", _("Your card has insufficient funds. Try a different card.")),
    "authentication_required": (
        "authentication_required",
        _("Your card was declined. This transaction requires authentication."),
    ),
}
CARD_SHAPE = {"number": TEXT, "exp_month": WHOLE, "exp_year": WHOLE, "cvc": TEXT, "token": TEXT}
METHOD_SHAPE = {"type": TEXT, "card": CARD_SHAPE, "metadata": MAP, **EXPAND}
LIST_SHAPE = {**PAGE, "type": TEXT, "allow_redisplay": TEXT}


def make(number: str, *, wallet: str = "", redisplay: str = "unspecified") -> Object:
    """A payment method of nobody yet. The fingerprint is the number's, whoever gives it."""
    fingerprint = hashlib.sha256(f"card {number}".encode()).hexdigest()[:16]
    card: Object = {
        "brand": KNOWN[number].brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "BE",
        "display_brand": KNOWN[number].brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [KNOWN[number].brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": {"type": wallet, wallet: {}, "dynamic_last4": None} if wallet else None,
    }
    return store.add(
        "payment_method",
        {
            "id": store.new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": redisplay,
            "billing_details": dict.fromkeys(("address", "email", "name", "phone", "tax_id")),
            "card": card,
            "created": books.stamp(clock.now()),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_": {"number": number, "set_up": False, "detached": False},
        },
    )


def behaviour(method: Object) -> KnownCard:
    return KNOWN[method["_"]["number"]]


def named(id_: str, *, param: str = "payment_method") -> Object:
    """The payment method with this id, or a new one of a test name ("pm_card_visa")."""
    if number := NUMBERS.get(id_.removeprefix("pm_card_")):
        return make(number)
    return store.find("payment_method", id_, param=param)


def refusal(decline_code: str) -> ApiError:
    """The error of a card that says no."""
    code, message = DECLINES[decline_code]
    problem = Declined(402, code, str(message), type_="card_error")
    problem.error["decline_code"] = decline_code
    return problem


# --- Operations -----------------------------------------------------------------------------------------------


def create_method(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "type", "card")
    if params["type"] != "card":
        raise invalid("Only type=card is known here.", param="type")
    card = params["card"]
    number = NUMBERS.get(card.get("token", "").removeprefix("tok_")) or card.get("number", "").replace(" ", "")
    if number not in KNOWN:
        problem = ApiError(402, "incorrect_number", "Your card number is incorrect.", type_="card_error")
        problem.error["param"] = "number"
        raise problem
    return make(number)


def retrieve_method(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("payment_method", id_)


def attach_method(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    need(params, "customer")
    customer = store.find("customer", params["customer"], param="customer")
    method = named(id_)
    if not behaviour(method).saves:
        raise refusal(behaviour(method).declines)
    if method["customer"] not in (None, customer["id"]):
        raise invalid("The payment method you provided has already been attached to a customer.")
    refuse_used_up(method)
    return attach(method, customer["id"])


def refuse_used_up(method: Object) -> None:
    """Once taken from a customer it can neither pay nor be kept again."""
    if method["_"]["detached"]:
        raise invalid("The provided PaymentMethod was previously detached from a Customer: it may not be used again.")


def attach(method: Object, customer: str) -> Object:
    if method["customer"] != customer:
        method["customer"] = customer
        events.tell("payment_method.attached", store.save(method))
    return method


def detach_method(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    method = store.find("payment_method", id_)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    before = {"customer": method["customer"]}
    method |= {"customer": None, "_": {**method["_"], "detached": True}}
    events.tell("payment_method.detached", store.save(method), before=before)
    return method


def list_of_customer(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    store.find("customer", id_, param="customer")
    match = {name: params[name] for name in ("type", "allow_redisplay") if name in params}
    return store.page("payment_method", f"/v1/customers/{id_}/payment_methods", params, customer=id_, **match)
