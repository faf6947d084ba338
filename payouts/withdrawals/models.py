from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.money import Money


class BankConnection(models.Model):
    """An expert's connected account at Stripe, and what Stripe last said it can do."""

    expert = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bank_connection")
    stripe_account = models.CharField(max_length=60, unique=True, null=True)
    transfers_status = models.CharField(max_length=20, default="inactive")  # active, pending, restricted, ...
    payouts_status = models.CharField(max_length=20, default="inactive")
    bank_name = models.CharField(max_length=80, blank=True)
    bank_last4 = models.CharField(max_length=4, blank=True)
    bank_fingerprint = models.CharField(
        max_length=60, blank=True
    )  # the same for the same account, however often connected
    is_closed = models.BooleanField(default=False)
    wanted = models.CharField(
        max_length=20, blank=True
    )  # what Stripe waits for from the expert: currently_due, past_due
    pays_at_once = models.BooleanField(default=False)  # the bank account takes instant payouts
    due_at = models.DateTimeField(null=True)  # until when, where Stripe names a day
    checked_at = models.DateTimeField(null=True)
    # Stripe is asked outside transactions: of two answers the one that was asked for later is kept.
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)

    @property
    def is_ready(self) -> bool:
        return self.standing == "ready"

    @property
    def standing(self) -> str:
        """none, ready, checking, needs_info (the expert can mend it at Stripe), restricted, rejected, closed."""
        each = {self.transfers_status, self.payouts_status}
        if not self.stripe_account:
            return "none"
        if self.is_closed:
            return "closed"
        if each == {"active"}:
            return "ready"
        if "rejected" in each:
            return "rejected"
        if self.wanted:
            return "needs_info"
        return "restricted" if each & {"restricted", "unsupported"} else "checking"


class Withdrawal(models.Model):
    """requested -> sent (transfer made, payout on its way) -> paid, or sent -> failing -> failed.

    `failing` is shown as *failed, coming back*: the money still lies in the connected balance. Only the confirmed reversal
    of the transfer makes it `failed` and the sum available again. A bank may still refuse after `paid` (paid -> failing).
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        SENT = "sent"
        PAID = "paid"
        FAILING = "failing"
        FAILED = "failed"

    OPEN = (State.REQUESTED, State.SENT, State.FAILING)

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="withdrawals")
    key = models.CharField(max_length=64)  # of the form that asked: pressing it twice is one withdrawal
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=State.choices, default=State.REQUESTED)
    stripe_account = models.CharField(max_length=60)
    stripe_transfer = models.CharField(max_length=60, unique=True, null=True)
    stripe_payout = models.CharField(max_length=60, unique=True, null=True)
    stripe_reversal = models.CharField(max_length=60, unique=True, null=True)
    at_once = models.BooleanField(default=False)  # wanted within minutes, where Stripe and the bank allow it then
    waits_for_funds = models.BooleanField(default=False)  # our balance at Stripe has not settled as far yet
    arrives_on = models.DateField(null=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="withdrawal_above_zero"),
            models.UniqueConstraint(fields=["expert", "key"], name="withdrawal_once_per_form"),
        ]
        indexes = [models.Index(fields=["expert", "-requested_at", "-id"], name="withdrawal_of_expert")]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
