"""After the call: the payer contests a charge, sends a tip or reviews the expert, the expert gives back. Told to payouts, and to
reviews, in their own words."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from calls.metering import stored
from calls.metering.billing import PerMinute
from calls.metering.evidence import evidence, tip_evidence
from calls.metering.models import PaidPeriod
from calls.metering.settlement import reference
from calls.metering.terms import terms_of
from calls.metering.texts import duration
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.reviews import services as reviews
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.wallet import services as wallet


class NothingPaid(LookupError):
    """The member paid nothing in this call."""


class TooLittleBilled(LookupError):
    """For a review: fewer than REVIEW_BILLED_S seconds of these two were billed and not wholly refunded."""


def contest(*, period: PaidPeriod, payer: User, reason: str, now: datetime) -> None:
    """With the receipt's evidence attached. Raises claims.ClaimRefused."""
    claims.open_claim(payer=payer, reference=reference(period), reason=reason, evidence=evidence(period), now=now)


def contest_tip(*, call: Call, tip: claims.Charge, payer: User, reason: str, now: datetime) -> None:
    """A claim of its own, with what the receipt says of the tip and of what was paid beside it. Raises as `contest`."""
    bought = payer_paid(call, payer)
    told = tip_evidence(tip, evidence(bought) if isinstance(bought, PaidPeriod) else orders.evidence_of(bought))
    claims.open_claim(payer=payer, reference=tip.earning.reference, reason=reason, evidence=told, now=now)


@transaction.atomic
def give_back(
    *, expert: User, reference: str, amount: Money, key: str, now: datetime, line: str = "", note: str = ""
) -> Money:
    """The expert gives back of one of the receipt's lines; of stored time so much less can be used from now on.

    Raises as claims.refund.
    """
    kind, _, number = reference.partition(":")
    if kind == "stored":
        stored.lock(int(number))  # before its earning
    made = claims.refund(expert=expert, reference=reference, amount=amount, key=key, now=now, line=line, note=note)
    if kind == "stored":
        stored.lock(int(number))
    return made


def payer_paid(call: Call, member: User) -> PaidPeriod | WorkOrder | None:
    """A period of this call that cost this member something, or a work that was ordered in it: who paid can tip."""
    period = call.periods.filter(payer=member, state=PaidPeriod.State.ENDED, amount_minor__gt=0).first()
    return period or orders.paid_in(call=call, payer=member)


def tip(*, call: Call, payer: User, amount: Money, key: str, now: datetime) -> None:
    """To the expert whom `payer` paid in this call. Raises NothingPaid, BadAmount, earnings.TipLimit, KeyReused,
    wallet's InsufficientCredit and AboveMonthlyLimit."""
    bought = payer_paid(call, payer)
    if bought is None:
        raise NothingPaid
    earnings.tip(
        payer=payer,
        expert=bought.expert,
        amount=amount,
        about=about(call),
        key=key,
        group=f"listing:{bought.listing}",
        label=f"{bought.label} (tip)",
        link=f"/calls/{call.pk}/",
        now=now,
    )


def about(call: Call) -> str:
    """What tips for this call are counted by."""
    return f"call:{call.pk}"


@dataclass(frozen=True, slots=True)
class Tipping:
    """What the receipt offers to who paid: sums to choose, of what may still be tipped and is there."""

    left: Money
    credit: Money


def tipping(*, call: Call, payer: User) -> Tipping | None:
    """None for who paid nothing in it, and when no more may be tipped."""
    left = earnings.left_to_tip(payer=payer, about=about(call))
    if left.minor < settings.TIP_MINOR_MIN or payer_paid(call, payer) is None:
        return None
    return Tipping(left=left, credit=wallet.credit(member=payer))


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What a receipt offers to who paid. `review`: theirs of this expert, removed or not."""

    review: reviews.Review | None
    billed_ms: int

    @property
    def may_write(self) -> bool:
        """What was written stays theirs to change, whatever is refunded later; but not what was removed."""
        if self.review:
            return self.review.removed_at is None
        return self.billed_ms >= settings.REVIEW_BILLED_S * 1_000


def reviewing(*, payer: User, expert: User) -> Reviewing:
    return Reviewing(reviews.of_pair(writer=payer, expert=expert), _billed_ms(payer, expert))


def review(*, payer: User, expert: User, stars: int, text: str, seen: int, now: datetime) -> None:
    """Raises TooLittleBilled, and as reviews.write."""
    asked = reviewing(payer=payer, expert=expert)
    if asked.review is None and not asked.may_write:
        raise TooLittleBilled
    reviews.write(writer=payer, expert=expert, stars=stars, text=text, seen=seen, now=now)


def _billed_ms(payer: User, expert: User) -> int:
    """In all calls of these two together, as their receipts say it: the time billed, or used of an act, of each period of which
    something is still paid. A work has no second of it; a period within the free time was never paid."""
    ended = PaidPeriod.objects.filter(payer=payer.pk, expert=expert.pk, state=PaidPeriod.State.ENDED, billable_ms__gt=0)
    times = {reference(period): period.billable_ms for period in ended.only("pk", "billable_ms")}
    paid = earnings.of_references(references=times)
    return sum(ms for name, ms in times.items() if name in paid and paid[name].price)


def worth_of(period: PaidPeriod, ms: int) -> Money | None:
    """What `ms` of a period per minute cost, rounded up: in the payer's favour. None for an act, which has one price."""
    terms = terms_of(period)
    if not isinstance(terms, PerMinute):
        return None
    return Money(-(-terms.rate_minor * ms // 60_000), period.currency)


def time_line(ms: int) -> str:
    """How a refund of time names its line."""
    return duration(ms)
