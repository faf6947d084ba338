"""Tasks for staff and the trail of what they did. Every service by which staff act calls `record` in its transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.office.models import AuditRecord, StaffTask, TaskParty
from payouts.office.parties import PartyToIt, check_no_party

__all__ = [
    "LOOK",
    "PartyToIt",
    "acts_since",
    "check_no_party",
    "close_task",
    "look",
    "looks",
    "open_keys",
    "open_task",
    "record",
    "settle_task",
]
LOOK = "look"


def open_task(
    *, kind: str, key: str, text: str, now: datetime, reference: str = "", parties: Iterable[int] = ()
) -> StaffTask:
    """To be called inside the transaction of the cause. The same key twice is one task, even once that is closed.

    `parties`: the members whose affair it is, by id.
    """
    defaults = {"kind": kind, "reference": reference, "text": text, "opened_at": now}
    task, is_new = StaffTask.objects.get_or_create(key=key, defaults=defaults)
    if is_new:
        TaskParty.objects.bulk_create(TaskParty(task=task, member_id=member) for member in sorted(set(parties)))
    return task


@transaction.atomic
def close_task(*, task: StaffTask, staff: AbstractBaseUser, note: str, now: datetime) -> None:
    """Done, and how. Of two who close it the first one counts. Raises PartyToIt."""
    check_no_party(staff=staff, parties=task.parties.values_list("member_id", flat=True))
    open_one = StaffTask.objects.filter(pk=task.pk, closed_at=None)
    if open_one.update(closed_at=now, closed_by=staff.pk, note=note):
        record(staff=staff, act="task.close", reference=task.reference or f"task:{task.pk}", reason=note, now=now)


def settle_task(*, key: str, note: str, now: datetime, staff: AbstractBaseUser | None = None) -> None:
    """Closes the task by the act that settles it, which has a record of its own, or by what made it pointless (no staff): to
    be called in that transaction."""
    StaffTask.objects.filter(key=key, closed_at=None).update(closed_at=now, closed_by=staff and staff.pk, note=note)


def open_keys(*, kind: str) -> list[str]:
    """Of the tasks of a kind that nobody has closed."""
    return list(StaffTask.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True))


def record(*, staff: AbstractBaseUser, act: str, now: datetime, reference: str = "", reason: str = "") -> AuditRecord:
    return AuditRecord.objects.create(staff_id=staff.pk, act=act, reference=reference, reason=reason, done_at=now)


def acts_since(*, staff: AbstractBaseUser, act: str, since: datetime) -> int:
    """How often one of the staff did this."""
    return AuditRecord.objects.filter(staff_id=staff.pk, act=act, done_at__gt=since).count()


def look(*, staff: AbstractBaseUser, reference: str, now: datetime, what: str = "") -> None:
    """Staff read what two people said or did ("claim:3"): written down, and shown to both of them. Or a member's papers
    ("user:7"; `what`: which): written down."""
    record(staff=staff, act=LOOK, reference=reference, reason=what, now=now)


def looks(*, references: Iterable[str]) -> dict[str, list[datetime]]:
    """When staff looked at each of these, the first look first."""
    wanted = list(references)
    if not wanted:
        return {}
    found: dict[str, list[datetime]] = {}
    records = AuditRecord.objects.filter(reference__in=wanted, act=LOOK).order_by("pk")
    for reference, at in records.values_list("reference", "done_at"):
        found.setdefault(reference, []).append(at)
    return found
