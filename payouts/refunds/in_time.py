"""A bank warns that a card was stolen: staff send back what is unspent of the top-up before it is disputed (STRIPE.md, 1.5)."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.money import Money
from payouts.office import services as office
from payouts.refunds import mails, rows
from payouts.refunds.models import Refund
from payouts.wallet import lots
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot


class NothingUnspent(Exception):
    """All of the top-up is spent, held, on its way back or disputed. Nothing moved."""


def unspent(*, top_up_id: int) -> Money | None:
    """What could be sent back now. None: there is no such top-up."""
    lot = CreditLot.objects.filter(top_up_id=top_up_id).select_related("member").first()
    return _unspent(lot) if lot else None


def _unspent(lot: CreditLot) -> Money:
    if lot.is_disputed:
        return Money(0, lot.currency)
    free = wallet.paid_credit(member=lot.member) - wallet.kept_from_cards(member=lot.member)
    return max(Money(0, lot.currency), min(lot.remaining, free))


@transaction.atomic
def make(*, top_up_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> Refund:
    """To be sent by the caller. Raises NothingUnspent, office's PartyToIt."""
    known = CreditLot.objects.select_related("member").filter(top_up_id=top_up_id).first()
    if known is None:
        raise NothingUnspent(str(top_up_id))
    office.check_no_party(staff=staff, parties=[known.member_id])
    wallet.lock_purse(member=known.member)
    lot = lots.locked(known.pk)
    amount = _unspent(lot)
    if not amount:
        raise NothingUnspent(str(top_up_id))
    key = f"in_time:{lot.refunds.count() + 1}"
    refund = rows.make(lot=lot, amount=amount, taken=amount, key=key, origin=Refund.Origin.MEMBER, now=now)
    rows.post_request(refund, now)
    office.record(staff=staff, act="refund.in_time", reference=f"topup:{top_up_id}", reason=reason, now=now)
    mails.tell_requested([refund], cause="stolen", now=now)
    return refund
