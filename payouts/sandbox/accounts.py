"""Connected accounts (v2), their onboarding links, and what v1 shows of them: bank accounts and payout settings."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings

from payouts import clock
from payouts.sandbox import books, events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, FLAG, MAP, TEXT, ApiRequest, hosted_page, need
from payouts.sandbox.store import Object

LINK_MINUTES = 10
STATUS_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_EVENT = "v2.core.account[requirements].updated"

ACCOUNT_SHAPE = {
    "contact_email": TEXT,
    "display_name": TEXT,
    "dashboard": TEXT,
    "identity": {"country": TEXT},
    "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": FLAG}}}}},
    "defaults": {"responsibilities": {"fees_collector": TEXT, "losses_collector": TEXT}},
    "metadata": MAP,
    "include": ANY_LIST,
}
LINK_SHAPE = {
    "account": TEXT,
    "use_case": {"type": TEXT, "account_onboarding": {"refresh_url": TEXT, "return_url": TEXT}},
}
SETTINGS_SHAPE = {"payments": {"payouts": {"schedule": {"interval": TEXT}}}, **EXPAND}
INCLUDABLE = {"configuration.recipient": "configuration", "requirements": "requirements", "identity": "identity"}
INCLUDABLE |= {
    "defaults": "defaults",
    "configuration.customer": "",
    "configuration.merchant": "",
    "future_requirements": "",
}


def create_account(request: ApiRequest, params: dict[str, Any]) -> Object:
    country = params.get("identity", {}).get("country", "")
    if "recipient" in params.get("configuration", {}) and not country:
        raise invalid("identity.country is required to request capabilities.", code="identity_country_required")
    responsibilities = params.get("defaults", {}).get("responsibilities", {})
    if params.get("dashboard") == "express" and set(responsibilities.values()) != {"application"}:
        code = "account_controller_express_dash_without_application_losses_or_fees"
        raise invalid("An express dashboard needs the application to collect fees and bear losses.", code=code)
    account = {
        "id": store.new_id("acct"),
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "configuration": _recipient("restricted"),
        "contact_email": params.get("contact_email", ""),
        "created": events.iso(),
        "dashboard": params.get("dashboard", "none"),
        "defaults": {"responsibilities": {**responsibilities, "requirements_collector": "stripe"}},
        "display_name": params.get("display_name", ""),
        "identity": {"country": country},
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "requirements": _requirements(due=True),
    }
    return _included(store.add("v2.core.account", account), params)


def _recipient(status: str) -> Object:
    """`pending` and `restricted` come with a reason, `active` with none."""
    why = [] if status == "active" else [{"code": "requirements_past_due", "resolution": "provide_info"}]
    each = {name: {"status": status, "status_details": why} for name in ("stripe_transfers", "payouts")}
    return {"recipient": {"applied": True, "capabilities": {"stripe_balance": each}}}


def _requirements(*, due: bool) -> Object:
    if not due:
        return {"entries": []}
    deadline = {"status": "currently_due"}
    restricts = {"capability": "stripe_balance.stripe_transfers", "configuration": "recipient", "deadline": deadline}
    entry = {
        "awaiting_action_from": "user",
        "description": "identity.individual",
        "errors": [],
        "impact": {"restricts_capabilities": [restricts]},
        "minimum_deadline": deadline,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
    return {"entries": [entry], "summary": {"minimum_deadline": deadline}}


def _included(account: Object, params: dict[str, Any]) -> Object:
    """v2 answers leave out what `include` does not name."""
    asked = set(params.get("include", []))
    if unknown := asked - INCLUDABLE.keys():
        raise invalid(f"Invalid include: {', '.join(sorted(unknown))}", param="include")
    hidden = {"configuration", "requirements", "identity", "defaults"} - {INCLUDABLE[name] for name in asked}
    return {key: value for key, value in account.items() if key not in hidden}


def retrieve_account(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return _included(store.find("v2.core.account", id_), params)


def create_link(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "account", "use_case")
    onboarding = params["use_case"].get("account_onboarding", {})
    if params["use_case"].get("type") != "account_onboarding" or not onboarding.get("refresh_url"):
        raise invalid("use_case must be an account_onboarding with a refresh_url.", param="use_case")
    account = store.find("v2.core.account", params["account"], param="account")
    token, now = store.new_id("link"), clock.now()
    link = {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": events.iso(),
        "expires_at": (now + timedelta(minutes=LINK_MINUTES)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "livemode": False,
        "url": hosted_page(f"/sandbox/stripe/onboard/{account['id']}?link={token}", back_to=onboarding["refresh_url"]),
        "use_case": params["use_case"],
    }
    expires = books.stamp(now + timedelta(minutes=LINK_MINUTES))
    store.add("v2.core.account_link", {"id": token, **link, "_": {"used": False, "expires": expires}})
    return link


# --- What v1 shows --------------------------------------------------------------------------------------------


def retrieve_v1(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    account = store.find("v2.core.account", id_)
    is_active = transfers_active(account)
    banks = store.all_of("bank_account", account=id_)
    return {
        "id": id_,
        "object": "account",
        "capabilities": {"transfers": "active" if is_active else "inactive"},
        "charges_enabled": False,
        "country": account["identity"]["country"].upper(),
        "default_currency": settings.CURRENCY.lower(),
        "details_submitted": is_active,
        "email": account["contact_email"],
        "external_accounts": _bank_list(id_, banks),
        "metadata": account["metadata"],
        "payouts_enabled": is_active,
        "type": "none",
    }


def transfers_active(account: Object) -> bool:
    balance = account["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    return balance["stripe_transfers"]["status"] == "active"


def _bank_list(account: str, banks: list[Object]) -> Object:
    url = f"/v1/accounts/{account}/external_accounts"
    return {"object": "list", "url": url, "has_more": False, "data": banks}


def list_external(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    store.find("v2.core.account", id_)
    if params.get("object", "bank_account") != "bank_account":
        return _bank_list(id_, [])
    return store.page("bank_account", f"/v1/accounts/{id_}/external_accounts", params, account=id_)


def retrieve_settings(request: ApiRequest, params: dict[str, Any]) -> Object:
    account = store.find("v2.core.account", request.account, param="Stripe-Account")
    return _settings(account.get("_", {}).get("interval", "daily"))


def update_settings(request: ApiRequest, params: dict[str, Any]) -> Object:
    account = store.find("v2.core.account", request.account, param="Stripe-Account")
    interval = params.get("payments", {}).get("payouts", {}).get("schedule", {}).get("interval", "daily")
    if interval not in ("daily", "manual", "monthly", "weekly"):
        raise invalid("Invalid interval", param="payments[payouts][schedule][interval]")
    store.save({**account, "_": {**account.get("_", {}), "interval": interval}})
    return _settings(interval)


def _settings(interval: str) -> Object:
    """With the null that trips stripe-python 16.1.0, as in Stripe's own example."""
    payouts = {
        "automatic_transfer_rules_by_currency": None,
        "minimum_balance_by_currency": None,
        "schedule": {"interval": interval},
        "statement_descriptor": None,
        "status": "enabled",
    }
    timing = {"delay_days": books.SETTLE_DAYS}
    payments = {"debit_negative_balances": False, "payouts": payouts, "settlement_timing": timing}
    return {"object": "balance_settings", "payments": payments}


# --- What the hosted page does --------------------------------------------------------------------------------


def onboard(account: Object, *, name: str, country: str, number: str) -> Object:
    """The person gave what was wanted: capabilities become active, the bank account is there (instead of an older one)."""
    account["display_name"] = name
    account["identity"] = {"country": country.lower()}
    account["configuration"] = _recipient("active")
    account["requirements"] = _requirements(due=False)
    store.save(account)
    for old in store.all_of("bank_account", account=account["id"]):
        store.remove(old)
    bank = {
        "id": store.new_id("ba"),
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": name,
        "account_holder_type": "individual",
        "account_type": None,
        "bank_name": "STRIPE TEST BANK",
        "country": country.upper(),
        "currency": settings.CURRENCY.lower(),
        "default_for_currency": True,
        "fingerprint": hashlib.sha256(f"{country}:{number}".encode()).hexdigest()[:16],
        "last4": number[-4:],
        "metadata": {},
        "routing_number": None,
        "status": "new",
        "_": {"number": number},
    }
    store.add("bank_account", bank, account=account["id"])
    events.tell("account.external_account.created", bank, account=account["id"])
    events.tell_thin(STATUS_EVENT, account["id"])
    events.tell_thin(REQUIREMENTS_EVENT, account["id"])
    return account
