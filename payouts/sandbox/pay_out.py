"""Payouts to the banks of connected accounts, and how a payout goes on."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from payouts import clock
from payouts.sandbox import account_states, banks, books, events, store
from payouts.sandbox.banks import PAYING_BANK, REFUSING_BANK
from payouts.sandbox.errors import ApiError, invalid
from payouts.sandbox.requests import EXPAND, MAP, TEXT, WHOLE, ApiRequest, need
from payouts.sandbox.store import Object
from payouts.sandbox.transfers import above_zero, short

__all__ = ["PAYING_BANK", "REFUSING_BANK", "arrive", "cancel_payout", "create_payout", "fail", "go_on", "is_due"]
STEP_S = 3  # real seconds from one state of a payout to the next, so that the demo shows each
RETURN_S = 2  # until what a bank refused can be taken from the connected balance: *failed, coming back*
REFUSAL = ("no_account", "The bank account details on file are probably incorrect. No bank account could be found.")
INSTANT_FEE_PERCENT, INSTANT_FEE_LEAST = 1, 50  # Stripe's, from the platform's balance

PAYOUT_SHAPE = {
    "amount": WHOLE,
    "currency": TEXT,
    "description": TEXT,
    "destination": TEXT,
    "method": TEXT,
    "metadata": MAP,
    **EXPAND,
}


def create_payout(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "amount", "currency")
    above_zero(params)
    account, amount, currency = request.account, params["amount"], params["currency"]
    bank = _bank_for(account, currency, params.get("destination"))
    method = _checked_method(params.get("method", "standard"), bank)
    if books.sums(currency, account=account)[0] < amount:
        raise short("You have insufficient funds in your Stripe account for this transfer.")
    payout = _payout(params, bank, method, account)
    movement = books.book("payout", amount=-amount, currency=currency, source=payout["id"], account=account)
    payout["balance_transaction"] = movement["id"]
    if method == "instant":
        fee = max(INSTANT_FEE_LEAST, amount * INSTANT_FEE_PERCENT // 100)
        books.book("stripe_fee", amount=-fee, currency=currency, source=payout["id"])
    events.tell("payout.created", payout, account=account)
    return store.add("payout", payout, account=account)


def _bank_for(account: str, currency: str, wanted: str | None) -> Object:
    of_account = banks.of(account, currency)
    if not account or not of_account:
        raise invalid(
            f"Sorry, you don't have any external accounts in that currency ({currency}).", code="invalid_request"
        )
    if not account_states.can(store.find("v2.core.account", account, param="Stripe-Account"), "payouts"):
        raise invalid("Payouts have been disabled on the connected account.", code="payouts_not_allowed")
    if wanted is None:
        return next((bank for bank in of_account if bank["default_for_currency"]), of_account[-1])
    if named := [bank for bank in of_account if bank["id"] == wanted]:
        return named[0]
    raise ApiError(404, "resource_missing", f"No such external account: '{wanted}'", param="destination")


def _checked_method(method: str, bank: Object) -> str:
    if method not in ("standard", "instant"):
        raise invalid("Invalid method: must be one of standard or instant", param="method")
    if method not in bank["available_payout_methods"]:
        message = "The bank account or debit card is not eligible for instant payouts."
        raise invalid(message, code="instant_payouts_unsupported", param="method")
    return method


def _payout(params: dict[str, Any], bank: Object, method: str, account: str) -> Object:
    now = clock.now()
    return {
        "id": store.new_id("po"),
        "object": "payout",
        "amount": params["amount"],
        "arrival_date": books.stamp(now + timedelta(days=0 if method == "instant" else 1)),
        "automatic": False,
        "created": books.stamp(now),
        "currency": params["currency"],
        "description": params.get("description"),
        "destination": bank["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "method": method,
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "type": "bank_account",
        "_": {"account": account, "number": bank["_"]["number"], "step_at": timezone.now().timestamp() + STEP_S},
    }


def cancel_payout(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """Before it has left: the money is back in the connected balance."""
    payout = store.find("payout", id_, account=request.account)
    if payout["status"] != "pending":
        raise invalid(f"Payouts can be canceled while they are pending. This one is {payout['status']}.")
    _money_back(payout, "payout_cancel")
    _set_status(payout, "canceled", "payout.canceled")
    return payout


def retrieve_payout(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("payout", id_, account=request.account)


def list_payouts(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {"status": params["status"]} if "status" in params else {}
    return store.page("payout", "/v1/payouts", params, account=request.account, **match)


def is_due(payout: Object, now: datetime) -> bool:
    return payout["status"] in ("pending", "in_transit") and payout["_"]["step_at"] <= now.timestamp()


def go_on(payout: Object, *, now: datetime) -> None:
    """The next state, in its time: pending -> in_transit -> paid, or failed at the bank that refuses."""
    if not is_due(payout, now):
        return
    if payout["status"] == "pending":
        payout["_"]["step_at"] = now.timestamp() + STEP_S
        _set_status(payout, "in_transit", "payout.updated")
    elif payout["_"]["number"] == REFUSING_BANK:
        fail(payout)
    else:
        arrive(payout)


def arrive(payout: Object) -> None:
    if payout["status"] in ("pending", "in_transit"):
        _set_status(payout, "paid", "payout.paid")


def fail(payout: Object) -> None:
    """The bank refuses, even after *paid*: the money is back in the connected balance."""
    if payout["status"] in ("failed", "canceled"):
        return
    code, message = REFUSAL
    _money_back(payout, "payout_failure", settles_in=timedelta(seconds=RETURN_S))
    payout |= {"failure_code": code, "failure_message": message}
    _set_status(payout, "failed", "payout.failed")


def _money_back(payout: Object, type_: str, *, settles_in: timedelta = timedelta()) -> None:
    movement = books.book(
        type_,
        amount=payout["amount"],
        currency=payout["currency"],
        source=payout["id"],
        account=payout["_"]["account"],
        settles_in=settles_in,
    )
    payout["failure_balance_transaction"] = movement["id"]


def _set_status(payout: Object, status: str, event: str) -> None:
    payout["status"] = status
    events.tell(event, store.save(payout), account=payout["_"]["account"])
