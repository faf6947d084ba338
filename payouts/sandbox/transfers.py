"""Transfers to connected accounts and back."""

from typing import Any

from payouts import clock
from payouts.sandbox import account_states, books, events, store
from payouts.sandbox.errors import ApiError, invalid
from payouts.sandbox.requests import EXPAND, MAP, TEXT, WHOLE, ApiRequest, need
from payouts.sandbox.store import Object

TRANSFER_SHAPE = {
    "amount": WHOLE,
    "currency": TEXT,
    "destination": TEXT,
    "transfer_group": TEXT,
    "description": TEXT,
    "metadata": MAP,
    **EXPAND,
}
REVERSAL_SHAPE = {"amount": WHOLE, "description": TEXT, "metadata": MAP, **EXPAND}


def above_zero(params: dict[str, Any]) -> None:
    if params["amount"] < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )


def short(message: str) -> ApiError:
    return ApiError(400, "balance_insufficient", message)


def create_transfer(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "amount", "currency", "destination")
    above_zero(params)
    account = store.find("v2.core.account", params["destination"], param="destination")
    if not account_states.can(account, "stripe_transfers"):
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise invalid(message, code="insufficient_capabilities_for_transfer")
    amount, currency = params["amount"], params["currency"]
    if books.sums(currency)[0] < amount:
        raise short("You have insufficient available funds in your Stripe account.")
    transfer = {
        "id": store.new_id("tr"),
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "created": books.stamp(clock.now()),
        "currency": currency,
        "description": params.get("description"),
        "destination": account["id"],
        "destination_payment": store.new_id("py"),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }
    transfer["reversals"] = _reversals_of(transfer["id"])
    movement = books.book("transfer", amount=-amount, currency=currency, source=transfer["id"])
    transfer["balance_transaction"] = movement["id"]
    _arrived(transfer)
    events.tell("transfer.created", transfer)
    return store.add("transfer", transfer)


def _arrived(transfer: Object) -> None:
    """What the connected account sees of a transfer: a payment of its own."""
    id_, account = transfer["destination_payment"], transfer["destination"]
    movement = books.book(
        "payment", amount=transfer["amount"], currency=transfer["currency"], source=id_, account=account
    )
    payment = {
        "id": id_,
        "object": "charge",
        "amount": transfer["amount"],
        "amount_captured": transfer["amount"],
        "amount_refunded": 0,
        "balance_transaction": movement["id"],
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": True,
        "created": transfer["created"],
        "currency": transfer["currency"],
        "disputed": False,
        "livemode": False,
        "metadata": {},
        "paid": True,
        "refunded": False,
        "source_transfer": transfer["id"],
        "status": "succeeded",
    }
    store.add("charge", payment, account=account)


def _reversals_of(transfer_id: str) -> Object:
    url = f"/v1/transfers/{transfer_id}/reversals"
    return {"object": "list", "url": url, "has_more": False, "data": []}


def retrieve_transfer(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("transfer", id_)


def list_transfers(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {name: params[name] for name in ("transfer_group", "destination") if name in params}
    return store.page("transfer", "/v1/transfers", params, **match)


def create_reversal(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """At most what is not reversed yet, and what the connected account has."""
    transfer = store.find("transfer", id_)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if not 1 <= amount <= left:
        message = "This transfer is already fully reversed." if not left else "More than is left of this transfer."
        raise invalid(message, param="amount")
    currency, account = transfer["currency"], transfer["destination"]
    if books.sums(currency, account=account)[0] < amount:
        raise short("Insufficient funds in the connected account to reverse this transfer.")
    reversal = {
        "id": store.new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "created": books.stamp(clock.now()),
        "currency": currency,
        "destination_payment_refund": store.new_id("pyr"),
        "metadata": params.get("metadata", {}),
        "source_refund": None,
        "transfer": id_,
    }
    movement = books.book("transfer_refund", amount=amount, currency=currency, source=reversal["id"])
    reversal["balance_transaction"] = movement["id"]
    _taken_back(reversal, transfer)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    events.tell("transfer.reversed", store.save(transfer))
    return store.add("transfer_reversal", reversal)


def _taken_back(reversal: Object, transfer: Object) -> None:
    """What the connected account sees of a reversal: its payment is refunded."""
    id_, account, amount = reversal["destination_payment_refund"], transfer["destination"], reversal["amount"]
    movement = books.book("payment_refund", amount=-amount, currency=transfer["currency"], source=id_, account=account)
    refund = {
        "id": id_,
        "object": "refund",
        "amount": amount,
        "balance_transaction": movement["id"],
        "charge": transfer["destination_payment"],
        "created": reversal["created"],
        "currency": transfer["currency"],
        "metadata": {},
        "payment_intent": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": reversal["id"],
        "status": "succeeded",
        "transfer_reversal": None,
    }
    store.add("refund", refund, account=account)


def list_reversals(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    store.find("transfer", id_)
    return store.page("transfer_reversal", f"/v1/transfers/{id_}/reversals", params, transfer=id_)
