"""What staff do about the machinery of Stripe. Every act writes its audit record in its own transaction."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from payouts.office import services as office
from payouts.office.models import StaffTask
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.stripe.models import StripeEvent


@transaction.atomic
def process_again(*, event_id: int, staff: AbstractBaseUser, now: datetime) -> StripeEvent:
    """The worker acts on the event once more, now. It asks Stripe what is true, so nothing happens twice."""
    event = StripeEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    event.processed_at, event.due_at = None, now
    event.save(update_fields=["processed_at", "due_at"])
    office.record(
        staff=staff, act="event.replay", reference=event.event_id[:60], reason=event.error or event.type, now=now
    )
    return event


@transaction.atomic
def send_back(*, task: StaffTask, staff: AbstractBaseUser, reason: str, now: datetime) -> Refund:
    """Of a warning of fraud. Raises refunds' NothingUnspent and NoNote, office's PartyToIt."""
    top_up_id = int(task.reference.partition(":")[2])
    sent = refunds.send_back_in_time(top_up_id=top_up_id, staff=staff, reason=reason, now=now)
    office.settle_task(key=task.key, note=reason, staff=staff, now=now)
    return sent


@transaction.atomic
def try_again(*, rows: QuerySet[OutboxRow], staff: AbstractBaseUser, now: datetime) -> int:
    """What the worker gave up is due again; answers how many rows that were."""
    given_up = rows.filter(state=OutboxRow.State.GIVEN_UP).order_by("pk").select_for_update(no_key=True)
    for row in given_up:
        office.record(staff=staff, act="outbox.retry", reference=f"outbox:{row.pk}", reason=row.error, now=now)
    return outbox.try_again(rows=rows, now=now)
