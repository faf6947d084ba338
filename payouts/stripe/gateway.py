"""The only door to Stripe: each function is one request and answers plain values of `answers`, never the library's objects.

Every writing request takes the idempotency `key` that its caller stored before: the same key twice has the effect of once
(Stripe keeps keys for 24 hours; after that look the object up first, with the `find_` functions). Keys and metadata carry
the installation's tag: what another database wrote at the same Stripe account is never taken for ours.
Raises InsideTransaction, NotAnswered (ask again, same key) or Refused (no, and why).
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from payouts.money import Money
from payouts.stripe.answers import AccountState, CheckoutSession, Payout, Transfer
from payouts.stripe.client import asking
from payouts.stripe.installation import tag
from payouts.stripe.marks import once as _once
from payouts.stripe.marks import ours as _ours
from payouts.stripe.marks import own_number as own_number

# --- Paying in ------------------------------------------------------------------------------------------------


def create_customer(*, email: str, name: str, key: str) -> str:
    with asking() as ask:
        return ask.v1.customers.create({"email": email, "name": name}, _once(key)).id


def create_checkout_session(
    *,
    top_up_id: int,
    customer: str,
    amount: Money,
    success_url: str = "",
    cancel_url: str = "",
    return_url: str = "",
    key: str,
    save_card: bool = False,
) -> CheckoutSession:
    """A payment page for one top-up. Ways to pay that take days (bank debits) are left out: credit is wanted now.

    Stripe's own page, which leads to one of the first two addresses. Or, with `return_url`, a form inside a page of ours
    (`client_secret`): that address is only for ways to pay that leave the page.
    `save_card`: it was ticked here, and later payments may be made without the member; else Stripe's page has a tick.
    """
    payment: dict[str, Any] = {"metadata": _ours(topup=top_up_id), "transfer_group": f"topup:{top_up_id}"}
    saving: dict[str, Any] = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    if save_card:
        payment, saving = {**payment, "setup_future_usage": "off_session"}, {}
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": str(top_up_id),
        "customer": customer,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": amount.currency.lower(),
                    "unit_amount": amount.minor,
                    "product_data": {"name": _("Ringwise credit")},
                },
            }
        ],
        "allowed_payment_method_types": ["card", "link"],
        "payment_intent_data": payment,
        "metadata": _ours(topup=top_up_id),
        **(_inside(return_url) if return_url else {"success_url": success_url, "cancel_url": cancel_url}),
        **saving,
    }
    with asking() as ask:
        return _session(ask.v1.checkout.sessions.create(params, _once(key)))


def _inside(return_url: str) -> dict[str, Any]:
    return {"ui_mode": "embedded_page", "return_url": return_url, "redirect_on_completion": "if_required"}


def retrieve_checkout_session(session_id: str) -> CheckoutSession:
    with asking() as ask:
        expand = ["payment_intent.latest_charge.balance_transaction"]
        return _session(ask.v1.checkout.sessions.retrieve(session_id, {"expand": expand}))


def expire_checkout_session(session_id: str) -> None:
    """Nobody can pay there any more. Refused when it was not open."""
    with asking() as ask:
        ask.v1.checkout.sessions.expire(session_id)


def _session(session: Any) -> CheckoutSession:
    intent, customer = session.payment_intent, session.customer
    return CheckoutSession(
        id=session.id,
        url=session.url or "",
        status=session.status,
        payment_status=session.payment_status,
        amount_minor=session.amount_total,
        currency=session.currency.upper(),
        customer=(customer if isinstance(customer, str) else customer.id) if customer else "",
        top_up_id=own_number(_plain(session.metadata), "topup"),
        payment_intent=(intent if isinstance(intent, str) else intent.id) if intent else "",
        fee=fee_of(intent),
        card=card_of(intent),
        client_secret=getattr(session, "client_secret", None) or "",
    )


def _plain(metadata: Any) -> dict[str, str]:
    return metadata.to_dict() if metadata else {}


def fee_of(intent: Any) -> Money | None:
    """Stripe's fee of the payment, once its balance transaction exists (it may come later than the payment)."""
    charge = getattr(intent, "latest_charge", None)
    booked = getattr(charge, "balance_transaction", None)
    if booked is None or isinstance(booked, str):
        return None
    return Money(booked.fee, booked.currency.upper())


def card_of(intent: Any) -> str:
    """The fingerprint of the card that paid, as Card.fingerprint."""
    details = getattr(getattr(intent, "latest_charge", None), "payment_method_details", None)
    return getattr(getattr(details, "card", None), "fingerprint", "") or ""


# --- Connected accounts ---------------------------------------------------------------------------------------


def create_account(*, email: str, name: str, country: str, key: str) -> str:
    """An account (v2) that only receives: the platform collects fees and bears losses.

    `country`: two letters, of the expert's bank and tax home; Stripe refuses without it (identity_country_required).
    """
    params: dict[str, Any] = {
        "contact_email": email,
        "display_name": name,
        "dashboard": "express",
        "identity": {"country": country.lower()},
        "configuration": {
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}},
        },
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "include": ["configuration.recipient", "requirements"],
    }
    with asking() as ask:
        return ask.v2.core.accounts.create(params, _once(key)).id


def create_account_link(*, account: str, return_url: str, refresh_url: str, key: str) -> str:
    """The address of Stripe's onboarding page; good for one visit, so `key` must differ each time."""
    params: dict[str, Any] = {
        "account": account,
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {"refresh_url": refresh_url, "return_url": return_url},
        },
    }
    with asking() as ask:
        return ask.v2.core.account_links.create(params, _once(key)).url


def create_login_link(*, account: str, key: str) -> str:
    """The address of the expert's own pages at Stripe (Express); good for one visit, so `key` must differ each time."""
    with asking() as ask:
        return ask.v1.accounts.login_links.create(account, {}, _once(key)).url


def retrieve_account(account: str) -> AccountState:
    with asking() as ask:
        found = ask.v2.core.accounts.retrieve(account, {"include": ["configuration.recipient", "requirements"]})
        bank = _payouts_go_to(ask.v1.accounts.external_accounts.list(account, {"limit": 100}).data)
    recipient = getattr(getattr(found, "configuration", None), "recipient", None)
    balance = getattr(getattr(recipient, "capabilities", None), "stripe_balance", None)
    wanted, due_at = _wanted(getattr(found, "requirements", None))
    return AccountState(
        transfers_status=_status(balance, "stripe_transfers"),
        payouts_status=_status(balance, "payouts"),
        bank_name=getattr(bank, "bank_name", "") or getattr(bank, "brand", "") or "",
        bank_last4=getattr(bank, "last4", "") or "",
        bank_fingerprint=getattr(bank, "fingerprint", "") or "",
        pays_at_once="instant" in (getattr(bank, "available_payout_methods", None) or []),
        is_closed=bool(getattr(found, "closed", False)),
        wanted=wanted,
        due_at=due_at,
    )


def _payouts_go_to(external: list[Any]) -> Any:
    """Of several bank accounts and debit cards the one that Stripe pays to: the newest need not be it. None without any."""
    ours = [each for each in external if (getattr(each, "currency", "") or "").upper() == settings.CURRENCY] or external
    return next((each for each in ours if getattr(each, "default_for_currency", False)), ours[0] if ours else None)


def _wanted(requirements: Any) -> tuple[str, datetime | None]:
    """How urgent the most urgent thing is that the account's owner has to give, and its day."""
    entries = getattr(requirements, "entries", None) or []
    of_owner = {entry.minimum_deadline.status for entry in entries if entry.awaiting_action_from == "user"}
    urgent = next((status for status in ("past_due", "currently_due") if status in of_owner), "")
    soonest = getattr(getattr(requirements, "summary", None), "minimum_deadline", None)
    day = getattr(soonest, "time", None) if urgent else None
    return urgent, datetime.fromisoformat(str(day)) if day else None


def _status(balance: Any, capability: str) -> str:
    return getattr(getattr(balance, capability, None), "status", "inactive")


def set_manual_payouts(*, account: str, key: str) -> None:
    """Money leaves a connected account only by our payouts, one per withdrawal; and the platform's own balance (`account`
    empty), in which members' money lies, only when somebody of the platform takes it out.

    A raw request: balance_settings.update of stripe-python 16.1.0 raises AttributeError after Stripe made the change.
    """
    whose = {"stripe_account": account} if account else {}
    with asking() as ask:
        ask.raw_request(
            "post",
            "/v1/balance_settings",
            **_once(key, **whose),
            payments={"payouts": {"schedule": {"interval": "manual"}}},
        )


def own_payouts() -> str:
    """When the platform's own balance is paid out by itself: daily, weekly, monthly, or manual; empty where Stripe has no
    schedule for it. A raw request, as above."""
    with asking() as ask:
        found = ask.raw_request("get", "/v1/balance_settings").data
    for name in ("payments", "payouts", "schedule"):
        found = found.get(name) or {}
    return found.get("interval") or ""


# --- Paying out -----------------------------------------------------------------------------------------------


def create_transfer(*, amount: Money, destination: str, withdrawal_id: int, key: str) -> Transfer:
    """From the platform's available balance to the connected account.

    Refused: balance_insufficient, insufficient_capabilities_for_transfer, resource_missing.
    """
    params: dict[str, Any] = {
        "amount": amount.minor,
        "currency": amount.currency.lower(),
        "destination": destination,
        "transfer_group": _group(withdrawal_id),
        "metadata": _ours(withdrawal=withdrawal_id),
    }
    with asking() as ask:
        return _transfer(ask.v1.transfers.create(params, _once(key)))


def _group(withdrawal_id: int) -> str:
    return f"{tag()}:withdrawal:{withdrawal_id}"


def find_transfer(*, destination: str, withdrawal_id: int) -> Transfer | None:
    """The transfer of a withdrawal, if Stripe has one: asked before a retry whose key Stripe may have forgotten (24 h)."""
    wanted: dict[str, Any] = {"transfer_group": _group(withdrawal_id), "destination": destination, "limit": 1}
    with asking() as ask:
        found = ask.v1.transfers.list(wanted).data
    return _transfer(found[0]) if found else None


def _transfer(transfer: Any) -> Transfer:
    amount = Money(transfer.amount, transfer.currency.upper())
    return Transfer(id=transfer.id, amount=amount, destination=transfer.destination)


def create_payout(*, amount: Money, account: str, withdrawal_id: int, key: str, method: str = "standard") -> Payout:
    """From the connected account's balance to its bank. Refused: balance_insufficient until the transfer has settled there.

    `method`: "instant" within minutes, where the bank and Stripe's limits allow; else Refused with instant_payouts_...
    """
    params: dict[str, Any] = {
        "amount": amount.minor,
        "currency": amount.currency.lower(),
        "method": method,
        "metadata": _ours(withdrawal=withdrawal_id),
    }
    with asking() as ask:
        return _payout(ask.v1.payouts.create(params, _once(key, stripe_account=account)))


def find_payout(*, account: str, withdrawal_id: int) -> Payout | None:
    """The payout of a withdrawal among the account's latest hundred (payouts have no group to search by)."""
    with asking() as ask:
        latest = ask.v1.payouts.list({"limit": 100}, {"stripe_account": account}).data
    for payout in latest:
        if own_number(_plain(payout.metadata), "withdrawal") == withdrawal_id:
            return _payout(payout)
    return None


def retrieve_payout(*, payout_id: str, account: str) -> Payout:
    with asking() as ask:
        return _payout(ask.v1.payouts.retrieve(payout_id, {}, {"stripe_account": account}))


def _payout(payout: Any) -> Payout:
    return Payout(
        id=payout.id,
        amount=Money(payout.amount, payout.currency.upper()),
        status=payout.status,
        arrives_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
        failure_code=payout.failure_code or "",
        failure_message=payout.failure_message or "",
        withdrawal_id=own_number(_plain(payout.metadata), "withdrawal"),
    )


def reverse_transfer(*, transfer_id: str, key: str) -> str:
    """The whole transfer back to the platform; the reversal's id. Refused: balance_insufficient when the money is not there."""
    with asking() as ask:
        return ask.v1.transfers.reversals.create(transfer_id, {}, _once(key)).id


def find_reversal(*, transfer_id: str) -> str | None:
    with asking() as ask:
        found = ask.v1.transfers.reversals.list(transfer_id, {"limit": 1}).data
    return found[0].id if found else None
