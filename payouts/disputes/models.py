from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payouts.money import Money
from payouts.wallet.models import CreditLot


class Dispute(models.Model):
    """A charge that its card's bank took back, or asks about. `status` is Stripe's own word for how it stands.

    moved = taken (of the member's credit) + recovered (from an expert who took part) + loss (the platform's) + what the
    ledger's `dispute_receivable` still says; that is zero once the dispute is lost, or won and paid back.
    """

    INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")
    ANSWERABLE = ("needs_response", "warning_needs_response", "appeal_needs_response")
    OPEN = ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review")

    lot = models.ForeignKey(CreditLot, on_delete=models.PROTECT, related_name="disputes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="disputes")
    stripe_dispute = models.CharField(max_length=60, unique=True)
    stripe_charge = models.CharField(max_length=60)
    status = models.CharField(max_length=30)
    reason = models.CharField(max_length=60)
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    moved_minor = models.IntegerField(default=0)  # out of our balance at Stripe, so far
    taken_minor = models.PositiveIntegerField(default=0)
    recovered_minor = models.PositiveIntegerField(default=0)
    loss_minor = models.IntegerField(default=0)  # below zero: recovered, and then won
    steps = models.PositiveSmallIntegerField(default=0)  # of what may happen several times: each has a key of its own
    due_by = models.DateTimeField(null=True)  # for evidence
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken_minor__lte=F("amount_minor")), name="dispute_takes_no_more"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"dispute:{self.pk}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_lost(self) -> bool:
        """`prevented`: settled before it was one; what it moved stays with the card's owner."""
        return self.status == "lost" or (self.status == "prevented" and self.moved_minor > 0)

    @property
    def is_answerable(self) -> bool:
        return self.status in self.ANSWERABLE


class Participation(models.Model):
    """Staff found in writing that an expert took part in the fraud behind a dispute (PRODUCT.md, section 3)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="participations")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "expert"], name="participation_once")]
