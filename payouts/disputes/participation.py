"""An expert never pays for a chargeback, unless staff find in writing that they took part (PRODUCT.md, section 3)."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.disputes import books
from payouts.disputes.models import Dispute, Participation
from payouts.disputes.parts import earnings_of, paid_with, parties
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.money import Money
from payouts.office import services as office
from payouts.outbox import services as outbox
from payouts.safety import services as safety
from payouts.safety.models import Freeze, Review


class NoReason(Exception):
    """Staff say why, in writing. Nothing moved."""


class NothingFound(Exception):
    """The expert earned nothing from the disputed top-up, or the dispute moved no money. Nothing moved."""


@transaction.atomic
def find_participation(
    *, dispute_id: int, expert: AbstractBaseUser, staff: AbstractBaseUser, reason: str, now: datetime
) -> Participation:
    """What the expert earned from the disputed top-up is taken back, pending or available; what is gone is a debt. Their
    withdrawals are frozen, and transfers of theirs that still can be are reversed. Once.

    Raises NoReason, NothingFound, office's PartyToIt.
    """
    if not reason.strip():
        raise NoReason
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    office.check_no_party(staff=staff, parties=[*parties(dispute), expert.pk])
    known = Participation.objects.filter(dispute=dispute, expert_id=expert.pk).first()
    if known:
        return known
    list(earnings_of(dispute).filter(expert_id=expert.pk).select_for_update(no_key=True))  # all, before any account
    parts = [(earning, part) for earning, part in paid_with(dispute) if earning.expert_id == expert.pk]
    if not parts or dispute.moved_minor <= 0:
        raise NothingFound
    found = Participation.objects.create(
        dispute=dispute, expert_id=expert.pk, found_by_id=staff.pk, reason=reason, found_at=now
    )
    office.record(staff=staff, act="dispute.participation", reference=dispute.reference, reason=reason, now=now)
    safety.freeze(member=expert, reason=Freeze.Reason.REVIEW, key=f"{dispute.reference}:freeze:{expert.pk}", now=now)
    payload = {"expert": expert.pk, "dispute": dispute.pk}
    outbox.enqueue(action="stripe.recall", key=f"{dispute.reference}:recall:{expert.pk}", payload=payload, now=now)
    left = dispute.moved_minor - dispute.taken_minor - dispute.recovered_minor
    for earning, part in parts:
        minor = min(part.minor, left)
        if minor > 0:
            _take_back(dispute, earning, Money(minor, dispute.currency), now)
            left -= minor
    books.settle_loss(dispute, now)
    return found


def _take_back(dispute: Dispute, earning: Earning, amount: Money, now: datetime) -> None:
    key = f"{dispute.reference}:from:{earning.pk}"
    into = accounts.dispute_receivable(dispute.pk)
    earnings.take_back(reference=earning.reference, amount=amount, into=into, key=key, now=now)
    books.update(dispute, recovered_minor=dispute.recovered_minor + amount.minor)


def took_part(*, expert_id: int, since: datetime) -> bool:
    """Whether that, or fraud in a review, was found after `since`: what was asked for later, staff have allowed again by
    lifting the freeze."""
    in_dispute = Participation.objects.filter(expert_id=expert_id, found_at__gte=since)
    in_review = Review.objects.filter(expert_id=expert_id, verdict=Review.Verdict.FRAUD, decided_at__gte=since)
    return in_dispute.exists() or in_review.exists()
