"""Balances: each movement is a balance transaction; a balance is their sum, on the day it is asked."""

from datetime import datetime, timedelta
from typing import Any

from payouts import clock
from payouts.sandbox import store
from payouts.sandbox.requests import ApiRequest
from payouts.sandbox.store import Object

SETTLE_DAYS = 2  # card payments become available after these; sooner than any earning is released


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def book(
    type_: str,
    *,
    amount: int,
    currency: str,
    source: str,
    account: str = "",
    fee: int = 0,
    settle_days: int = 0,
) -> Object:
    """A movement of `amount` (negative: out) less `fee` minor units on one balance."""
    now = clock.now()
    fees = [{"type": "stripe_fee", "amount": fee, "currency": currency, "application": None, "description": None}]
    return store.add(
        "balance_transaction",
        {
            "id": store.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": stamp(now + timedelta(days=settle_days)),
            "balance_type": "payments",
            "created": stamp(now),
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees if fee else [],
            "net": amount - fee,
            "reporting_category": "charge" if type_ == "payment" else type_,
            "source": source,
            "status": "pending" if settle_days else "available",
            "type": type_,
        },
        account=account,
    )


def sums(currency: str, *, account: str = "") -> tuple[int, int]:
    """(available, pending) in minor units, now."""
    now, available, pending = stamp(clock.now()), 0, 0
    for movement in store.all_of("balance_transaction", account=account):
        if movement["currency"] != currency:
            continue
        if movement["available_on"] <= now:
            available += movement["net"]
        else:
            pending += movement["net"]
    return available, pending


def settled(movement: Object) -> Object:
    """The movement as it reads now: pending ones become available by the calendar alone."""
    status = "available" if movement["available_on"] <= stamp(clock.now()) else "pending"
    return {**movement, "status": status}


# --- Operations -----------------------------------------------------------------------------------------------


def retrieve_balance(request: ApiRequest, params: dict[str, Any]) -> Object:
    found = {movement["currency"] for movement in store.all_of("balance_transaction", account=request.account)}
    each = {currency: sums(currency, account=request.account) for currency in sorted(found)}
    return {
        "object": "balance",
        "livemode": False,
        "available": [{"amount": both[0], "currency": currency} for currency, both in each.items()],
        "pending": [{"amount": both[1], "currency": currency} for currency, both in each.items()],
    }


def retrieve_transaction(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return settled(store.find("balance_transaction", id_, account=request.account))


def list_transactions(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {name: params[name] for name in ("type", "source", "currency") if name in params}
    found = store.page("balance_transaction", "/v1/balance_transactions", params, account=request.account, **match)
    return {**found, "data": [settled(movement) for movement in found["data"]]}
