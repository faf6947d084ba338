"""Disputes: a bank takes a charge back, with a fee, or only asks (an inquiry, `warning_*`); evidence; decision; appeal."""

from datetime import timedelta
from typing import Any

from payouts import clock
from payouts.sandbox import books, cards, events, store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import EXPAND, FLAG, MAP, PAGE, SINCE, TEXT, ApiRequest
from payouts.sandbox.store import Object

FEE = 1_500
DAYS_TO_ANSWER = 7
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
DISPUTE_SHAPE = {"evidence": dict.fromkeys(EVIDENCE, TEXT), "metadata": MAP, "submit": FLAG, **EXPAND}
LIST_SHAPE = {**PAGE, **SINCE, "charge": TEXT, "payment_intent": TEXT}
EVIDENCE_CHARACTERS_MAX = 150_000
# What Stripe's test mode decides by: the text given as evidence.
WINNING, LOSING = "winning_evidence", "losing_evidence"
ANSWERED = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
    "appeal_needs_response": "appeal_under_review",
}
CLOSED = ("won", "lost", "warning_closed", "prevented")


def retrieve_dispute(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("dispute", id_)


def list_disputes(request: ApiRequest, params: dict[str, Any]) -> Object:
    match = {name: params[name] for name in ("charge", "payment_intent") if name in params}
    return store.page("dispute", "/v1/disputes", params, **match)


def update_dispute(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """Evidence is kept and, unless `submit` is false, sent to the bank: once."""
    dispute = store.find("dispute", id_)
    dispute["metadata"] |= params.get("metadata", {})
    evidence = params.get("evidence", {})
    if evidence or "submit" in params:
        if dispute["status"] not in ANSWERED:
            raise invalid("This dispute does not need a response: its evidence cannot be changed.", param="evidence")
        if sum(map(len, evidence.values())) > EVIDENCE_CHARACTERS_MAX:
            raise invalid("The evidence is too long.", param="evidence")
        dispute["evidence"] |= evidence
        dispute["evidence_details"]["has_evidence"] = True
        if params.get("submit", True):
            dispute["status"] = ANSWERED[dispute["status"]]
            dispute["evidence_details"]["submission_count"] += 1
    events.tell("charge.dispute.updated", store.save(dispute))
    said = dispute["evidence"]["uncategorized_text"]
    if said in (WINNING, LOSING) and params.get("submit", True):
        decide(dispute, won=said == WINNING)
    return dispute


def close_dispute(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    """We let it go: lost."""
    dispute = store.find("dispute", id_)
    if dispute["status"] not in ANSWERED:
        raise invalid(f"You cannot close a dispute with status {dispute['status']}.", code="dispute_already_closed")
    decide(dispute, won=False)
    return dispute


# --- What banks do --------------------------------------------------------------------------------------------


def open_(charge: Object, *, is_inquiry: bool = False, reason: str = "fraudulent") -> Object:
    """What is not refunded of the charge leaves our balance, with the fee; an inquiry moves nothing."""
    dispute: Object = {
        "id": store.new_id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": books.stamp(clock.now()),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": books.stamp(clock.now() + timedelta(days=DAYS_TO_ANSWER)),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }
    store.add("dispute", dispute)
    events.tell("charge.dispute.created", dispute)
    if not is_inquiry:
        _withdraw(dispute)
    return dispute


def escalate(dispute: Object) -> None:
    """The inquiry becomes a dispute."""
    if dispute["status"].startswith("warning_") and dispute["status"] not in CLOSED:
        dispute |= {"status": "needs_response", "is_charge_refundable": False}
        events.tell("charge.dispute.updated", store.save(dispute))
        _withdraw(dispute)


def decide(dispute: Object, *, won: bool) -> None:
    """Won: the sum and the fee come back. An inquiry is closed, and moves nothing either way."""
    if dispute["status"] in CLOSED:
        return
    if dispute["status"].startswith("warning_"):
        dispute["status"] = "warning_closed"
        events.tell("charge.dispute.closed", store.save(dispute))
        return
    dispute["status"] = "won" if won else "lost"
    events.tell("charge.dispute.closed", store.save(dispute))
    if won:
        _book(dispute, amount=dispute["amount"], fee=-FEE)
        events.tell("charge.dispute.funds_reinstated", dispute)


def appeal(dispute: Object) -> None:
    """What was lost is looked at once more."""
    if dispute["status"] == "lost":
        dispute["status"] = "appeal_needs_response"
        events.tell("charge.dispute.updated", store.save(dispute))


def _withdraw(dispute: Object) -> None:
    charge = store.find("charge", dispute["charge"])
    store.save(charge | {"disputed": True})
    _book(dispute, amount=-dispute["amount"], fee=FEE)
    events.tell("charge.dispute.funds_withdrawn", dispute)


def _book(dispute: Object, *, amount: int, fee: int) -> None:
    movement = books.book("adjustment", amount=amount, currency=dispute["currency"], source=dispute["id"], fee=fee)
    dispute["balance_transactions"].append(store.shown(movement))
    store.save(dispute)


def warn(charge: Object) -> None:
    """The card's bank believes that the card was stolen, and has not disputed the charge yet."""
    warning = {
        "id": store.new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "created": books.stamp(clock.now()),
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    events.tell("radar.early_fraud_warning.created", store.add("radar.early_fraud_warning", warning))


# --- Cards that are disputed by themselves ------------------------------------------------------------------------


def promise(charge: Object, method: Object) -> None:
    """A card of the test values whose owner disputes: right after its payment (see services.work)."""
    if what := cards.behaviour(method).disputes:
        store.add("promise", {"id": store.new_id("promise"), "what": what, "about": charge["id"]})
