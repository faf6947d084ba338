"""Connected accounts (v2), the links to their pages, and what v1 shows of them."""

from datetime import timedelta
from typing import Any

from django.conf import settings

from payouts import clock
from payouts.sandbox import account_states, banks, books, events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, FLAG, MAP, TEXT, ApiRequest, hosted_page, need
from payouts.sandbox.store import Object

LINK_MINUTES = 10

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
UPDATE_SHAPE = {
    name: ACCOUNT_SHAPE[name]
    for name in ("contact_email", "display_name", "dashboard", "identity", "metadata", "include")
}
CLOSE_SHAPE = {"applied_configurations": ANY_LIST}
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
        "contact_email": params.get("contact_email", ""),
        "created": events.iso(),
        "dashboard": params.get("dashboard", "none"),
        "defaults": {"responsibilities": {**responsibilities, "requirements_collector": "stripe"}},
        "display_name": params.get("display_name", ""),
        "identity": {"country": country},
        "livemode": False,
        "metadata": params.get("metadata", {}),
    }
    account_states.put(account, "new")
    return _included(store.add("v2.core.account", account), params)


def _included(account: Object, params: dict[str, Any]) -> Object:
    """v2 answers leave out what `include` does not name."""
    asked = set(params.get("include", []))
    if unknown := asked - INCLUDABLE.keys():
        raise invalid(f"Invalid include: {', '.join(sorted(unknown))}", param="include")
    hidden = {"configuration", "requirements", "identity", "defaults"} - {INCLUDABLE[name] for name in asked}
    return {key: value for key, value in account.items() if key not in hidden}


def retrieve_account(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return _included(store.find("v2.core.account", id_), params)


def update_account(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    account = _open(id_)
    for name in ("contact_email", "display_name", "dashboard", "metadata"):
        if name in params:
            account[name] = params[name]
    if country := params.get("identity", {}).get("country"):
        account["identity"] = {**account["identity"], "country": country}
    events.tell_thin("v2.core.account.updated", id_)
    return _included(store.save(account), params)


def _open(id_: str, *, param: str = "id") -> Object:
    account = store.find("v2.core.account", id_, param=param)
    if account["closed"]:
        raise invalid(f"The account '{id_}' is closed.", code="account_closed", param=param)
    return account


def close_account(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """Only an empty one: no money must be lost in it."""
    account = _open(id_)
    if any(books.sums(currency, account=id_) != (0, 0) for currency in books.currencies(id_)):
        raise invalid("The account has a balance that is not zero.", code="account_balance_not_zero")
    account |= {"closed": True, "applied_configurations": []}
    account_states.put(account, "closed")
    store.save(account)
    events.tell_thin("v2.core.account.closed", id_)
    return _included(account, params)


def create_login_link(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    account = _open(id_)
    if account["dashboard"] != "express":
        raise invalid("Cannot create a login link for an account without an Express dashboard.")
    token, now = store.new_id("login"), clock.now()
    url = f"{settings.SITE_URL}/sandbox/stripe/express/{id_}?link={token}"
    expires = books.stamp(now + timedelta(minutes=LINK_MINUTES))
    store.add("login_link", {"id": token, "account": id_, "_": {"expires": expires}})
    return {"object": "login_link", "created": books.stamp(now), "url": url}


def create_link(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "account", "use_case")
    onboarding = params["use_case"].get("account_onboarding", {})
    if params["use_case"].get("type") != "account_onboarding" or not onboarding.get("refresh_url"):
        raise invalid("use_case must be an account_onboarding with a refresh_url.", param="use_case")
    account = _open(params["account"], param="account")
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
    is_active, of_account = account_states.can(account, "stripe_transfers"), store.all_of("bank_account", account=id_)
    return {
        "id": id_,
        "object": "account",
        "capabilities": {"transfers": "active" if is_active else "inactive"},
        "charges_enabled": False,
        "country": account["identity"]["country"].upper(),
        "default_currency": settings.CURRENCY.lower(),
        "details_submitted": is_active or bool(of_account),
        "email": account["contact_email"],
        "external_accounts": banks.as_list(id_, of_account),
        "metadata": account["metadata"],
        "payouts_enabled": account_states.can(account, "payouts"),
        "type": "none",
    }


def retrieve_settings(request: ApiRequest, params: dict[str, Any]) -> Object:
    """Payouts of a new account are daily. Those of the platform itself are manual: it was set up as README says."""
    if not request.account:
        return _settings(store.platform().get("interval", "manual"))
    account = store.find("v2.core.account", request.account, param="Stripe-Account")
    return _settings(account.get("_", {}).get("interval", "daily"))


def update_settings(request: ApiRequest, params: dict[str, Any]) -> Object:
    interval = params.get("payments", {}).get("payouts", {}).get("schedule", {}).get("interval", "daily")
    if interval not in ("daily", "manual", "monthly", "weekly"):
        raise invalid("Invalid interval", param="payments[payouts][schedule][interval]")
    if not request.account:
        store.save({**store.platform(), "interval": interval})
        return _settings(interval)
    account = store.find("v2.core.account", request.account, param="Stripe-Account")
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
