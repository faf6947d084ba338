"""Refunding unused credit: asked by the member, then one step for each thing that Stripe did (see models.Refund).

Every step is posted under a key made from the refund, so answers and events may come doubled, late and in any order. A step
may post two or three entries in one transaction: the refund's own account is locked with its row, so only the member's
credit is waited for, once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from payouts.in_english import in_english
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.outbox import services as outbox
from payouts.refunds import dashboard, in_time, mails, rows
from payouts.refunds.by_hand import NoNote, NotRefused, settle
from payouts.refunds.dashboard import take_what_came_back
from payouts.refunds.in_time import NothingUnspent, unspent
from payouts.refunds.models import Refund
from payouts.refunds.rows import lock_all
from payouts.stripe.answers import CardRefund
from payouts.wallet import lots
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot

__all__ = [
    "NoNote",
    "NotBackYet",
    "NotEnough",
    "NotRefused",
    "NothingUnspent",
    "UnknownRefund",
    "call_off",
    "call_off_refused",
    "lock_all",
    "observe",
    "of_member",
    "refundable",
    "refuse",
    "request",
    "send_back_in_time",
    "settle",
    "take_what_came_back",
    "under_way",
    "unspent",
    "unused",
]
State, Origin = Refund.State, Refund.Origin
# A card that is gone stays gone: the next refund to it goes to staff at once.
FINAL_REASONS = ("lost_or_stolen_card", "expired_or_canceled_card", "declined")
TRIES = 3  # and what failed so often for another reason is not sent a fourth time
DISPUTED = "charge_disputed"  # Stripe's word, and ours where Stripe was not asked
NO_BANKS_WORD = (DISPUTED, "charge_already_refunded")


class NotEnough(Exception):
    """More than the unused paid credit, or there is none. Nothing moved."""


class UnknownRefund(LookupError):
    """Not of one of our top-ups, or the top-up is not credited yet."""


class NotBackYet(Exception):
    """A bank refused what had left our balance, and Stripe has not booked its return yet: ask again."""


@dataclass(frozen=True, slots=True)
class Unused:
    """Of paid credit. `kept`: what goes to no card as long as an expert owes it (wallet/advances.py)."""

    refundable: Money
    kept: Money


def unused(*, member: AbstractBaseUser, of: Mapping[int, int] | None = None) -> Unused:
    """What is held, what was given as a present, and what a bank has taken back, is not in it. `of`: only of these lots, and so
    much of each at most."""
    unspent = lots.may_go_back(member_id=member.pk, currency=settings.CURRENCY, of=of)
    credit, kept = _credit_and_kept(member)
    return Unused(max(Money(0, settings.CURRENCY), min(unspent, credit - kept)), min(kept, credit))


def refundable(*, member: AbstractBaseUser) -> Money:
    return unused(member=member).refundable


def _credit_and_kept(member: AbstractBaseUser) -> tuple[Money, Money]:
    """The credit is read first: what is given back between the two looks counts against it, never for it."""
    credit = wallet.paid_credit(member=member)
    return credit, wallet.kept_from_cards(member=member)


def request(
    *,
    member: AbstractBaseUser,
    amount: Money | None,
    key: str,
    now: datetime,
    of: Mapping[int, int] | None = None,
    cause: mails.Cause = "asked",
) -> list[Refund]:
    """`amount` of the unused credit (None: all of it) goes back to its cards, the newest top-up first, once per `key`.

    `of`: only of these lots, and so much of each at most (minor units by id). `cause`: what the member reads of it.

    Raises BadAmount, NotEnough, ledger's KeyReused when `key` asked for another amount.
    """
    if amount is not None and (amount.minor <= 0 or amount.currency != settings.CURRENCY):
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be refunded")
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=member.pk)  # forms sent at once are seen in turn
        if known := list(Refund.objects.filter(member_id=member.pk, key=key).order_by("pk")):
            if amount and sum(refund.amount_minor for refund in known) != amount.minor:
                raise ledger.KeyReused(key)
            return known
        wanted = amount or unused(member=member, of=of).refundable
        if not wanted:
            raise NotEnough
        try:
            parts = lots.newest_first(member_id=member.pk, amount=wanted, of=of)
            made = [
                rows.make(lot=lot, amount=part, taken=part, key=key, origin=Origin.MEMBER, now=now)
                for lot, part in parts
            ]
            credit, kept = _credit_and_kept(member)
            if wanted > credit - kept:
                raise NotEnough
            for refund in made:
                rows.post_request(refund, now)
        except (lots.LotsTooSmall, ledger.Overdraft):  # held, spent or disputed at this very moment
            raise NotEnough from None
        mails.tell_requested(made, cause=cause, now=now)
        for refund in made:
            _send(refund, now)
    return made


def _send(refund: Refund, now: datetime) -> None:
    failed = Refund.objects.filter(lot_id=refund.lot_id, state=State.FAILED).exclude(failure_code__in=NO_BANKS_WORD)
    gone = failed.filter(failure_code__in=FINAL_REASONS).first() or failed.order_by("pk")[TRIES - 1 :].first()
    if gone:
        _refuse(refund, gone.failure_code, "", now)
    else:
        payload = {"refund": refund.pk}
        outbox.enqueue(action="stripe.refund", key=f"{refund.reference}:card", payload=payload, now=now)


def under_way(*, member: AbstractBaseUser) -> Money:
    """What left the credit and is not at its bank yet; what waits for staff, too."""
    on_its_way = Refund.objects.filter(member_id=member.pk, state__in=Refund.OPEN, currency=settings.CURRENCY)
    return Money(on_its_way.aggregate(sum=Sum("taken_minor"))["sum"] or 0, settings.CURRENCY)


@transaction.atomic
def send_back_in_time(*, top_up_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> Refund:
    """What is unspent of a top-up whose card is said to be stolen. Raises NothingUnspent, office's PartyToIt, NoNote."""
    if not reason.strip():
        raise NoNote
    refund = in_time.make(top_up_id=top_up_id, staff=staff, reason=reason, now=now)
    _send(refund, now)
    return refund


def of_member(*, member: AbstractBaseUser) -> QuerySet[Refund]:
    """The latest first."""
    found = Refund.objects.filter(member_id=member.pk).select_related("lot__top_up")
    return found.order_by("-requested_at", "-pk")


# --- What Stripe did ------------------------------------------------------------------------------------------


@transaction.atomic
def refuse(*, refund_id: int, code: str, message: str, now: datetime) -> None:
    """Stripe will never make this refund: staff settle it by hand with the member. There is nothing to settle if the card has
    the money already: from its bank, or sent at Stripe's dashboard. Then it is credit again, and taken for that."""
    for lot in CreditLot.objects.filter(refunds=refund_id).select_related("member"):
        rows.lock_all(lot=lot)
    refund = rows.locked(pk=refund_id)
    if refund and refund.state == State.REQUESTED:
        if refund.lot.is_disputed:  # at this very moment: it locks this row first, so one of us sees the other
            _call_off(refund, now)
        elif dashboard.was_sent_back_there(lot_id=refund.lot_id):
            rows.give_back(refund, code=code, now=now)
            dashboard.take_what_came_back(now=now, lot_id=refund.lot_id)
        else:
            _refuse(refund, code, message, now)


@transaction.atomic
def call_off(*, refund_id: int, now: datetime) -> None:
    """The bank took the top-up back before Stripe was asked for the refund, or after Stripe refused it for good: it is credit
    again, which the dispute takes."""
    refund = rows.locked(pk=refund_id)
    if refund and refund.state in Refund.UNMADE:
        _call_off(refund, now)


def call_off_refused(*, lot_id: int, now: datetime) -> None:
    """As `call_off`, of what of this lot waits for staff. Once nothing more of it can be asked back."""
    for refund_id in Refund.objects.filter(lot_id=lot_id, state=State.REFUSED).values_list("pk", flat=True):
        call_off(refund_id=refund_id, now=now)


def _call_off(refund: Refund, now: datetime) -> None:
    rows.give_back(refund, code=DISPUTED, now=now)
    note = _("Its bank took the payment back: the dispute settles it.")
    office.settle_task(key=f"{refund.reference}:refused", note=note, now=now)
    mails.tell(refund, "called_off", now=now)


@in_english
def _refuse(refund: Refund, code: str, message: str, now: datetime) -> None:
    rows.update(refund, state=State.REFUSED, failure_code=code, failure_message=message[:300])
    text = _("{amount} of {member} cannot go back to its card ({code}). Settle it by hand with the member.")
    text = text.format(amount=refund.amount, member=refund.member, code=code)
    office.open_task(
        kind="refund_refused",
        key=f"{refund.reference}:refused",
        reference=refund.reference,
        text=text,
        now=now,
        parties=[refund.member_id],
    )
    mails.tell(refund, "refused", now=now)


@transaction.atomic
def observe(*, found: CardRefund, now: datetime) -> Refund:
    """What Stripe says of a refund now, ours or one made at its dashboard: the steps that are missing are taken.

    Raises UnknownRefund, NotBackYet.
    """
    refund = _row_of(found, now)
    if refund.stripe_refund is None:
        rows.update(refund, stripe_refund=found.id)
    if found.is_booked and not refund.is_booked:
        rows.post_paid(refund, now)
    if found.is_refused:
        _fail(refund, found, now)
    elif refund.state in (State.REQUESTED, State.PENDING, State.REFUSED):
        is_paid = found.status == "succeeded"
        changes = {"state": State.PAID, "paid_at": now} if is_paid else {"state": State.PENDING}
        rows.update(refund, **changes)
        if is_paid:
            mails.tell(refund, "paid", now=now)
    return refund


def _row_of(found: CardRefund, now: datetime) -> Refund:
    known = rows.locked(pk=found.refund_id) if found.refund_id else rows.locked(stripe_refund=found.id)
    if known:
        return known
    made = None if found.refund_id else dashboard.made_there(found, now)
    if made is None:
        raise UnknownRefund(found.id)
    return made


@in_english
def _fail(refund: Refund, found: CardRefund, now: datetime) -> None:
    if refund.state in (State.FAILED, State.SETTLED):
        return
    if refund.is_booked and not found.is_back:
        raise NotBackYet(found.id)
    if refund.is_booked and not refund.is_back:
        rows.post_returned(refund, now)
    code = found.failure_reason or found.status
    rows.give_back(refund, code=code, now=now)
    mails.tell(refund, "failed", now=now)
    text = _("{amount} of {member} came back from its card ({code}) and is credit again. The member was told.")
    text = text.format(amount=refund.amount, member=refund.member, code=code)
    office.open_task(
        kind="refund_failed",
        key=f"{refund.reference}:failed",
        reference=refund.reference,
        text=text,
        now=now,
        parties=[refund.member_id],
    )
