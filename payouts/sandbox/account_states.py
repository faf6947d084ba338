"""What a connected account may do, and what Stripe wants for it: the states that onboarding and the operator put it in."""

from datetime import datetime, timedelta

from payouts import clock
from payouts.sandbox import events, store
from payouts.sandbox.store import Object

STATUS_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_EVENT = "v2.core.account[requirements].updated"
DUE_DAYS = 7
DOCUMENT = "identity.individual.documents.primary_verification.front_back"

# state -> status of the capabilities, why, and what the account's owner can do about it
STATES = {
    "new": ("restricted", "requirements_past_due", "provide_info"),
    "verified": ("active", "", ""),
    "due_soon": ("active", "", ""),
    "checking": ("pending", "requirements_pending_verification", "no_resolution"),
    "needs_document": ("restricted", "requirements_past_due", "provide_info"),
    "restricted": ("restricted", "restricted_other", "contact_stripe"),
    "rejected": ("rejected", "rejected_other", "contact_stripe"),
    "closed": ("restricted", "restricted_other", "no_resolution"),
}


def put(account: Object, state: str) -> None:
    """Changes the object only. `pending`, `restricted` and `rejected` come with a reason, `active` with none."""
    status, code, resolution = STATES[state]
    why = [{"code": code, "resolution": resolution}] if code else []
    each = {name: {"status": status, "status_details": why} for name in ("stripe_transfers", "payouts")}
    account["configuration"] = {"recipient": {"applied": True, "capabilities": {"stripe_balance": each}}}
    account["requirements"] = _requirements(state)
    account["_"] = {**account.get("_", {}), "state": state}


def _requirements(state: str) -> Object:
    if state == "new":
        return _wanted("identity.individual", "routine_onboarding", "currently_due", None)
    if state == "needs_document":
        return _wanted(DOCUMENT, "routine_verification", "past_due", None)
    if state == "due_soon":
        return _wanted(DOCUMENT, "routine_verification", "currently_due", clock.now() + timedelta(days=DUE_DAYS))
    return {"entries": []}


def _wanted(description: str, reason: str, status: str, by: datetime | None) -> Object:
    restricts = [
        {"capability": f"stripe_balance.{name}", "configuration": "recipient", "deadline": {"status": status}}
        for name in ("stripe_transfers", "payouts")
    ]
    entry = {
        "awaiting_action_from": "user",
        "description": description,
        "errors": [],
        "impact": {"restricts_capabilities": restricts},
        "minimum_deadline": {"status": status},
        "requested_reasons": [{"code": reason}],
    }
    soonest = {"status": status, "time": by.strftime("%Y-%m-%dT%H:%M:%S.000Z")} if by else {"status": status}
    return {"entries": [entry], "summary": {"minimum_deadline": soonest}}


def can(account: Object, capability: str) -> bool:
    if account["closed"]:
        return False
    balance = account["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    return balance[capability]["status"] == "active"


def change(account: Object, state: str) -> None:
    """With the events of it."""
    put(account, state)
    store.save(account)
    events.tell_thin(STATUS_EVENT, account["id"])
    events.tell_thin(REQUIREMENTS_EVENT, account["id"])


def restrict_late_ones() -> int:
    """Who did not bring in time what was asked for can be paid no more."""
    asked, now = store.all_of("v2.core.account"), clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    late = [
        account
        for account in asked
        if account["_"]["state"] == "due_soon" and account["requirements"]["summary"]["minimum_deadline"]["time"] <= now
    ]
    for account in late:
        with store.one_at_a_time():
            change(account, "needs_document")
    return len(late)
