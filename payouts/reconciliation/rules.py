"""Which ledger entry a balance transaction belongs to, by its type: a table for the platform's balance, one for the experts'.

A new kind of movement is a function here and a row in the table. A rule answers None for what is not ours: that goes into
suspense, and to staff.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from payouts.disputes.models import Dispute
from payouts.ledger import accounts
from payouts.ledger.accounts import AccountRef
from payouts.reconciliation.models import StripeMovement
from payouts.refunds.models import Refund
from payouts.stripe import gateway
from payouts.withdrawals.models import Withdrawal


@dataclass(frozen=True, slots=True)
class Match:
    """`keys`: the entries that the service which caused the movement posts; together they are its whole sum.

    `fee_key`: the entry of Stripe's fee within it, posted here when nobody has. `against`: the account on the other side of
    a movement that only Stripe knows of, and whose entry is posted here.
    """

    keys: tuple[str, ...] = ()
    fee_key: str = ""
    against: AccountRef | None = None
    reference: str = ""


Rule = Callable[[StripeMovement], Match | None]


def match(movement: StripeMovement) -> Match | None:
    rule = (CONNECTED if movement.account else PLATFORM).get(movement.type)
    return rule(movement) if rule else None


def _number(movement: StripeMovement, name: str) -> int:
    return gateway.own_number(movement.about.get("metadata") or {}, name)


# --- The platform's balance -----------------------------------------------------------------------------------


def _top_up(movement: StripeMovement) -> Match | None:
    reference = f"topup:{_number(movement, 'topup')}"
    if reference == "topup:0":
        return None
    return Match(keys=(f"{reference}:paid",), fee_key=f"{reference}:fee", reference=reference)


def _transfer(movement: StripeMovement) -> Match | None:
    number = _number(movement, "withdrawal")
    return _step(number, "transfer") if Withdrawal.objects.filter(pk=number).exists() else None


def _reversal(movement: StripeMovement) -> Match | None:
    return _step(_withdrawal_of(stripe_transfer=movement.about.get("transfer")), "reversed")


def _refund(movement: StripeMovement) -> Match | None:
    """Ours, or one that somebody made at Stripe's dashboard."""
    return _of_refund(movement, "paid")


def _refund_back(movement: StripeMovement) -> Match | None:
    return _of_refund(movement, "returned")


def _of_refund(movement: StripeMovement, step: str) -> Match | None:
    known = Q(pk=_number(movement, "refund")) | Q(stripe_refund=movement.source)
    refund = Refund.objects.filter(known).first()
    return Match(keys=(f"{refund.reference}:{step}",), reference=refund.reference) if refund else None


def _dispute(movement: StripeMovement) -> Match | None:
    dispute = Dispute.objects.filter(stripe_dispute=movement.source).first()
    return Match(keys=(f"{dispute.reference}:{movement.stripe_id}",), reference=dispute.reference) if dispute else None


def _stripes_fee(movement: StripeMovement) -> Match:
    """For the account itself, not for one payment: connected accounts, instant payouts."""
    return Match(against=accounts.stripe_fees(), reference=movement.source)


def _own_payout(movement: StripeMovement) -> Match:
    """Stripe paid out to the platform's own bank, or the bank sent it back."""
    return Match(against=accounts.platform_bank(), reference=movement.source)


def _step(withdrawal_id: int | None, step: str) -> Match | None:
    reference = f"withdrawal:{withdrawal_id}"
    return Match(keys=(f"{reference}:{step}",), reference=reference) if withdrawal_id else None


def _withdrawal_of(**by: str | None) -> int | None:
    if not all(by.values()):
        return None
    return Withdrawal.objects.filter(**by).values_list("pk", flat=True).first()


PLATFORM: dict[str, Rule] = {
    "charge": _top_up,
    "payment": _top_up,
    "transfer": _transfer,
    "transfer_refund": _reversal,
    "refund": _refund,
    "payment_refund": _refund,
    "refund_failure": _refund_back,
    "payment_failure_refund": _refund_back,
    "adjustment": _dispute,
    "stripe_fee": _stripes_fee,
    "payout": _own_payout,
    "payout_failure": _own_payout,
    "payout_cancel": _own_payout,
}


# --- The experts' balances ------------------------------------------------------------------------------------


def _arrived(movement: StripeMovement) -> Match | None:
    return _step(_withdrawal_of(stripe_transfer=movement.about.get("source_transfer")), "transfer")


def _taken_back(movement: StripeMovement) -> Match | None:
    return _step(_withdrawal_of(stripe_reversal=movement.about.get("source_transfer_reversal")), "reversed")


def _to_the_bank(movement: StripeMovement) -> Match | None:
    return _step(_withdrawal_of(stripe_payout=movement.source), "paid")


def _from_the_bank(movement: StripeMovement) -> Match | None:
    return _step(_withdrawal_of(stripe_payout=movement.source), "returned")


CONNECTED: dict[str, Rule] = {
    "payment": _arrived,
    "payment_refund": _taken_back,
    "payout": _to_the_bank,
    "payout_failure": _from_the_bank,
    "payout_cancel": _from_the_bank,
}
