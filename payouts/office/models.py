from django.conf import settings
from django.db import models


class StaffTask(models.Model):
    """Something that only a person can settle. Opened once per key by whatever found it, closed by staff with a note."""

    kind = models.CharField(max_length=40)  # "refund_refused", "suspense", "review": the office lists them by kind
    key = models.CharField(max_length=120, unique=True)  # made from the cause
    reference = models.CharField(max_length=60, blank=True)  # what it is about: "refund:3", "withdrawal:7"
    text = models.TextField()  # what happened, and what is to be done
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["opened_at"], condition=models.Q(closed_at__isnull=True), name="staff_task_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class TaskParty(models.Model):
    """Whose affair a task is: a member who paid or earned in it does not close it."""

    task = models.ForeignKey(StaffTask, on_delete=models.PROTECT, related_name="parties")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "member"], name="task_party_once")]


class AuditRecord(models.Model):
    """An act of staff: who, what, about what, why. Written in the transaction of the act; the database refuses to change it."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=40)  # "claim.decide", "event.replay"
    reference = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    done_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reference"], name="audit_of_reference")]

    def __str__(self) -> str:
        return f"{self.act} {self.reference}"
