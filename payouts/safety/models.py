from django.conf import settings
from django.db import models
from django.db.models import Q


class Freeze(models.Model):
    """A member's withdrawals wait. After a change of bank, e-mail or second factor until `ends_at`; else until staff lift it."""

    class Reason(models.TextChoices):
        BANK = "bank"
        EMAIL = "email"
        FACTOR = "factor"
        REVIEW = "review"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="freezes")
    reason = models.CharField(max_length=6, choices=Reason.choices)
    key = models.CharField(max_length=120, unique=True)  # made from the cause
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # null: when staff lift it

    class Meta:
        indexes = [models.Index(fields=["member", "ends_at"], name="freeze_of_member")]


class Sighting(models.Model):
    """A member was seen at an address, on a device, with a card or a bank account. `mark` is a keyed hash of it, never itself."""

    class Kind(models.TextChoices):
        ADDRESS = "address"
        DEVICE = "device"
        CARD = "card"
        BANK = "bank"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    mark = models.CharField(max_length=32)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "mark"], name="sighting_once")]
        indexes = [models.Index(fields=["kind", "mark"], name="sighting_of_mark")]


class Review(models.Model):
    """An earning that looks like stolen cards on their way to a bank: it waits until staff decide, and says why it waits."""

    class Verdict(models.TextChoices):
        OPEN = "open"
        FINE = "fine"
        FRAUD = "fraud"

    reference = models.CharField(max_length=60, unique=True)  # of the earning: "period:12"
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField()  # codes of rules.py, e.g. ["same_card", "new_with_new"]
    verdict = models.CharField(max_length=5, choices=Verdict.choices, default=Verdict.OPEN)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["opened_at"], condition=Q(verdict="open"), name="review_open")]
