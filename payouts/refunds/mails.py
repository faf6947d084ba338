"""The member hears where unused credit is that goes back to a card: `emails/card_refund`, once for each step."""

from datetime import datetime
from typing import Literal

from payouts.mail import services as mail
from payouts.money import Money
from payouts.refunds.models import Refund

# Who wanted it: the member, the closing of their account, staff who heard of a stolen card, or of fraud.
Cause = Literal["asked", "closing", "stolen", "fraud"]


def tell_requested(refunds: list[Refund], *, cause: Cause, now: datetime) -> None:
    """One mail for what one press asked for, however many cards it goes back to."""
    amount = sum((refund.amount for refund in refunds), Money(0, refunds[0].currency))
    _tell(refunds[0], "requested", {"amount": amount, "cause": cause}, now)


def tell(refund: Refund, event: str, *, now: datetime) -> None:
    """`event`: paid, failed, called_off, refused, settled. Inside the transaction of the cause."""
    top_up = refund.lot.top_up
    facts: dict[str, mail.Fact] = {"amount": refund.amount, "taken": refund.taken, "origin": refund.origin}
    if top_up:
        facts |= {"paid": top_up.amount, "paid_at": top_up.paid_at or top_up.made_at}
    _tell(refund, event, facts, now)


def _tell(refund: Refund, event: str, facts: dict[str, mail.Fact], now: datetime) -> None:
    facts = {**facts, "event": event}
    key = f"{refund.reference}:{event}:mail"
    mail.enqueue(member=refund.member, template="card_refund", facts=facts, key=key, now=now)
