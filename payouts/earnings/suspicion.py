"""Earnings that staff look at before they are released: the rules are payouts.safety's, the waiting is ours."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.earnings import waiting
from payouts.earnings.models import Earning
from payouts.office import services as office
from payouts.safety import services as safety
from payouts.safety.models import Review

REASON = "review"
Verdict = Review.Verdict


class NotForThem(Exception):
    """One of the two cannot decide about themself."""


def hold_if_suspicious(
    *, earning: Earning, payer: AbstractBaseUser, expert: AbstractBaseUser, now: datetime
) -> Review | None:
    """To be called in the transaction of the capture, before its entry is posted."""
    found = safety.suspicions(payer=payer, expert=expert, price_minor=earning.price_minor, now=now)
    if found is None:
        return None
    return _hold(earning, found.codes, now)


def hold_part(*, part: Earning, now: datetime) -> Review | None:
    """Of a purchase that staff look at, or found to be fraud: what is earned of it later waits as well."""
    whole = Review.objects.filter(reference=part.spent_reference).exclude(verdict=Verdict.FINE).first()
    return _hold(part, whole.reasons, now) if whole else None


def _hold(earning: Earning, codes: list[str], now: datetime) -> Review:
    waiting.wait(reference=earning.reference, reason=REASON, now=now)
    office.open_task(
        kind="review",
        key=f"{earning.reference}:review",
        reference=earning.reference,
        text=f"Before this earning is released: {', '.join(codes)}.",
        now=now,
    )
    return Review.objects.create(
        reference=earning.reference,
        expert_id=earning.expert_id,
        payer_id=earning.payer_id,
        reasons=codes,
        opened_at=now,
    )


@transaction.atomic
def decide(*, review_id: int, staff: AbstractBaseUser, verdict: str, note: str, now: datetime) -> None:
    """Fine: the earning is released on its date. Fraud: it stays, and nothing more leaves for the expert's bank.

    Of two who decide the first one counts. Raises NotForThem, ValueError for a verdict or an empty note.
    """
    if verdict not in (Verdict.FINE, Verdict.FRAUD) or not note.strip():
        raise ValueError("a verdict needs its reason")
    review = Review.objects.select_for_update(no_key=True).select_related("expert").get(pk=review_id)
    if staff.pk in (review.expert_id, review.payer_id):
        raise NotForThem
    if review.verdict != Verdict.OPEN:
        return
    review.verdict, review.decided_at, review.note = verdict, now, note
    review.decided_by_id = staff.pk
    review.save()
    office.record(staff=staff, act=f"review.{verdict}", reference=review.reference, reason=note, now=now)
    office.settle_task(key=f"{review.reference}:review", staff=staff, note=note, now=now)
    if verdict == Verdict.FINE:
        waiting.let_go(reference=review.reference, reason=REASON)
    else:
        safety.freeze(member=review.expert, reason="review", key=f"{review.reference}:fraud", now=now)
