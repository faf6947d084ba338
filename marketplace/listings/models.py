from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.experts.models import Profile


class Listing(models.Model):
    class Kind(models.TextChoices):
        PER_MINUTE = "per_minute", _("per minute")
        ACT_OF_TIME = "act_of_time", _("act of time")
        ACT_OF_WORK = "act_of_work", _("act of work")

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="listings")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=80)
    currency = models.CharField(max_length=3)
    rate_minor = models.PositiveIntegerField(null=True, blank=True)  # per minute
    price_minor = models.PositiveIntegerField(null=True, blank=True)  # of the whole act
    length_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # of an act of time
    description = models.TextField(blank=True)  # of an act of work
    delivery_days = models.PositiveSmallIntegerField(null=True, blank=True)  # of an act of work, from its order
    free_minutes = models.PositiveSmallIntegerField(default=0)  # replaces the free 30 s where longer
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="listing_has_its_price",
                condition=models.Q(
                    kind="per_minute", rate_minor__gt=0, price_minor__isnull=True, length_minutes__isnull=True
                )
                | models.Q(kind="act_of_time", rate_minor__isnull=True, price_minor__gt=0, length_minutes__gt=0)
                | models.Q(
                    kind="act_of_work",
                    rate_minor__isnull=True,
                    price_minor__gt=0,
                    length_minutes__isnull=True,
                    delivery_days__gt=0,
                ),
            ),
            models.UniqueConstraint(
                fields=["profile"], condition=models.Q(kind="per_minute", active=True), name="listing_one_rate"
            ),
        ]

    def __str__(self) -> str:
        return self.title
