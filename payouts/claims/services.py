"""The verbs of claims and refunds: claiming.py (the two people), deciding.py (staff, and deadlines). Below: what pages ask."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from payouts import clock
from payouts.claims.claiming import (
    answer,
    contest_held,
    given_back,
    is_contestable,
    of_expert,
    of_payer,
    open_claim,
    refund,
    take_back,
)
from payouts.claims.deciding import decide, meet_deadlines, needs_two
from payouts.claims.errors import AlreadyContested, ClaimRefused, NothingLeft, NotNow, TooLate
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.claims.rows import HOLD_SETTLED
from payouts.earnings.models import Earning

__all__ = [
    "HOLD_SETTLED",
    "AlreadyContested",
    "Charge",
    "Claim",
    "ClaimRefused",
    "HeldCharge",
    "NotNow",
    "NothingLeft",
    "TooLate",
    "answer",
    "charges",
    "contest_held",
    "decide",
    "for_staff",
    "given_back",
    "has_open",
    "holds",
    "meet_deadlines",
    "needs_two",
    "of_member",
    "open_claim",
    "refund",
    "take_back",
    "to_answer",
]


def has_open(*, member: AbstractBaseUser) -> bool:
    """Whether one waits that the member, as payer or expert, is a party of."""
    return Claim.objects.exclude(state=Claim.State.CLOSED).filter(of_payer(member) | of_expert(member)).exists()


@dataclass(slots=True)
class Charge:
    """What became of a charge after the call."""

    earning: Earning
    claim: Claim | None = None
    refunds: list[GiveBack] = field(default_factory=list)
    can_contest: bool = False


def charges(*, references: Iterable[str], now: datetime) -> dict[str, Charge]:
    """By reference, for a receipt. Where nothing was charged there is none."""
    today = clock.on_calendar(now)
    found = Earning.objects.filter(reference__in=references).select_related("claim").prefetch_related("refunds")
    result = {}
    for earning in found:
        claim = getattr(earning, "claim", None)
        if claim:
            claim.earning = earning
        result[earning.reference] = Charge(
            earning=earning,
            claim=claim,
            refunds=sorted(earning.refunds.all(), key=lambda refund: refund.pk),
            can_contest=claim is None and bool(earning.price) and is_contestable(earning, today),
        )
    return result


def holds(*, references: Iterable[str]) -> dict[str, HeldCharge]:
    """By reference: what was contested while it was only held, with its claim, whatever became of it."""
    found = HeldCharge.objects.filter(reference__in=references).select_related("claim__earning")
    return {held.reference: held for held in found}


def to_answer(*, expert: AbstractBaseUser) -> QuerySet[Claim]:
    """What waits for this expert, the most urgent first."""
    asked = Claim.objects.filter(of_expert(expert), state=Claim.State.ASKED, deadline_at__isnull=False)
    return asked.select_related("earning__payer", "held__payer").order_by("deadline_at")


def of_member(*, member: AbstractBaseUser) -> QuerySet[Claim]:
    """Claims by this payer or against this expert."""
    return Claim.objects.select_related("earning", "held").filter(of_payer(member) | of_expert(member))


def for_staff(*, state: str = "") -> QuerySet[Claim]:
    """Open ones by their deadline, then closed ones, the latest first."""
    found = Claim.objects.select_related(
        "earning__payer", "earning__expert", "held__payer", "held__expert"
    ).prefetch_related("votes__staff")
    if state:
        found = found.filter(state=state)
    return found.order_by("deadline_at", "-closed_at") if state != Claim.State.CLOSED else found.order_by("-closed_at")
