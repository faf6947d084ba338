"""Money that somebody sent back to a card at Stripe's own pages, without asking us.

What of it is unused credit is taken, what is held or on its way to the card already once that is credit again. What had been
spent is our loss: staff may have wanted just that.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.office import services as office
from payouts.refunds import rows
from payouts.refunds.models import Refund
from payouts.stripe.answers import CardRefund
from payouts.wallet import lots
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot

log = logging.getLogger(__name__)
State, Origin = Refund.State, Refund.Origin
_AWAITING = Refund.objects.filter(origin=Origin.DASHBOARD, awaited_minor__gt=0).exclude(state=State.FAILED)


def made_there(found: CardRefund, now: datetime) -> Refund | None:
    """What of it is unused is taken now, the rest is our loss for the time being. None: not of a top-up that is credited."""
    lot = CreditLot.objects.filter(top_up_id=found.top_up_id).select_related("member").first()
    if lot is None:
        return None
    rows.lock_all(lot=lot)
    if known := rows.locked(stripe_refund=found.id):  # another worker made it before we had these locks
        return known
    lot = lots.locked(lot.pk)
    for refused in Refund.objects.filter(lot=lot, state=State.REFUSED):  # the card has it now
        rows.give_back(refused, code=refused.failure_code, now=now)
        note = _("Sent back to the card at Stripe's dashboard.")
        office.settle_task(key=f"{refused.reference}:refused", note=note, now=now)
    lot.refresh_from_db()
    unused = min(lot.remaining, wallet.paid_credit(member=lot.member), found.amount)
    refund = rows.make(lot=lot, amount=found.amount, taken=unused, key=found.id, origin=Origin.DASHBOARD, now=now)
    asked = Refund.objects.filter(lot=lot, origin=Origin.MEMBER, state=State.REQUESTED)
    not_spent = lot.remaining_minor + (asked.aggregate(minor=Sum("amount_minor"))["minor"] or 0)
    awaited = min(refund.amount_minor - unused.minor, not_spent)
    rows.update(refund, awaited_minor=awaited)
    rows.post_request(refund, now)
    return refund


def was_sent_back_there(*, lot_id: int) -> bool:
    return _AWAITING.filter(lot_id=lot_id).exists()


def take_what_came_back(*, now: datetime, lot_id: int | None = None) -> int:
    """What was held, or asked back, when the card got it, and is credit again. Always 0: no work is left.

    A refund at a time, each in its own transaction: one that fails holds up no other.
    """
    due = _AWAITING.filter(Q(lot_id=lot_id) if lot_id else Q(), lot__remaining_minor__gt=0)
    for refund_id in list(due.order_by("pk").values_list("pk", flat=True)[:500]):
        try:
            _take(refund_id, now)
        except ledger.Overdraft:  # spent at this very moment
            log.info("Refunded credit was spent again", extra={"refund": refund_id})
    return 0


@transaction.atomic
def _take(refund_id: int, now: datetime) -> None:
    refund = rows.locked(pk=refund_id)
    if refund is None or refund.state == State.FAILED:
        return
    refund.lot = lots.locked(refund.lot_id)
    awaited = Money(refund.awaited_minor, refund.currency)
    amount = min(awaited, refund.lot.remaining, wallet.paid_credit(member=refund.member))
    if amount.minor > 0:
        rows.take_more(refund, amount, now)
