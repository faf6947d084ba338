"""What a dispute does to everyone, worked out anew from how it stands at Stripe each time that something is heard of it.

So events may come doubled, late and in any order. Lock order: the dispute's row, the earnings that wait, refunds of the lot, the
lot, accounts.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from payouts.disputes import books, mails
from payouts.disputes.evidence import NotAnswerable, accept, gathered, send_evidence
from payouts.disputes.models import Dispute
from payouts.disputes.participation import NoReason, NothingFound, find_participation, took_part
from payouts.disputes.parts import earnings_of, paid_with, parties
from payouts.earnings import services as earnings
from payouts.earnings.models import EarningWait
from payouts.in_english import in_english
from payouts.money import Money
from payouts.office import services as office
from payouts.refunds import services as refunds
from payouts.stripe.answers import BankDispute
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, LotUse

__all__ = [
    "NoReason",
    "NotAnswerable",
    "NothingFound",
    "UnknownDispute",
    "accept",
    "find_participation",
    "for_staff",
    "gathered",
    "has_open",
    "is_known",
    "lift_block",
    "looks",
    "observe",
    "paid_with",
    "parties",
    "send_evidence",
    "take_what_was_freed",
    "took_part",
    "warn",
]
log = logging.getLogger(__name__)


class UnknownDispute(LookupError):
    """Not of one of our top-ups, or the top-up is not credited yet."""


@transaction.atomic
def observe(*, found: BankDispute, now: datetime) -> Dispute:
    """Raises UnknownDispute."""
    dispute = _locked(found, now)
    if (dispute.status, dispute.due_by) != (found.status, found.due_by):
        books.update(dispute, status=found.status, due_by=found.due_by)
    for movement in found.movements:
        books.post_movement(dispute, movement, now)
    _apply(dispute, now)
    _tell_staff(dispute, now)
    return dispute


def _locked(found: BankDispute, now: datetime) -> Dispute:
    lot = CreditLot.objects.filter(top_up_id=found.top_up_id or None).first()
    if lot is None:
        raise UnknownDispute(found.id)
    defaults = {
        "lot": lot,
        "member_id": lot.member_id,
        "stripe_charge": found.charge,
        "status": found.status,
        "reason": found.reason,
        "amount_minor": found.amount.minor,
        "currency": found.amount.currency,
        "due_by": found.due_by,
        "opened_at": now,
    }
    Dispute.objects.get_or_create(stripe_dispute=found.id, defaults=defaults)
    return Dispute.objects.select_for_update(no_key=True).get(stripe_dispute=found.id)


def _apply(dispute: Dispute, now: datetime) -> None:
    if dispute.status in Dispute.INQUIRIES:
        return
    is_against = dispute.is_open or dispute.is_lost
    if is_against:
        is_news = wallet.block_payments(member=dispute.member, reason=dispute.reference, now=now)
    else:
        is_news = wallet.unblock_payments(reason=dispute.reference, now=now)
    _let_earnings_wait(dispute, now)
    refunds.lock_all(lot=dispute.lot)
    if books.mark_lot(dispute):
        refunds.call_off_refused(lot_id=dispute.lot_id, now=now)
    if is_against:
        books.take_unspent(dispute, now)
        back = Money(0, dispute.currency)
    else:
        back = books.return_taken(dispute, now)
    books.settle_loss(dispute, now)
    books.mark_lot(dispute)
    if dispute.is_lost:
        mails.tell_member(dispute, "lost", now=now, taken=Money(dispute.taken_minor, dispute.currency))
    elif dispute.is_open and is_news:
        mails.tell_member(dispute, "opened", now=now, taken=Money(dispute.taken_minor, dispute.currency))
    elif is_news or back:
        mails.tell_member(dispute, "won", now=now, taken=back)


def _let_earnings_wait(dispute: Dispute, now: datetime) -> None:
    """While it is open nothing that was paid from the disputed top-up is released."""
    if not dispute.is_open:
        waiting = EarningWait.objects.filter(reason=dispute.reference).select_related("earning__expert")
        ended = {wait: wait.earning for wait in waiting.order_by("earning_id")}
        mails.tell_experts(ended, "released", now=now)
        for earning in ended.values():
            earnings.let_go(reference=earning.reference, reason=dispute.reference)
        return
    begun = {}
    for earning in earnings_of(dispute).filter(released_at=None).select_related("expert"):
        try:
            wait = earnings.wait(reference=earning.reference, reason=dispute.reference, now=now)
        except earnings.AlreadyReleased:
            log.info("Released just before its top-up was disputed", extra={"earning": earning.pk})
        else:
            if wait:
                begun[wait] = earning
    mails.tell_experts(begun, "waits", now=now)


def take_what_was_freed(*, now: datetime) -> int:
    """What was held when a dispute came is taken once it is freed; what was captured since waits. Always 0: no work is left."""
    live = Dispute.objects.exclude(status__in=[*Dispute.INQUIRIES, "won"])
    due = set(live.filter(lot__remaining_minor__gt=0).values_list("pk", flat=True))
    due |= set(live.filter(status__in=Dispute.OPEN).values_list("pk", flat=True))
    for dispute_id in sorted(due):
        try:
            with transaction.atomic():
                _apply(Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id), now)
        except Exception:
            log.exception("Dispute not looked at", extra={"dispute": dispute_id})
    return 0


def is_known(*, stripe_dispute: str) -> bool:
    return Dispute.objects.filter(stripe_dispute=stripe_dispute).exists()


def for_staff(*, is_closed: bool = False) -> QuerySet[Dispute]:
    """Those that a bank has not decided yet, or the others; of inquiries those that are not closed."""
    closed = Q(status__in=["won", "lost", "prevented", "warning_closed"])
    found = Dispute.objects.select_related("member", "lot__top_up")
    return found.filter(closed) if is_closed else found.exclude(closed)


def has_open(*, member: AbstractBaseUser) -> bool:
    """Whether a bank has yet to decide about a payment of the member, or asks about one."""
    return for_staff().filter(member_id=member.pk).exists()


def looks(*, references: Iterable[str]) -> dict[str, list[datetime]]:
    """When staff looked at the dispute of a payment that these charges were paid with, by the charge's reference."""
    wanted = list(references)
    if not wanted:
        return {}
    uses = LotUse.objects.filter(reference__in=wanted, lot__disputes__isnull=False)
    of_charge = sorted(set(uses.values_list("reference", "lot__disputes")))
    looked = office.looks(references={f"dispute:{dispute_id}" for _charge, dispute_id in of_charge})
    found: dict[str, list[datetime]] = {}
    for charge, dispute_id in of_charge:
        found.setdefault(charge, []).extend(looked.get(f"dispute:{dispute_id}", []))
    return found


@transaction.atomic
def lift_block(*, dispute_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> None:
    """The member may pay again although the dispute was lost.

    Raises NoReason, NotAnswerable while it is open or nothing is blocked, office's PartyToIt.
    """
    if not reason.strip():
        raise NoReason
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    office.check_no_party(staff=staff, parties=parties(dispute))
    if dispute.is_open or not wallet.unblock_payments(reason=dispute.reference, now=now):
        raise NotAnswerable(dispute.status)
    mails.tell_member(dispute, "unblocked", now=now, taken=Money(dispute.taken_minor, dispute.currency))
    office.record(staff=staff, act="dispute.lift_block", reference=dispute.reference, reason=reason, now=now)


@in_english
def _tell_staff(dispute: Dispute, now: datetime) -> None:
    if not dispute.is_answerable:
        return
    if dispute.status in Dispute.INQUIRIES:
        text = _("The bank of {member} asks about {amount} ({reason}).")
    else:
        text = _("The bank of {member} took back {amount} ({reason}).")
    text = text.format(member=dispute.member, amount=dispute.amount, reason=dispute.reason)
    if dispute.due_by:
        text += " " + _("Evidence can be sent until {day}.").format(day=date_format(dispute.due_by, "j M Y"))
    key = f"{dispute.reference}:{dispute.status}"
    office.open_task(kind="dispute", key=key, reference=dispute.reference, text=text, now=now, parties=parties(dispute))


@in_english
def warn(*, warning: str, fraud_type: str, top_up_id: int, now: datetime) -> None:
    """A bank believes that the card of a top-up was stolen, and has not disputed it yet: staff may refund it in time."""
    text = _("A bank believes that the card of top-up {number} was stolen ({why}). Look at it, and refund in time.")
    text = text.format(number=top_up_id, why=fraud_type)
    with transaction.atomic():
        office.open_task(
            kind="fraud_warning",
            key=f"warning:{warning}",
            reference=f"topup:{top_up_id}",
            text=text,
            now=now,
            parties=CreditLot.objects.filter(top_up_id=top_up_id).values_list("member_id", flat=True),
        )
