from django.db import models
from django.db.models import Q

from payouts.money import Money


class StripeMovement(models.Model):
    """A balance transaction of Stripe's, of the platform's balance or of a connected one. Its amounts never change.

    waiting (its entry is still to be posted by the service that caused it) -> matched, or suspense when none comes.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MATCHED = "matched"
        SUSPENSE = "suspense"

    stripe_id = models.CharField(max_length=60, unique=True)
    account = models.CharField(max_length=60, blank=True)  # the connected account; empty: the platform's own balance
    type = models.CharField(max_length=60)
    source = models.CharField(max_length=120, blank=True)  # what moved: ch_, tr_, po_ ...
    about = models.JSONField(default=dict)  # what the rules read of the source: its metadata, what it belongs to
    amount_minor = models.BigIntegerField()  # negative: out of the balance
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    available_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    entry_key = models.CharField(max_length=120, blank=True, db_index=True)  # the ledger's entry about it
    suspense_minor = models.BigIntegerField(default=0)  # what of it lies in suspense
    settled_minor = models.BigIntegerField(default=0)  # what of it was moved from stripe_pending to stripe_available
    steps = models.PositiveSmallIntegerField(default=0)  # corrections posted: each has a key of its own
    is_final = models.BooleanField(default=False)  # matched and available: nothing is left to do

    class Meta:
        indexes = [
            models.Index(fields=["account", "made_at"], name="movement_of_account"),
            models.Index(fields=["account"], condition=Q(is_final=False), name="movement_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.type}"

    @property
    def net_minor(self) -> int:
        return self.amount_minor - self.fee_minor

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


class ReconciliationRun(models.Model):
    """One night's work: claimed by the first worker to make its row, claimed anew when that one died, or when Stripe did not
    answer for all accounts (report["unread"])."""

    day = models.DateField(unique=True)
    claimed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
