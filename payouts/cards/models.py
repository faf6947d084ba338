from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.money import Money
from payouts.wallet.models import TopUp

BRANDS = {"amex": "American Express", "cartes_bancaires": "Cartes Bancaires", "jcb": "JCB", "unionpay": "UnionPay"}


class SavedCard(models.Model):
    """A card that Stripe keeps for a member: here is only what people know it by. Removed ones stay, for what they paid."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stripe_method = models.CharField(max_length=120, unique=True)
    brand = models.CharField(max_length=40)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=60)  # the same number saved twice is one card
    saved_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member"], condition=Q(removed_at=None), name="card_of_member")]

    def __str__(self) -> str:
        return f"{BRANDS.get(self.brand, self.brand.title())} •••• {self.last4}"

    @property
    def expiry(self) -> str:
        return f"{self.exp_month:02}/{self.exp_year % 100:02}"


class AutoTopUp(models.Model):
    """A member's rule: when the credit falls below `below`, add `amount` from the card. Off unless they switched it on."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(SavedCard, on_delete=models.PROTECT, related_name="+")
    below_minor = models.PositiveIntegerField()
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    is_on = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    changed_at = models.DateTimeField()

    @property
    def below(self) -> Money:
        return Money(self.below_minor, self.currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class CardPayment(models.Model):
    """A top-up from a saved card, once for each cause: a press of a button ("press:...") or a call that used up the credit.

    Open until Stripe's word: then its top-up is paid, failed or expired.
    """

    top_up = models.OneToOneField(TopUp, on_delete=models.PROTECT, related_name="card_payment")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(SavedCard, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=120)
    is_automatic = models.BooleanField()
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "cause"], name="card_pays_once_for_a_cause"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(is_automatic=True, is_open=True), name="one_automatic_top_up_at_once"
            ),
        ]
