from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payouts.money import Money
from payouts.wallet.models import CreditLot


class Refund(models.Model):
    """A part of one top-up on its way back to its card. requested -> pending (Stripe waits) -> paid; all three -> failed (its
    bank refused, be it after *paid*: credit again).

    refused: Stripe will never make it. The money stays aside until staff settle it by hand with the member: settled (sent
    another way), or failed (credit again).
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        PENDING = "pending"
        PAID = "paid"
        FAILED = "failed"
        REFUSED = "refused"
        SETTLED = "settled"

    OPEN = (State.REQUESTED, State.PENDING, State.REFUSED)
    UNMADE = (State.REQUESTED, State.REFUSED)

    class Origin(models.TextChoices):
        MEMBER = "member"
        DASHBOARD = "dashboard"  # made by somebody at Stripe's own pages

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="refunds")
    lot = models.ForeignKey(CreditLot, on_delete=models.PROTECT, related_name="refunds")
    origin = models.CharField(max_length=9, choices=Origin.choices, default=Origin.MEMBER)
    key = models.CharField(max_length=64)  # of the form that asked, which may have made several rows
    amount_minor = models.PositiveIntegerField()
    taken_minor = (
        models.PositiveIntegerField()
    )  # of the member's credit; the rest (dashboard only) is the platform's loss
    # Dashboard only: what was held or asked back then, so not spent. It is taken once it is credit again.
    awaited_minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=State.choices, default=State.REQUESTED)
    stripe_refund = models.CharField(max_length=60, unique=True, null=True)
    is_booked = models.BooleanField(default=False)  # it has left our balance at Stripe
    is_back = models.BooleanField(default=False)  # and came back there
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # failed, or settled by hand

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "key", "lot"], name="refund_once_per_form_and_lot"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_above_zero"),
            models.CheckConstraint(condition=Q(taken_minor__lte=F("amount_minor")), name="refund_takes_no_more"),
        ]
        indexes = [models.Index(fields=["member", "-requested_at"], name="refund_of_member")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"refund:{self.pk}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def taken(self) -> Money:
        return Money(self.taken_minor, self.currency)
