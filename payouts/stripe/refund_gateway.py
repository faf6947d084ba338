"""The gateway's part for money that goes back to cards: by us (refunds), or by their banks (disputes). See gateway.py."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from payouts.money import Money
from payouts.stripe.answers import BankDispute, CardRefund, Movement
from payouts.stripe.books import movement_of, pages
from payouts.stripe.client import asking
from payouts.stripe.marks import once, ours, own_number

# --- Refunds --------------------------------------------------------------------------------------------------


def create_refund(*, intent: str, amount: Money, refund_id: int, key: str) -> CardRefund:
    """`amount` of what the intent took, back to its card.

    Refused: charge_already_refunded, charge_disputed, and whatever else the card's network will never do.
    """
    params: dict[str, Any] = {
        "payment_intent": intent,
        "amount": amount.minor,
        "reason": "requested_by_customer",
        "metadata": ours(refund=refund_id),
        "expand": ["charge"],
    }
    with asking() as ask:
        return _refund(ask.v1.refunds.create(params, once(key)))


def find_refund(*, intent: str, refund_id: int) -> CardRefund | None:
    """The refund that we made under this number, if Stripe has one: asked before a retry whose key it may have forgotten."""
    with asking() as ask:
        made = ask.v1.refunds.list({"payment_intent": intent, "limit": 100, "expand": ["data.charge"]}).data
    return next((refund for refund in map(_refund, made) if refund.refund_id == refund_id), None)


def retrieve_refund(refund: str) -> CardRefund:
    with asking() as ask:
        return _refund(ask.v1.refunds.retrieve(refund, {"expand": ["charge"]}))


def refunds_of(charge: str) -> list[CardRefund]:
    """Newest first, whoever made them."""
    with asking() as ask:
        found = ask.v1.refunds.list({"charge": charge, "limit": 100, "expand": ["data.charge"]}).data
    return [_refund(refund) for refund in found]


def _refund(refund: Any) -> CardRefund:
    return CardRefund(
        id=refund.id,
        status=refund.status or "",
        amount=Money(refund.amount, refund.currency.upper()),
        refund_id=own_number(_plain(refund.metadata), "refund"),
        top_up_id=_top_up_of(refund.charge),
        is_booked=bool(refund.balance_transaction),
        is_back=bool(getattr(refund, "failure_balance_transaction", None)),
        failure_reason=getattr(refund, "failure_reason", "") or "",
        pending_reason=getattr(refund, "pending_reason", "") or "",
    )


def top_up_of_charge(charge: str) -> int:
    """The number of our top-up that the charge paid; 0: another's."""
    with asking() as ask:
        return _top_up_of(ask.v1.charges.retrieve(charge))


def _top_up_of(charge: Any) -> int:
    return own_number(_plain(getattr(charge, "metadata", None)), "topup")


def _plain(metadata: Any) -> dict[str, str]:
    return metadata.to_dict() if metadata else {}


# --- Disputes -------------------------------------------------------------------------------------------------


def retrieve_dispute(dispute: str) -> BankDispute:
    with asking() as ask:
        return _dispute(ask.v1.disputes.retrieve(dispute, {"expand": ["charge"]}))


def disputes_since(moment: datetime) -> Iterator[BankDispute]:
    """Every dispute that was opened since, newest first: for who missed what Stripe told."""
    wanted = {"created": {"gte": int(moment.timestamp())}, "expand": ["data.charge"]}
    yield from map(_dispute, pages(lambda ask: ask.v1.disputes.list, wanted))


def submit_evidence(*, dispute: str, evidence: dict[str, str], key: str) -> BankDispute:
    """Sent to the card's bank: once. `evidence`: Stripe's names for its parts. Refused when it is decided or was sent."""
    params: dict[str, Any] = {"evidence": evidence, "submit": True, "expand": ["charge"]}
    with asking() as ask:
        return _dispute(ask.v1.disputes.update(dispute, params, once(key)))


def accept_dispute(*, dispute: str, key: str) -> BankDispute:
    """We let it go: lost at once. Refused when it is decided."""
    with asking() as ask:
        return _dispute(ask.v1.disputes.close(dispute, {"expand": ["charge"]}, once(key)))


def _dispute(dispute: Any) -> BankDispute:
    due_by = dispute.evidence_details.due_by
    moved: list[Movement] = [movement_of(booked) for booked in dispute.balance_transactions]
    return BankDispute(
        id=dispute.id,
        status=dispute.status,
        reason=dispute.reason,
        amount=Money(dispute.amount, dispute.currency.upper()),
        charge=dispute.charge if isinstance(dispute.charge, str) else dispute.charge.id,
        top_up_id=_top_up_of(dispute.charge),
        due_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        movements=tuple(moved),
    )
