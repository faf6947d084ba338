"""Both people hear of every step: `emails/claim_<event>` and `emails/refund`."""

from datetime import datetime

from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.earnings.models import Earning
from payouts.mail import services as mail
from payouts.mail.services import Fact
from payouts.money import Money


def tell_both(claim: Claim, event: str, *, now: datetime, refund: Money | None = None) -> None:
    """Inside the transaction of the cause."""
    facts: dict[str, Fact] = {
        "reason": claim.reason,
        "answer": claim.answer,
        "verdict": claim.verdict,
        "left": claim.charge.price,
        "refund": refund or Money(0, claim.charge.currency),
        "is_held": int(claim.is_held),
    }
    if claim.deadline_at:
        facts["deadline"] = claim.deadline_at
    _tell(claim.charge, f"claim_{event}", f"claim:{claim.pk}:{event}", facts, now)


def tell_refund(refund: GiveBack, *, now: datetime) -> None:
    facts: dict[str, Fact] = {"refund": refund.amount, "line": refund.line, "note": refund.note}
    _tell(refund.earning, "refund", f"give_back:{refund.pk}", facts, now)


def tell_freed(held: HeldCharge, *, now: datetime) -> None:
    facts: dict[str, Fact] = {"refund": held.freed, "line": "", "note": held.note}
    _tell(held, "refund", f"{held.reference}:freed", facts, now)


def _tell(charge: Earning | HeldCharge, template: str, key: str, facts: dict[str, Fact], now: datetime) -> None:
    facts |= {"label": charge.label, "link": charge.link}
    if isinstance(charge, Earning):
        facts["release"] = charge.release_at
    sides = (("payer", charge.payer, charge.expert), ("expert", charge.expert, charge.payer))
    for side, member, other in sides:
        told = facts | {"side": side, "other": other.get_full_name()}
        mail.enqueue(member=member, template=template, facts=told, key=f"{key}:{side}", now=now)
