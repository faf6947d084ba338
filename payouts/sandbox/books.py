"""Balances: each movement is a balance transaction; a balance is their sum, on the day it is asked."""

from datetime import datetime, timedelta
from typing import Any

from payouts import clock
from payouts.sandbox import store
from payouts.sandbox.models import SandboxObject
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
    settles_in: timedelta = timedelta(),
) -> Object:
    """A movement of `amount` (negative: out) less `fee` minor units on one balance."""
    now = clock.now()
    fees = [{"type": "stripe_fee", "amount": fee, "currency": currency, "application": None, "description": None}]
    _count(account, currency, amount - fee, stamp(now + settles_in) if settles_in else 0)
    return store.add(
        "balance_transaction",
        {
            "id": store.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": stamp(now + settles_in),
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
            "status": "pending" if settles_in else "available",
            "type": type_,
        },
        account=account,
    )


def sums(currency: str, *, account: str = "") -> tuple[int, int]:
    """(available, pending) in minor units, now."""
    row = SandboxObject.objects.filter(id=_balance_id(account, currency)).first()
    if row is None:
        return 0, 0
    now = stamp(clock.now())
    pending = sum(net for day, net in row.data["pending"] if day > now)
    return row.data["total"] - pending, pending


def _count(account: str, currency: str, net: int, available_on: int) -> None:
    """The balance is kept beside its movements: adding them all up at each transfer takes too long with thousands."""
    counted: Object = {"total": 0, "pending": []}
    defaults = {"kind": "counted", "account": account, "data": counted, "serial": 0}
    row, _ = SandboxObject.objects.get_or_create(id=_balance_id(account, currency), defaults=defaults)
    row.data["total"] += net
    if available_on:
        row.data["pending"].append([available_on, net])
    row.save(update_fields=["data"])


def newly_settled() -> list[str]:
    """The accounts in which money has become available since the last look."""
    now, found = stamp(clock.now()), []
    for row in SandboxObject.objects.filter(kind="counted").exclude(data__pending=[]):
        left = [each for each in row.data["pending"] if each[0] > now]
        if len(left) < len(row.data["pending"]):
            row.data["pending"] = left
            row.save(update_fields=["data"])
            found.append(row.account)
    return found


def _balance_id(account: str, currency: str) -> str:
    return f"counted:{account}:{currency}"


def settled(movement: Object) -> Object:
    """The movement as it reads now: pending ones become available by the calendar alone."""
    status = "available" if movement["available_on"] <= stamp(clock.now()) else "pending"
    return {**movement, "status": status}


# --- Operations -----------------------------------------------------------------------------------------------


def retrieve_balance(request: ApiRequest, params: dict[str, Any]) -> Object:
    return balance_of(request.account)


def currencies(account: str) -> list[str]:
    """Those in which the account ever had a movement."""
    counted = SandboxObject.objects.filter(kind="counted", account=account).order_by("id")
    return [row.id.rsplit(":", 1)[-1] for row in counted]


def balance_of(account: str) -> Object:
    each = {currency: sums(currency, account=account) for currency in currencies(account)}
    balance: Object = {
        "object": "balance",
        "livemode": False,
        "available": [{"amount": both[0], "currency": currency} for currency, both in each.items()],
        "pending": [{"amount": both[1], "currency": currency} for currency, both in each.items()],
    }
    if can_pay_at_once(account):
        balance["instant_available"] = [
            {"amount": max(0, both[0]), "currency": currency} for currency, both in each.items()
        ]
    return balance


def can_pay_at_once(account: str) -> bool:
    """Whether a bank account of this one takes instant payouts."""
    of_account = store.all_of("bank_account", account=account) if account else []
    return any("instant" in bank["available_payout_methods"] for bank in of_account)


def retrieve_transaction(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return settled(store.find("balance_transaction", id_, account=request.account))


def list_transactions(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {name: params[name] for name in ("type", "source", "currency") if name in params}
    found = store.page("balance_transaction", "/v1/balance_transactions", params, account=request.account, **match)
    return {**found, "data": [settled(movement) for movement in found["data"]]}
