from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payouts.money import Money


class Customer(models.Model):
    """A member as Stripe knows them."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stripe_id = models.CharField(max_length=60, unique=True)


class TopUp(models.Model):
    """new (Stripe has not answered yet) -> open -> paid | expired | failed. Credited from Stripe's word only, once.

    Two ways: on Stripe's payment page (a Checkout Session, where a refused card may be followed by another), or from a saved
    card (one payment intent, which fails with its card).
    """

    class State(models.TextChoices):
        NEW = "new"
        OPEN = "open"
        PAID = "paid"
        EXPIRED = "expired"
        FAILED = "failed"

    class Way(models.TextChoices):
        PAGE = "page"
        CARD = "card"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="top_ups")
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=7, choices=State.choices, default=State.NEW)
    way = models.CharField(max_length=4, choices=Way.choices, default=Way.PAGE)
    stripe_session = models.CharField(max_length=120, unique=True, null=True)
    stripe_intent = models.CharField(
        max_length=120, unique=True, null=True
    )  # known once paid, or from a saved card at once
    return_path = models.CharField(max_length=200, default="/wallet/")  # a path of this site
    made_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member", "made_at"], name="top_up_of_member")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Decline(models.Model):
    """A card said no to a member's payment. Stripe makes a failed charge of each, so each counts once."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stripe_charge = models.CharField(max_length=120, unique=True)
    declined_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "declined_at"], name="decline_of_member")]


class CreditLot(models.Model):
    """What is left of one top-up, spent oldest first: so that a refund or a dispute knows its card. Or of one grant of
    promotional credit, which came from no card and goes back to none; it alone may expire.
    """

    class Kind(models.TextChoices):
        PAID = "paid"
        PROMOTIONAL = "promotional"

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_lots", db_index=False
    )
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.PAID)
    top_up = models.OneToOneField(TopUp, on_delete=models.PROTECT, related_name="lot", null=True)
    grant_key = models.CharField(max_length=120, unique=True, null=True)  # of promotional credit: given once per key
    granted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # on the money's calendar (payouts.clock)
    amount_minor = models.PositiveIntegerField()
    remaining_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    # Its card's bank took it back, or may: from us that card gets nothing more.
    is_disputed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining_minor__lte=F("amount_minor")), name="lot_not_above_its_top_up"
            ),
            models.CheckConstraint(
                condition=Q(kind="paid", top_up__isnull=False, granted_at__isnull=True, expires_at__isnull=True)
                | Q(kind="promotional", top_up__isnull=True, granted_at__isnull=False),
                name="lot_paid_or_given_and_paid_never_expires",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="lot_of_member"),
            models.Index(fields=["member", "kind", "remaining_minor"], name="lot_to_spend"),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False, remaining_minor__gt=0),
                name="lot_to_expire",
            ),
        ]

    @property
    def remaining(self) -> Money:
        return Money(self.remaining_minor, self.currency)


class LotUse(models.Model):
    """`amount_minor` of a lot was spent on `reference` (negative: it came back)."""

    lot = models.ForeignKey(CreditLot, on_delete=models.PROTECT, related_name="uses")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=60, db_index=True)
    amount_minor = models.IntegerField()
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "-id"], name="lot_use_of_member")]  # the wallet's history


class Advance(models.Model):
    """What a payer got back of an earning that its expert no longer had: the expert owes it, and until they have paid it the
    platform has advanced it. Made with the entry `key`; the expert's oldest is paid first, with what its payer spends on them
    that payer's own.
    """

    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120, unique=True)
    reference = models.CharField(max_length=60)  # of the earning: "period:12"
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveIntegerField()
    paid_credit_minor = models.PositiveIntegerField()  # of it; the rest is promotional, which goes to no card anyway
    left_minor = models.PositiveIntegerField()  # what the expert has still to pay
    made_at = models.DateTimeField()
    let_go_at = models.DateTimeField(null=True)  # staff found that the payer may have it like any other credit

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_minor__lte=F("amount_minor")) & Q(paid_credit_minor__lte=F("amount_minor")),
                name="advance_not_above_its_sum",
            )
        ]
        indexes = [
            models.Index(
                fields=["payer"], condition=Q(left_minor__gt=0, let_go_at__isnull=True), name="advance_of_payer"
            ),
            models.Index(fields=["expert", "id"], condition=Q(left_minor__gt=0), name="advance_unpaid_of_expert"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        return Money(self.left_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Neither paid nor let go."""
        return self.left_minor > 0 and self.let_go_at is None


class MonthlyLimit(models.Model):
    """What a payer may spend in a calendar month. `next_minor`: a higher one that counts from `next_from` on."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    limit_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    next_minor = models.PositiveIntegerField(null=True)
    next_from = models.DateTimeField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_minor__isnull=True, next_from__isnull=True)
                | Q(next_minor__gt=F("limit_minor"), next_from__isnull=False),
                name="monthly_limit_waits_to_be_raised",
            )
        ]


class PaymentBlock(models.Model):
    """The member may not pay: a bank took a payment of theirs back (`reason`: "dispute:3"), they close their account
    ("closing:5"), or what was found to be fraud is on its way to its cards ("fraud:period:12:81")."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=60, unique=True)
    begun_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["member"], condition=models.Q(lifted_at__isnull=True), name="payment_block_of_member")
        ]


class Hold(models.Model):
    """Credit set aside for an accepted offer. Open until captured or freed; then captured + freed = amount.

    What is spent without waiting (a tip) is one too, captured as soon as it is made.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holds", db_index=False)
    key = models.CharField(max_length=120, unique=True)
    reference = models.CharField(max_length=60, db_index=True)  # "period:12"; a period may have several holds
    amount_minor = models.PositiveIntegerField()
    promotional_minor = models.PositiveIntegerField(default=0)  # the part that is promotional credit
    currency = models.CharField(max_length=3)
    captured_minor = models.PositiveIntegerField(default=0)
    freed_minor = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    held_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=True, captured_minor=0, freed_minor=0)
                | Q(is_open=False, amount_minor=F("captured_minor") + F("freed_minor")),
                name="hold_ends_captured_or_freed",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="hold_above_zero"),
            models.CheckConstraint(
                condition=Q(promotional_minor__lte=F("amount_minor")), name="hold_promotional_part_in_it"
            ),
        ]
        indexes = [
            models.Index(fields=["member"], condition=Q(is_open=True), name="hold_open_of_member"),
            models.Index(fields=["member", "closed_at"], name="hold_of_member_by_end"),  # what was spent in a month
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
