"""Closing an account, in three steps: `ask` (the profile goes, nothing new is paid), the worker's `sweep` (every cent is sent
to where it belongs as soon as it may go), and the end, once nothing is left.

Until the end the member can sign in, see what is on its way, and keep the account after all.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls.conversations import services as conversations
from calls.metering import services as metering
from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.closing.models import Closing
from marketplace.closing.waiting import Waits, busy, kept_lately, tries_of, waits, why_not_sent
from marketplace.experts import services as experts
from marketplace.reviews import services as reviews
from payouts.cards import services as cards
from payouts.earnings import services as earnings
from payouts.mail import services as mail
from payouts.office import services as office
from payouts.refunds import services as refunds
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals

__all__ = [
    "Busy",
    "StaffAccount",
    "Waits",
    "ask",
    "busy",
    "keep",
    "open_of",
    "send_what_came_back",
    "sweep",
    "tries_of",
    "waits",
    "why_not_sent",
]
log = logging.getLogger(__name__)
TELL_STAFF_AFTER = 3  # failed withdrawals of one closing account
LOOKED_AFTER = timedelta(days=400)  # a bank can send a refund back long after it took it


class Busy(Exception):
    """A call or an order is open: it is ended first. Nothing was changed."""


class StaffAccount(Exception):
    """Rights are taken away first, by another of the staff. Nothing was changed."""


def open_of(member: User) -> Closing | None:
    return Closing.objects.filter(member=member, kept_at=None, closed_at=None).first()


def ask(*, member: User, now: datetime) -> Closing:
    """From now on nobody finds or rings the member and nothing new is paid; their credit and earnings go home.

    Asked twice it is one. Raises Busy, StaffAccount.
    """
    if member.is_staff:
        raise StaffAccount
    if known := open_of(member):
        return known
    if busy(member):
        raise Busy
    try:
        with transaction.atomic():
            closing = Closing.objects.create(member=member, asked_at=now)
            closing.was_published_at = experts.unpublish(member=member)
            closing.save(update_fields=["was_published_at"])
            wallet.block_payments(member=member, reason=closing.reference, now=now)
            cards.switch_off(member=member, now=now)
            mail.enqueue(member=member, template="closing", facts={}, key=f"{closing.reference}:asked", now=now)
    except IntegrityError:  # in another window, at this moment
        return Closing.objects.get(member=member, kept_at=None, closed_at=None)
    _send_home(closing, now)
    closing.refresh_from_db()
    return closing


@transaction.atomic
def keep(*, member: User, now: datetime) -> bool:
    """The member stays, and the profile is where it was. What was sent stays sent. False: there was nothing to take back."""
    closing = Closing.objects.select_for_update().filter(member=member, kept_at=None, closed_at=None).first()
    if closing is None:
        return False
    closing.kept_at = now
    closing.save(update_fields=["kept_at"])
    wallet.unblock_payments(reason=closing.reference, now=now)
    if closing.was_published_at:
        experts.publish_again(member=member, published_at=closing.was_published_at)
    return True


def sweep(*, now: datetime) -> int:
    """Sends what may go by now, and shuts the door where nothing is left. How many were closed. Asks Stripe to forget cards.

    One that fails holds up no other.
    """
    closed = 0
    for closing in list(Closing.objects.filter(kept_at=None, closed_at=None).select_related("member").order_by("pk")):
        try:
            _send_home(closing, now)
            if not waits(closing.member) and _close(closing, now):
                closed += 1
                _forget_cards(closing.member, now)
        except Exception:
            log.exception("Account not closed, will be tried again", extra={"closing": closing.pk})
    return closed


def send_what_came_back(*, now: datetime) -> int:
    """A bank refused a refund or a payout after the door was shut, or somebody gave something back: it is sent again. Stripe
    is asked again to forget the cards, if it was silent then."""
    sent, since = 0, now - LOOKED_AFTER
    of_closed = Closing.objects.filter(closed_at__gt=since, member__is_active=False).select_related("member")
    for closing in list(of_closed):
        try:
            sent += _send_home(closing, now)
            _forget_cards(closing.member, now)
        except Exception:
            log.exception("Money of a closed account not sent, will be tried again", extra={"closing": closing.pk})
    return sent


def _send_home(closing: Closing, now: datetime) -> bool:
    """Each in a transaction of its own: what a refund locks comes after what a withdrawal locks (LEDGER.md, "Locks").

    Stored time first, and every time: it may have waited for a claim or for a bank's dispute.
    """
    try:
        metering.give_back_stored(member=closing.member, now=now)
    except Exception:
        log.exception("Stored time not given back, will be tried again", extra={"closing": closing.pk})
    return any([_once(closing.pk, _withdraw, now), _once(closing.pk, _refund, now)])


@transaction.atomic
def _once(closing_id: int, send: Callable[[User, str, datetime], bool], now: datetime) -> bool:
    """The closing's lock keeps two workers from sending one sum under two keys."""
    closing = Closing.objects.select_for_update(of=("self",)).select_related("member").get(pk=closing_id)
    if closing.kept_at or not send(closing.member, f"{closing.reference}:{closing.times_sent + 1}", now):
        return False
    closing.times_sent += 1
    closing.save(update_fields=["times_sent"])
    return True


def _refund(member: User, key: str, now: datetime) -> bool:
    if not refunds.refundable(member=member):
        return False
    try:
        return bool(refunds.request(member=member, amount=None, key=key, now=now, cause="closing"))
    except refunds.NotEnough:  # held, spent or disputed at this very moment
        return False


def _withdraw(member: User, key: str, now: datetime) -> bool:
    available = earnings.summary(expert=member).available
    tries = tries_of(member)
    if not available or not tries.may_try(now):
        return False
    if tries.failed >= TELL_STAFF_AFTER:
        text = _("An account is closing, but its bank has refused {sum} {count} times. Write to the member.")
        office.open_task(
            kind="closing",
            key=f"{key.rsplit(':', 1)[0]}:refused",
            text=text.format(sum=available, count=tries.failed),
            reference=f"user:{member.pk}",
            parties=[member.pk],
            now=now,
        )
    try:
        any_sum = not kept_lately(member, now)
        withdrawals.request(expert=member, amount=available, key=key, now=now, any_sum=any_sum)
    except (
        withdrawals.TooLittle,
        withdrawals.NotEnough,
        withdrawals.BankNotReady,
        withdrawals.WithdrawalsFrozen,
    ):
        return False  # the member's page says why
    return True


@transaction.atomic
def _close(closing: Closing, now: datetime) -> bool:
    kept = Closing.objects.select_for_update(of=("self",)).select_related("member").get(pk=closing.pk)
    if kept.kept_at or kept.closed_at or waits(kept.member):
        return False
    kept.closed_at = now
    kept.save(update_fields=["closed_at"])
    accounts.deactivate(member=kept.member)  # locks the member, as all that moves their money does first
    experts.retire(member=kept.member)
    reviews.forget(member=kept.member)
    conversations.forget(member=kept.member)
    wallet.unblock_payments(reason=kept.reference, now=now)
    mail.enqueue(member=kept.member, template="closed", facts={}, key=f"{kept.reference}:closed", now=now)
    wallet.end_promotions(member=kept.member, now=now)
    return True


def _forget_cards(member: User, now: datetime) -> None:
    """Once the door is shut: who keeps the account in the last moment keeps the cards."""
    for card in cards.saved_cards(member=member):
        cards.remove_card(member=member, card_id=card.pk, now=now)
