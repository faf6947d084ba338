from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payouts.commission import Split, split
from payouts.money import Money

_LEFT = F("price_minor") - F("given_back_minor")
EARNED = _LEFT - (F("commission_percent") * _LEFT + 50) / 100  # `Earning.shares.earning_minor`, for sums over many
UNUSED = "unused"  # a reason to wait: what is kept for later, nobody has earned yet


class Earning(models.Model):
    """What an expert earned with one paid period. The release date is decided at capture and never moves later."""

    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="earnings", db_index=False
    )
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60, unique=True)  # "period:12"
    # Of a part of another earning: the reference under which the payer's credit was spent. Empty: its own.
    spent_as = models.CharField(max_length=60, blank=True)
    group = models.CharField(max_length=40, blank=True)  # "listing:5"
    label = models.CharField(max_length=120)  # what the page shows; told by the upper app, like `link`
    link = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    price_minor = models.PositiveIntegerField()  # as captured, less the parts that became earnings of their own
    commission_minor = models.PositiveIntegerField()
    commission_percent = models.PositiveSmallIntegerField()
    amount_minor = models.PositiveIntegerField()  # price - commission
    tax_minor = models.PositiveIntegerField(default=0)  # of the commission (taxing.py)
    given_back_minor = models.PositiveIntegerField(default=0)  # of the price, back to the payer's credit
    captured_at = models.DateTimeField()
    release_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    # How many reasons hold it (EarningWait). Counted on the row, so that a release that waited for the row's lock sees it.
    waits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(waits=0) | Q(released_at__isnull=True), name="earning_waits_before_its_release"
            ),
            models.CheckConstraint(
                condition=Q(given_back_minor__lte=models.F("price_minor")), name="earning_gives_back_its_price_at_most"
            ),
            models.CheckConstraint(
                condition=Q(price_minor=models.F("amount_minor") + models.F("commission_minor")),
                name="earning_and_commission_make_the_price",
            ),
        ]
        indexes = [
            models.Index(
                fields=["release_at"], condition=Q(released_at__isnull=True, waits=0), name="earning_to_release"
            ),
            models.Index(fields=["expert", "-captured_at"], name="earning_of_expert"),
            models.Index(fields=["expert", "payer"], name="earning_of_expert_by_payer"),
            models.Index(fields=["spent_as"], condition=~Q(spent_as=""), name="earning_part_of_purchase"),
            models.Index(
                fields=["expert", "release_at", "id"],
                condition=Q(released_at__isnull=True),
                name="earning_pending_of_expert",
            ),
            models.Index(
                fields=["expert", "-released_at", "-id"],
                condition=Q(released_at__isnull=False),
                name="earning_released_of_expert",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_unused(self) -> bool:
        """Paid, and not earned yet: kept for later by `parts.move_part`."""
        return self.waits > 0 and self.reasons_to_wait.filter(reason=UNUSED).exists()

    @property
    def spent_reference(self) -> str:
        return self.spent_as or self.reference

    def reprice(self, price_minor: int) -> None:
        """A part of the price moved to or from another earning. Needs the row's lock."""
        shares = split(price_minor, self.commission_percent)
        self.price_minor = price_minor
        self.amount_minor, self.commission_minor = shares.earning_minor, shares.commission_minor

    @property
    def captured_minor(self) -> int:
        """The price as it was captured, whatever parts have moved since."""
        out, into = (
            moves.aggregate(minor=models.Sum("amount_minor"))["minor"] or 0 for moves in (self.parts_out, self.parts_in)
        )
        return self.price_minor + out - into

    @property
    def shares(self) -> Split:
        """The expert's and the platform's, of what is left of the price."""
        return split(self.price_minor - self.given_back_minor, self.commission_percent)

    @property
    def tax_left_minor(self) -> int:
        """Of the commission that is left, its part of the tax; rounded down."""
        if not self.commission_minor:
            return 0
        return self.tax_minor * self.shares.commission_minor // self.commission_minor

    @property
    def amount(self) -> Money:
        """What the expert has of it now."""
        return Money(self.shares.earning_minor, self.currency)

    @property
    def price(self) -> Money:
        """What the payer paid for it, less what went back."""
        return Money(self.price_minor - self.given_back_minor, self.currency)


class EarningWait(models.Model):
    """A reason for which an earning stays pending past its release date. Gone once the reason is."""

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="reasons_to_wait")
    reason = models.CharField(max_length=60)  # made from the cause: "claim:3", "dispute:5"
    began_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["earning", "reason"], name="earning_waits_once_per_reason")]


class EarningMove(models.Model):
    """A part of one earning's price that became another's (parts.py)."""

    key = models.CharField(max_length=120, unique=True)
    source = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="parts_out")
    target = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="parts_in")
    amount_minor = models.PositiveIntegerField()
    moved_at = models.DateTimeField()


class Tip(models.Model):
    """Sent after a call, from credit. Its money is an Earning without commission, whose reference is `tip:<id>`."""

    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=60)  # "call:17": told by the upper app; the limit counts by it
    key = models.CharField(max_length=80)  # the form's token
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "key"], name="tip_once_per_key")]
        indexes = [models.Index(fields=["about"], name="tip_about")]

    @property
    def reference(self) -> str:
        return f"tip:{self.pk}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
