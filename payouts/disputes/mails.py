"""Who is touched by a dispute hears of it: the member whose bank it is, and experts whose earnings wait meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from payouts.disputes.models import Dispute
from payouts.earnings.models import Earning, EarningWait
from payouts.mail import services as mail
from payouts.money import Money

Waits = Mapping[EarningWait, Earning]


def tell_member(dispute: Dispute, event: str, *, now: datetime, taken: Money) -> None:
    """`event`: opened, lost, won, unblocked; each once a dispute. `taken`: of the unused credit, or back into it."""
    facts: dict[str, mail.Fact] = {"event": event, "amount": dispute.amount, "taken": taken}
    top_up = dispute.lot.top_up
    if top_up:
        facts["paid_at"] = top_up.paid_at or top_up.made_at
    key = f"{dispute.reference}:{event}:mail"
    mail.enqueue(member=dispute.member, template="dispute", facts=facts, key=key, now=now)


def tell_experts(waits: Waits, event: str, *, now: datetime) -> None:
    """`event`: waits, released. One mail for each expert, whatever number of earnings; nothing about what is gone."""
    of_expert: dict[int, list[tuple[EarningWait, Earning]]] = {}
    for wait, earning in waits.items():
        if earning.amount:
            of_expert.setdefault(earning.expert_id, []).append((wait, earning))
    for told in of_expert.values():
        wait, earning = told[0]
        total = sum((one.amount for _wait, one in told), Money(0, earning.currency))
        facts: dict[str, mail.Fact] = {
            "event": event,
            "amount": total,
            "count": len(told),
            "label": earning.label,
            "link": earning.link,
            "release": max(one.release_at for _wait, one in told),
        }
        key = f"wait:{wait.pk}:{event}:mail"
        mail.enqueue(member=earning.expert, template="earning_waits", facts=facts, key=key, now=now)
