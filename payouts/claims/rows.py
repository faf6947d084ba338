"""Rows of a claim under the lock of its earning: whatever happens to a charge and its claim happens in turn.

The lock of the earning comes first, as in a release and in a give-back; the claim needs none of its own.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from payouts.claims.models import Claim, GiveBack
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.money import BadAmount, Money

WAITS_FOR = "claim"


def locked_earning(reference: str, **people: AbstractBaseUser) -> Earning:
    """Raises Earning.DoesNotExist where `people` (payer, expert) are others."""
    rows = Earning.objects.filter(reference=reference, **people)
    return rows.select_for_update(no_key=True).get()


def locked_claim(claim_id: int, among: QuerySet[Claim] | None = None) -> Claim:
    """Raises Claim.DoesNotExist where it is not `among` those that the person may touch."""
    found = (Claim.objects.all() if among is None else among).get(pk=claim_id)
    earning = Earning.objects.select_for_update(no_key=True).get(pk=found.earning_id)
    claim = Claim.objects.get(pk=claim_id)
    claim.earning = earning
    return claim


def close(claim: Claim, outcome: Claim.Outcome, *, now: datetime, verdict: str = "") -> None:
    """The earning waits for it no longer."""
    claim.state, claim.outcome, claim.verdict = Claim.State.CLOSED, outcome, verdict
    claim.deadline_at, claim.closed_at = None, now
    claim.save()
    earnings.let_go(reference=claim.earning.reference, reason=WAITS_FOR)


def make_refund(
    earning: Earning,
    amount: Money,
    *,
    cause: GiveBack.Cause,
    key: str,
    now: datetime,
    claim: Claim | None = None,
    line: str = "",
    note: str = "",
) -> GiveBack:
    """The row, and the money. `earning` is locked, and up to date afterwards. Raises BadAmount above what is left."""
    if not 0 < amount.minor <= earning.price.minor or amount.currency != earning.currency:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be given back of {earning.reference}")
    refund = GiveBack.objects.create(
        earning=earning,
        claim=claim,
        cause=cause,
        key=key,
        amount_minor=amount.minor,
        currency=amount.currency,
        line=line,
        note=note,
        made_at=now,
    )
    earnings.give_back(
        reference=earning.reference,
        amount=amount,
        key=f"give_back:{refund.pk}",
        now=now,
        even_if_released=cause == GiveBack.Cause.EXPERT,
    )
    earning.refresh_from_db()
    return refund
