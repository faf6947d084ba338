"""What the two people of a charge do: contest it, answer, give back, take the claim back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from payouts import clock
from payouts.claims import mails
from payouts.claims.errors import AlreadyContested, NothingLeft, NotNow, TooLate
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.claims.rows import (
    WAITS_FOR,
    close,
    locked_claim,
    locked_earning,
    locked_held,
    make_refund,
    settle_hold,
)
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount, Money

Evidence = Sequence[Mapping[str, Any]]


def open_claim(*, payer: AbstractBaseUser, reference: str, reason: str, evidence: Evidence, now: datetime) -> Claim:
    """The payer contests a charge, until its release date; its earning waits from now on.

    `evidence`: what the receipt says, told by the upper app and frozen here (see Claim.evidence).
    Raises Earning.DoesNotExist where it is not this payer's, TooLate, AlreadyContested, NothingLeft.
    """
    with transaction.atomic():
        earning = locked_earning(reference, payer=payer)
        today = clock.on_calendar(now)
        if Claim.objects.filter(earning=earning).exists():
            raise AlreadyContested
        if not is_contestable(earning, today):
            raise TooLate
        if not earning.price:
            raise NothingLeft
        claim = _open(reason, evidence, now, earning=earning)
        earnings.wait(reference=reference, reason=WAITS_FOR, now=now)
        mails.tell_both(claim, "opened", now=now)
    return claim


def contest_held(
    *,
    payer: AbstractBaseUser,
    expert: AbstractBaseUser,
    reference: str,
    price: Money,
    commission_percent: int,
    group: str,
    label: str,
    link: str,
    reason: str,
    evidence: Evidence,
    now: datetime,
) -> Claim:
    """The payer contests what is held for `reference` and not captured: it stays held until the claim is settled, which
    captures what is left on these terms. To be called once, by whoever guards the hold. HOLD_SETTLED tells them the end.
    """
    with transaction.atomic():
        held = HeldCharge.objects.create(
            reference=reference,
            payer_id=payer.pk,
            expert_id=expert.pk,
            group=group,
            label=label,
            link=link,
            currency=price.currency,
            price_minor=price.minor,
            commission_percent=commission_percent,
        )
        claim = _open(reason, evidence, now, held=held)
        mails.tell_both(claim, "opened", now=now)
    return claim


def _open(reason: str, evidence: Evidence, now: datetime, **about: Earning | HeldCharge) -> Claim:
    deadline_at = clock.on_calendar(now) + timedelta(days=settings.CLAIM_ANSWER_DAYS)
    return Claim.objects.create(
        reason=reason, evidence=list(evidence), claimed_at=now, deadline_at=deadline_at, **about
    )


def is_contestable(earning: Earning, today: datetime) -> bool:
    """As far as its date goes."""
    return earning.released_at is None and today < earning.release_at


def of_expert(expert: AbstractBaseUser) -> Q:
    return Q(earning__expert_id=expert.pk) | Q(held__expert_id=expert.pk)


def of_payer(payer: AbstractBaseUser) -> Q:
    return Q(earning__payer_id=payer.pk) | Q(held__payer_id=payer.pk)


def answer(*, claim_id: int, expert: AbstractBaseUser, text: str, now: datetime) -> Claim:
    """The expert says why nothing (more) is due; now staff decide. Raises Claim.DoesNotExist, NotNow, TooLate."""
    with transaction.atomic():
        claim = locked_claim(claim_id, Claim.objects.filter(of_expert(expert)))
        if claim.state != Claim.State.ASKED:
            raise NotNow
        if is_overdue(claim, now):
            raise TooLate
        _answered(claim, text, now)
        mails.tell_both(claim, "answered", now=now)
    return claim


def take_back(*, claim_id: int, payer: AbstractBaseUser, now: datetime) -> Claim:
    """The payer is content: what is still held is captured. Raises Claim.DoesNotExist, NotNow once it is closed."""
    with transaction.atomic():
        claim = locked_claim(claim_id, Claim.objects.filter(of_payer(payer)))
        if not claim.is_open:
            raise NotNow
        close(claim, Claim.Outcome.TAKEN_BACK, now=now)
        mails.tell_both(claim, "taken_back", now=now)
    return claim


def refund(
    *,
    expert: AbstractBaseUser,
    reference: str,
    amount: Money,
    key: str,
    now: datetime,
    line: str = "",
    note: str = "",
) -> Money:
    """The expert gives back a charge or a part of it, by their own choice, claim or not, once per `key` (the form's token).

    All of it closes a claim; a part of it answers one, and staff decide about the rest. Of what is only held, that part is
    freed and the rest captured. After the release it is taken from what is available, the rest becomes a debt. Answers what
    was given back. Raises Earning.DoesNotExist, BadAmount, KeyReused.
    """
    own_key = _form_key(expert, key)
    with transaction.atomic():
        held = locked_held(reference, expert=expert)
        if held and (held.settled_at is None or held.freed_key == own_key):
            return _free(held, amount, own_key, note, now)
        earning = locked_earning(reference, expert=expert)
        if made := GiveBack.objects.filter(key=own_key).first():
            if (made.earning_id, made.amount) != (earning.pk, amount):
                raise KeyReused(own_key)
            return made.amount
        claim = Claim.objects.filter(earning=earning).exclude(state=Claim.State.CLOSED).first()
        made = make_refund(
            earning, amount, cause=GiveBack.Cause.EXPERT, key=own_key, now=now, claim=claim, line=line, note=note
        )
        if claim:
            claim.earning = earning
            _settle(claim, amount, note, now)
        mails.tell_refund(made, now=now)
    return amount


def given_back(*, expert: AbstractBaseUser, token: str) -> Money | None:
    """What a form of the expert's gave back when it came the first time; None: it has not come yet."""
    key = _form_key(expert, token.replace("\0", ""))
    if made := GiveBack.objects.filter(key=key).first():
        return made.amount
    freed = HeldCharge.objects.filter(expert_id=expert.pk, freed_key=key).first()
    return freed.freed if freed else None


def _form_key(expert: AbstractBaseUser, token: str) -> str:
    return f"expert:{expert.pk}:{token}"


def _free(held: HeldCharge, amount: Money, key: str, note: str, now: datetime) -> Money:
    if held.settled_at:
        if held.freed != amount:
            raise KeyReused(key)
        return amount
    if amount.minor <= 0:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be freed of {held.reference}")
    claim = Claim.objects.get(held=held)
    claim.held = held
    settle_hold(claim, amount, now=now, key=key, note=note)
    if claim.earning:
        earnings.wait(reference=held.reference, reason=WAITS_FOR, now=now)
    _settle(claim, amount, note, now)
    mails.tell_freed(held, now=now)
    return amount


def is_overdue(claim: Claim, now: datetime) -> bool:
    """The deadline acts, be it a little later: nobody acts in its place any more."""
    return claim.deadline_at is not None and claim.deadline_at <= clock.on_calendar(now)


def _settle(claim: Claim, given_back: Money, note: str, now: datetime) -> None:
    """So much less is left of what staff have voted for; what they said then is in the audit trail. A vote is not undone: else
    a cent given back before the deadline would make staff late."""
    claim.votes.update(refund_minor=Greatest(F("refund_minor") - given_back.minor, 0))
    if not claim.charge.price:
        close(claim, Claim.Outcome.REFUNDED, now=now)
    elif claim.state == Claim.State.ASKED and not is_overdue(claim, now):
        _answered(claim, note, now)


def _answered(claim: Claim, text: str, now: datetime) -> None:
    claim.state, claim.answer, claim.answered_at = Claim.State.ANSWERED, text, now
    claim.deadline_at = clock.on_calendar(now) + timedelta(days=settings.CLAIM_DECIDE_DAYS)
    claim.save(update_fields=["state", "answer", "answered_at", "deadline_at"])
