"""Bank accounts of connected accounts, in v1's words: external accounts."""

import hashlib
from typing import Any

from django.conf import settings

from payouts.sandbox import events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import EXPAND, FLAG, MAP, TEXT, ApiRequest
from payouts.sandbox.store import Object

PAYING_BANK, REFUSING_BANK, INSTANT_BANK = "000123456789", "000111111116", "000999999991"
KNOWN = (PAYING_BANK, REFUSING_BANK, INSTANT_BANK)
TOKENS = {"btok_us_verified": PAYING_BANK, "btok_us_verified_noAccount": REFUSING_BANK}

BANK_SHAPE = {
    "object": TEXT,
    "account_holder_name": TEXT,
    "account_holder_type": TEXT,
    "account_number": TEXT,
    "country": TEXT,
    "currency": TEXT,
    "routing_number": TEXT,
}
EXTERNAL_SHAPE = {"bank_account": BANK_SHAPE, "external_account": TEXT, "default_for_currency": FLAG, "metadata": MAP}
EXTERNAL_SHAPE |= EXPAND


def of(account: str, currency: str) -> list[Object]:
    return [bank for bank in store.all_of("bank_account", account=account) if bank["currency"] == currency]


def as_list(account: str, data: list[Object]) -> Object:
    url = f"/v1/accounts/{account}/external_accounts"
    return {"object": "list", "url": url, "has_more": False, "data": data}


def list_external(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    store.find("v2.core.account", id_)
    if params.get("object", "bank_account") != "bank_account":
        return as_list(id_, [])
    return store.page("bank_account", f"/v1/accounts/{id_}/external_accounts", params, account=id_)


def create_external(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """By a token of Stripe's tests, or by a number that is known here."""
    account = store.find("v2.core.account", id_)
    if account["closed"]:
        raise invalid(f"The account '{id_}' is closed.", code="account_closed")
    given = params.get("bank_account", {})
    number = TOKENS.get(params.get("external_account", ""), given.get("account_number", ""))
    if number not in KNOWN:
        raise invalid("No such token, or not a test account number.", code="resource_missing", param="external_account")
    name = given.get("account_holder_name", account["display_name"])
    return add(id_, name=name, country=given.get("country", account["identity"]["country"]), number=number)


def add(account: str, *, name: str, country: str, number: str) -> Object:
    bank = {
        "id": store.new_id("ba"),
        "object": "bank_account",
        "account": account,
        "account_holder_name": name,
        "account_holder_type": "individual",
        "account_type": None,
        "available_payout_methods": ["standard", "instant"] if number == INSTANT_BANK else ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": country.upper(),
        "currency": settings.CURRENCY.lower(),
        "default_for_currency": True,
        "fingerprint": hashlib.sha256(f"{country.upper()}:{number}".encode()).hexdigest()[:16],
        "last4": number[-4:],
        "metadata": {},
        "routing_number": None,
        "status": "new",
        "_": {"number": number},
    }
    for older in store.all_of("bank_account", account=account):
        store.save({**older, "default_for_currency": False})
    store.add("bank_account", bank, account=account)
    events.tell("account.external_account.created", bank, account=account)
    return bank


def replace_all(account: str, *, name: str, country: str, number: str) -> Object:
    """As Stripe's hosted pages do: one bank account, instead of an older one."""
    for old in store.all_of("bank_account", account=account):
        store.remove(old)
    return add(account, name=name, country=country, number=number)
