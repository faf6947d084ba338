from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.commission import split
from payouts.earnings.models import Earning
from payouts.money import Money
from payouts.office import services as office


class HeldCharge(models.Model):
    """What is contested while it is only held: the terms on which what is left of it will be captured.

    The hold is the wallet's, of the same reference. Settled: `freed_minor` became credit again, the rest is an earning.
    """

    reference = models.CharField(max_length=60, unique=True)  # "order:4"
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=120)
    link = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    price_minor = models.PositiveIntegerField()
    commission_percent = models.PositiveSmallIntegerField()
    freed_minor = models.PositiveIntegerField(default=0)
    freed_key = models.CharField(max_length=120, blank=True)  # of the expert's form, where it was their choice
    note = models.TextField(blank=True)  # the expert's words to the payer
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(freed_minor__lte=models.F("price_minor"))
                & (Q(freed_minor=0) | Q(settled_at__isnull=False)),
                name="held_charge_frees_what_is_held",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def price(self) -> Money:
        """What the payer pays, less what was freed."""
        return Money(self.price_minor - self.freed_minor, self.currency)

    @property
    def freed(self) -> Money:
        return Money(self.freed_minor, self.currency)

    @property
    def amount(self) -> Money:
        """The expert's part of it."""
        return Money(split(self.price.minor, self.commission_percent).earning_minor, self.currency)


class Claim(models.Model):
    """A payer contests one charge. asked -> answered -> closed; each of the first two has a deadline that acts by itself.

    While it is not closed, its earning waits, or its price stays held. One claim a charge, and what staff decided stands.
    """

    class State(models.TextChoices):
        ASKED = "asked"  # the expert gives back or answers, else everything goes back
        ANSWERED = "answered"  # staff decide, else the payer gets the commission and the expert the earning
        CLOSED = "closed"

    class Outcome(models.TextChoices):
        REFUNDED = "refunded"  # by the expert, wholly
        SILENCE = "silence"
        DECIDED = "decided"
        LATE = "late"
        TAKEN_BACK = "taken_back"

    earning = models.OneToOneField(Earning, null=True, on_delete=models.PROTECT, related_name="claim")
    # Of what was contested before it was captured; the earning comes once something of it is.
    held = models.OneToOneField(HeldCharge, null=True, on_delete=models.PROTECT, related_name="claim")
    reason = models.TextField()
    # What the receipt said when the claim was made, frozen: [{"title": ..., "rows": [[cell, ...], ...]}, ...]
    evidence = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    claimed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)  # on the money's calendar (payouts.clock), as the release date is
    verdict = models.TextField(blank=True)  # why staff decided as they did, for both to read
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", deadline_at__isnull=True, closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(deadline_at__isnull=False, closed_at__isnull=True, outcome=""),
                name="claim_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(earning__isnull=False) | Q(held__isnull=False), name="claim_about_something"
            ),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="claim_deadline")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @property
    def charge(self) -> Earning | HeldCharge:
        """What is contested: captured, or held so far. `price` is what is left of it."""
        found = self.earning or self.held
        if found is None:
            raise ValueError(f"claim {self.pk} is about nothing")
        return found

    @property
    def is_held(self) -> bool:
        """Nothing is captured so far."""
        return self.held is not None and self.held.settled_at is None

    @property
    def reference(self) -> str:
        return f"claim:{self.pk}"

    @property
    def looks(self) -> list[datetime]:
        """When staff read it: both people see that."""
        return office.looks(references=[self.reference]).get(self.reference, [])

    @property
    def parties(self) -> tuple[int, int]:
        return self.charge.payer_id, self.charge.expert_id


class Vote(models.Model):
    """What one of the staff would give back, and why. Above a limit it takes two who say the same; the newest counts."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="votes")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refund_minor = models.PositiveIntegerField()
    reason = models.TextField()
    voted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "staff"], name="vote_one_per_staff")]

    @property
    def refund(self) -> Money:
        """No more than is left: part of the charge may have gone elsewhere since they voted."""
        left = self.claim.charge.price
        return min(Money(self.refund_minor, left.currency), left)


class GiveBack(models.Model):
    """Part of a charge that became the payer's credit again, and who chose so. Its entry is `give_back:<id>`."""

    class Cause(models.TextChoices):
        EXPERT = "expert"
        SILENCE = "silence"  # the expert did not answer a claim in time
        STAFF = "staff"

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="refunds")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=7, choices=Cause.choices)
    key = models.CharField(max_length=120, unique=True)  # made from the cause: the expert's form, or the claim
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    line = models.CharField(max_length=120, blank=True)  # which part of the charge: "4 min", told by the upper app
    note = models.TextField(blank=True)  # the expert's words to the payer
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="give_back_above_zero")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
