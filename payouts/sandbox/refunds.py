"""Refunds: a charge's money, or a part of it, back to its card. It may wait for the balance, and fail long after it was made."""

from typing import Any

from payouts import clock
from payouts.sandbox import books, cards, events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import EXPAND, MAP, PAGE, SINCE, TEXT, WHOLE, ApiRequest
from payouts.sandbox.store import Object

REFUND_SHAPE = {
    "charge": TEXT,
    "payment_intent": TEXT,
    "amount": WHOLE,
    "reason": TEXT,
    "metadata": MAP,
    **EXPAND,
}
LIST_SHAPE = {**PAGE, **SINCE, "charge": TEXT, "payment_intent": TEXT}
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
BANKS_REFUSAL = "expired_or_canceled_card"


def create_refund(request: ApiRequest, params: dict[str, Any]) -> Object:
    charge = _charge(params)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if not left:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    if params.get("reason", REASONS[0]) not in REASONS:
        raise invalid(f"Invalid reason: must be one of {', '.join(REASONS)}", param="reason")
    return refund(charge, amount=amount, reason=params.get("reason"), metadata=params.get("metadata", {}))


def refund(charge: Object, *, amount: int, reason: str | None = None, metadata: Object | None = None) -> Object:
    """Paid back at once where the balance allows it, else it waits: nothing leaves the balance before."""
    made = {
        "id": store.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": books.stamp(clock.now()),
        "currency": charge["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund", "reference_status": "pending"}},
        "metadata": metadata or {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }
    store.add("refund", made)
    if _behaviour(charge) == cards.REFUND_FAILS:
        store.add("promise", {"id": store.new_id("promise"), "what": cards.REFUND_FAILS, "about": made["id"]})
    if why := _reason_to_wait(made, charge):
        made["pending_reason"] = why
        store.save(made)
    else:
        _pay(made)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.save(charge)
    events.tell("refund.created", made)
    events.tell("charge.refunded", charge)
    return made


def retrieve_refund(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("refund", id_, account=request.account)


def list_refunds(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {name: params[name] for name in ("charge", "payment_intent") if name in params}
    return store.page("refund", "/v1/refunds", params, account=request.account, **match)


def _charge(params: dict[str, Any]) -> Object:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("You must provide either a `charge` or a `payment_intent`.", param="charge")
    id_ = params.get("charge")
    if id_ is None:
        intent = store.find("payment_intent", params["payment_intent"], param="payment_intent")
        id_ = intent["latest_charge"] if intent["status"] == "succeeded" else None
    if id_ is None:
        raise invalid("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    charge = store.find("charge", id_, param="charge")
    if not charge["paid"]:
        raise invalid(f"Charge {id_} was not paid.", param="charge")
    return charge


def _behaviour(charge: Object) -> str:
    """What the card does with refunds."""
    return cards.behaviour(store.find("payment_method", charge["payment_method"])).refunds


def _reason_to_wait(made: Object, charge: Object) -> str:
    if books.sums(made["currency"])[0] < made["amount"]:
        movement = store.find("balance_transaction", charge["balance_transaction"])
        has_settled = books.settled(movement)["status"] == "available"
        return "insufficient_funds" if has_settled else "charge_pending"
    return "processing" if _behaviour(charge) == cards.REFUND_WAITS else ""


def _pay(made: Object) -> None:
    movement = books.book("refund", amount=-made["amount"], currency=made["currency"], source=made["id"])
    made |= {"balance_transaction": movement["id"], "status": "succeeded"}
    made.pop("pending_reason", None)
    store.save(made)


# --- What happens later ---------------------------------------------------------------------------------------


def go_on(made: Object) -> bool:
    """One that waits is paid once it can be; answers whether it was."""
    if made["status"] != "pending" or books.sums(made["currency"])[0] < made["amount"]:
        return False
    _pay(made)
    events.tell("refund.updated", made)
    return True


def fail(made: Object, *, reason: str = BANKS_REFUSAL) -> None:
    """The card's bank sends the money back, however long ago that was: it is in our balance again."""
    if made["status"] not in ("pending", "succeeded"):
        return
    if made["balance_transaction"]:
        movement = books.book("refund_failure", amount=made["amount"], currency=made["currency"], source=made["id"])
        made["failure_balance_transaction"] = movement["id"]
    made.pop("pending_reason", None)
    made |= {"status": "failed", "failure_reason": reason}
    store.save(made)
    charge = store.find("charge", made["charge"])
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    store.save(charge)
    events.tell("refund.failed", made)
