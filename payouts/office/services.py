"""Tasks for staff and the trail of what they did. Every service by which staff act calls `record` in its transaction."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.office.models import AuditRecord, StaffTask


def open_task(*, kind: str, key: str, text: str, now: datetime, reference: str = "") -> StaffTask:
    """To be called inside the transaction of the cause. The same key twice is one task, even once that is closed."""
    defaults = {"kind": kind, "reference": reference, "text": text, "opened_at": now}
    return StaffTask.objects.get_or_create(key=key, defaults=defaults)[0]


@transaction.atomic
def close_task(*, task: StaffTask, staff: AbstractBaseUser, note: str, now: datetime) -> None:
    """Done, and how. Of two who close it the first one counts."""
    open_one = StaffTask.objects.filter(pk=task.pk, closed_at=None)
    if open_one.update(closed_at=now, closed_by=staff.pk, note=note):
        record(staff=staff, act="task.close", reference=task.reference or f"task:{task.pk}", reason=note, now=now)


def settle_task(*, key: str, staff: AbstractBaseUser, note: str, now: datetime) -> None:
    """Closes the task by the act that settles it, which has a record of its own: to be called in its transaction."""
    StaffTask.objects.filter(key=key, closed_at=None).update(closed_at=now, closed_by=staff.pk, note=note)


def record(*, staff: AbstractBaseUser, act: str, now: datetime, reference: str = "", reason: str = "") -> AuditRecord:
    return AuditRecord.objects.create(staff_id=staff.pk, act=act, reference=reference, reason=reason, done_at=now)
