from django.conf import settings
from django.db import models
from django.db.models import Q

from calls.rooms.models import Call
from payouts.money import Money


class WorkOrder(models.Model):
    """An act of work under one accepted offer. ordered -> delivered -> paid; or freed: the money was only held.

    `contested`: the payer says that it is not as described; the price stays held until that claim (payouts.claims) is
    settled, which pays or frees it. What is paid can still be contested until its release date, as a paid period can.
    """

    class State(models.TextChoices):
        ORDERED = "ordered"
        DELIVERED = "delivered"
        CONTESTED = "contested"
        PAID = "paid"
        FREED = "freed"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed"  # by the payer
        TIME = "time"  # nobody objected in time
        CANCELLED = "cancelled"  # by the expert
        LATE = "late"  # not delivered in time
        CLAIM = "claim"  # that it was not as described: the claim says how it ended

    offer = models.OneToOneField("calls.Offer", on_delete=models.PROTECT, related_name="order")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="orders")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="works_ordered")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="works_owed")
    listing = models.PositiveBigIntegerField()  # id only: a listing may change or go, the order stays
    label = models.CharField(max_length=80)
    description = models.TextField()
    currency = models.CharField(max_length=3)
    price_minor = models.PositiveIntegerField()
    commission_percent = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.ORDERED)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    ordered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # the expert's, with the delivery
    paid_minor = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)  # when it is freed, or paid, by itself

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(payer=models.F("expert")), name="order_nobody_pays_themself"),
            models.CheckConstraint(
                condition=Q(paid_minor__lte=models.F("price_minor")), name="order_paid_at_most_its_price"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "freed"], closed_at__isnull=False, deadline_at__isnull=True)
                | Q(state__in=["ordered", "delivered"], closed_at__isnull=True, deadline_at__isnull=False)
                | Q(state="contested", closed_at__isnull=True, deadline_at__isnull=True),
                name="order_open_with_a_deadline",
            ),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="order_deadline")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How the money services know it."""
        return f"order:{self.pk}"

    @property
    def address(self) -> str:
        return f"/orders/{self.pk}/"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def paid(self) -> Money:
        """As captured, whatever was given back since."""
        return Money(self.paid_minor, self.currency)
