from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.experts.models import Category


class SponsoredCard(models.Model):
    """Words and a link that a sponsor pays for: no picture, no script, nothing that sees who looks."""

    sponsor = models.CharField(_("sponsor"), max_length=60, help_text=_("Who pays for it: shown beside the label."))
    title = models.CharField(_("title"), max_length=80)
    text = models.CharField(_("text"), max_length=200, blank=True)
    url = models.URLField(_("address"), validators=[URLValidator(schemes=["https"])])
    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Shown where this one is chosen; empty: where none is. Never one of law, health or belief."),
    )
    language = models.CharField(
        _("language of its words"), max_length=2, choices=[("en", "English"), ("fr", "français")], default="en"
    )
    begins_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("sponsored card")
        verbose_name_plural = _("sponsored cards")
        indexes = [models.Index(fields=["category", "ends_at"], name="sponsored_of_category")]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="sponsored_for_some_time")]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.title}"

    def clean(self) -> None:
        """Raises ValidationError for an end before the beginning, and for a category that is sensitive or has such a part."""
        if self.category and self.category.is_by_sensitive:
            raise ValidationError({"category": _("In law, health and belief no sponsored card stands.")})
        if self.begins_at and self.ends_at and self.ends_at <= self.begins_at:
            raise ValidationError({"ends_at": _("It must end after it begins.")})
