"""Both people hear of every step: `emails/claim_<event>` and `emails/refund`."""

from datetime import datetime

from payouts.claims.models import Claim, GiveBack
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
        "left": claim.earning.price,
        "refund": refund or Money(0, claim.earning.currency),
    }
    if claim.deadline_at:
        facts["deadline"] = claim.deadline_at
    _tell(claim.earning, f"claim_{event}", f"claim:{claim.pk}:{event}", facts, now)


def tell_refund(refund: GiveBack, *, now: datetime) -> None:
    facts: dict[str, Fact] = {"refund": refund.amount, "line": refund.line, "note": refund.note}
    _tell(refund.earning, "refund", f"give_back:{refund.pk}", facts, now)


def _tell(earning: Earning, template: str, key: str, facts: dict[str, Fact], now: datetime) -> None:
    facts |= {"label": earning.label, "link": earning.link, "release": earning.release_at}
    sides = (("payer", earning.payer, earning.expert), ("expert", earning.expert, earning.payer))
    for side, member, other in sides:
        told = facts | {"side": side, "other": other.get_full_name()}
        mail.enqueue(member=member, template=template, facts=told, key=f"{key}:{side}", now=now)
