"""Staff decide on the evidence; and what happens by itself when somebody does not act in time."""

import logging
from collections import Counter
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from payouts import clock
from payouts.claims import mails
from payouts.claims.claiming import is_overdue
from payouts.claims.errors import NotNow, TooLate
from payouts.claims.models import Claim, GiveBack, Vote
from payouts.claims.rows import close, give_back, locked_claim, settle_hold
from payouts.earnings import services as earnings
from payouts.money import BadAmount, Money
from payouts.office import services as office

log = logging.getLogger(__name__)


def decide(*, claim_id: int, staff: AbstractBaseUser, refund: Money, reason: str, now: datetime) -> Claim:
    """Give back all, a part or nothing (zero) of what is left, for a written reason that both will read.

    Above CLAIM_TWO_STAFF_MINOR it is a vote until another of the staff says the same sum; the claim answered is closed or
    not accordingly. Raises Claim.DoesNotExist, office's PartyToIt, NotNow, TooLate, BadAmount.
    """
    with transaction.atomic():
        claim = locked_claim(claim_id)
        _check(claim, staff, refund, now)
        said = {"refund_minor": refund.minor, "reason": reason, "voted_at": now}
        Vote.objects.update_or_create(claim=claim, staff_id=staff.pk, defaults=said)
        reference = claim.reference
        office.record(staff=staff, act="claim.decide", reference=reference, reason=f"{refund}: {reason}", now=now)
        if needs_two(claim) and not _another_agrees(claim, staff, refund):
            return claim
        if refund:
            give_back(claim, refund, cause=GiveBack.Cause.STAFF, key=f"{reference}:staff", now=now)
        close(claim, Claim.Outcome.DECIDED, now=now, verdict=reason)
        mails.tell_both(claim, "decided", now=now, refund=refund)
    return claim


def needs_two(claim: Claim) -> bool:
    """By what is contested, not by what is given back: refusing a large claim wants a second pair of eyes too."""
    return claim.charge.price.minor > settings.CLAIM_TWO_STAFF_MINOR


def meet_deadlines(*, now: datetime) -> int:
    """Silent expert: everything goes back. Late staff: the commission goes to the payer, the earning waits no longer; of
    what is only held the payer is charged the expert's part.

    Each in its own transaction: one that fails holds up no other, and running twice at once acts once.
    """
    overdue = Claim.objects.filter(deadline_at__lte=clock.on_calendar(now)).order_by("deadline_at")
    met = 0
    for claim_id in list(overdue.values_list("pk", flat=True)[:200]):
        try:
            met += _meet(claim_id, now)
        except Exception:
            log.exception("Claim's deadline not met", extra={"claim": claim_id})
    return met


@transaction.atomic
def _meet(claim_id: int, now: datetime) -> bool:
    claim = locked_claim(claim_id)
    if not is_overdue(claim, now):
        return False
    if claim.state == Claim.State.ASKED:
        left = claim.charge.price
        if left:
            give_back(claim, left, cause=GiveBack.Cause.SILENCE, key=f"claim:{claim.pk}:silence", now=now)
        close(claim, Claim.Outcome.SILENCE, now=now)
        mails.tell_both(claim, "silence", now=now, refund=left)
    elif agreed := _agreed(claim):
        if agreed.refund:
            give_back(claim, agreed.refund, cause=GiveBack.Cause.STAFF, key=f"{claim.reference}:staff", now=now)
        close(claim, Claim.Outcome.DECIDED, now=now, verdict=agreed.reason)
        mails.tell_both(claim, "decided", now=now, refund=agreed.refund)
    else:
        waived = _waive_commission(claim, now)
        close(claim, Claim.Outcome.LATE, now=now)
        mails.tell_both(claim, "late", now=now, refund=waived)
    return True


def _waive_commission(claim: Claim, now: datetime) -> Money:
    if claim.earning:
        key = f"claim:{claim.pk}:late"
        return earnings.waive_commission(reference=claim.earning.reference, key=key, now=now)
    commission = claim.charge.price - claim.charge.amount
    settle_hold(claim, commission, now=now, commission_percent=0)
    return commission


def _check(claim: Claim, staff: AbstractBaseUser, refund: Money, now: datetime) -> None:
    if not getattr(staff, "is_staff", False):
        raise Claim.DoesNotExist
    office.check_no_party(staff=staff, parties=claim.parties)
    if claim.state != Claim.State.ANSWERED:
        raise NotNow
    if is_overdue(claim, now):
        raise TooLate
    if not 0 <= refund.minor <= claim.charge.price.minor or refund.currency != claim.charge.currency:
        raise BadAmount(f"{refund.minor} {refund.currency} is not within what is left")


def _agreed(claim: Claim) -> Vote | None:
    """Two who want the same by now, or one where so little is left that one is enough: what the expert gave back meanwhile was
    taken off each."""
    votes = list(_votes(claim))
    enough = 2 if needs_two(claim) or len(votes) > 1 else 1
    sums = Counter(vote.refund.minor for vote in votes)
    return next((vote for vote in votes if sums[vote.refund.minor] >= enough), None)


def _another_agrees(claim: Claim, staff: AbstractBaseUser, refund: Money) -> bool:
    return any(vote.refund == refund for vote in _votes(claim).exclude(staff_id=staff.pk))


def _votes(claim: Claim) -> QuerySet[Vote]:
    """Those that count."""
    return claim.votes.filter(staff__is_staff=True, staff__is_active=True).exclude(staff_id__in=claim.parties)
