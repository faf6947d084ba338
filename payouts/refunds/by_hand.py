"""What no card will ever take back: staff agree with the member, and write down what they did."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.office import services as office
from payouts.refunds import mails, rows
from payouts.refunds.models import Refund


class NotRefused(Exception):
    """There is nothing to settle: Stripe did not refuse this refund, or it is settled already. Nothing moved."""


class NoNote(Exception):
    """Staff say what they did, in writing. Nothing moved."""


@transaction.atomic
def settle(*, refund_id: int, staff: AbstractBaseUser, is_sent: bool, note: str, now: datetime) -> Refund:
    """`is_sent`: from the platform's bank to the member's, outside Stripe; else it is credit again.

    Raises NotRefused, NoNote, office's PartyToIt.
    """
    if not note.strip():
        raise NoNote
    refund = rows.locked(pk=refund_id)
    if refund is None or refund.state != Refund.State.REFUSED:
        raise NotRefused(str(refund_id))
    office.check_no_party(staff=staff, parties=[refund.member_id])
    act = "refund.sent_by_hand" if is_sent else "refund.credit_again"
    office.record(staff=staff, act=act, reference=refund.reference, reason=note, now=now)
    office.settle_task(key=f"{refund.reference}:refused", staff=staff, note=note, now=now)
    if is_sent:
        rows.post_settled(refund, now)
    else:
        rows.give_back(refund, code=refund.failure_code, now=now)
    mails.tell(refund, "settled" if is_sent else "failed", now=now)
    return refund
