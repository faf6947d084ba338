from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.experts import hours, quiet


class CategoryQuerySet(models.QuerySet):
    def open(self) -> "CategoryQuerySet":
        return self.exclude(Category.is_closed())


class Category(models.Model):
    """Of two levels: experts stand in those of the second, or in one of the first that has none below it."""

    class Kind(models.TextChoices):
        PAID = "paid", _("paid")
        FREE_ONLY = "free_only", _("free only")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name in English"), max_length=60)
    name_fr = models.CharField(_("name in French"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        limit_choices_to={"parent": None},
        verbose_name=_("part of"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=9,
        choices=Kind.choices,
        default=Kind.PAID,
        help_text=_(
            "Free only: nothing new is sold in it. "
            "Closed: nobody is found, called or published in it, nor in what is part of it."
        ),
    )
    kind_note = models.CharField(
        _("note in English"),
        max_length=300,
        blank=True,
        help_text=_("Why it is so: experts read it where they choose."),
    )
    kind_note_fr = models.CharField(_("note in French"), max_length=300, blank=True)
    sensitive = models.BooleanField(
        _("law, health or belief"),
        default=False,
        help_text=_("No sponsored card stands beside it, beside what is part of it, or beside what it is part of."),
    )
    commission_percent = models.PositiveSmallIntegerField(
        _("commission, percent"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("The platform's share of new offers in this category. Empty: that of the whole site."),
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.CheckConstraint(
                name="category_commission_is_a_share",
                condition=models.Q(commission_percent__isnull=True) | models.Q(commission_percent__lte=100),
            )
        ]

    def __str__(self) -> str:
        """In the language of the page."""
        return (self.name_fr if get_language() == "fr" else "") or self.name

    @property
    def kind_in_force(self) -> Kind:
        """Its own; but what is part of a closed one is closed."""
        return self.Kind(self._ruling.kind)

    @staticmethod
    def is_closed(path: str = "") -> Q:
        """`kind_in_force` in a query; `path`: to the category, with its underscores."""
        return Q(**{f"{path}kind": Category.Kind.CLOSED}) | Q(**{f"{path}parent__kind": Category.Kind.CLOSED})

    @property
    def note(self) -> str:
        """Why the kind in force is what it is, in the language of the page."""
        ruling = self._ruling
        return (ruling.kind_note_fr if get_language() == "fr" else "") or ruling.kind_note

    @property
    def _ruling(self) -> "Category":
        return self.parent if self.parent and self.parent.kind == self.Kind.CLOSED else self

    @property
    def is_sensitive(self) -> bool:
        return self.sensitive or (self.parent is not None and self.parent.sensitive)

    @property
    def is_by_sensitive(self) -> bool:
        """It is, or a part of it is: who is listed in that is shown with it."""
        return self.is_sensitive or self.children.filter(sensitive=True).exists()

    def clean(self) -> None:
        """Raises ValidationError for a third level."""
        if self.parent and (self.parent.parent or self.children.exists()):
            raise ValidationError({"parent": _("Categories have two levels: this one would be on a third.")})


class Visibility(models.TextChoices):
    LISTED = "listed", _("everybody")
    UNLISTED = "unlisted", _("whoever has the link")
    PRIVATE = "private", _("people I have talked with")


class ProfileQuerySet(models.QuerySet):
    def shown(self) -> "ProfileQuerySet":
        """What can be shown and rung at all: published, of an active member, in no closed category. To whom: contacts.seeing."""
        published = self.filter(published_at__isnull=False, user__is_active=True)
        return published.exclude(Category.is_closed("category__"))

    def listed(self) -> "ProfileQuerySet":
        """What is found by who was not given the link."""
        return self.shown().filter(visibility=Visibility.LISTED)


class WhoMayRing(models.TextChoices):
    ANYONE = "anyone", _("anyone, also without an account")
    MEMBERS = "members", _("any member")
    CREDIT = "credit", _("members whose credit covers 10 minutes")
    KNOWN = "known", _("people I have talked with")


class Profile(models.Model):
    """A member's page: a draft until it was published. Searched columns stay here; presence, which flips often, has a narrow
    table of its own."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="profile")
    slug = models.SlugField(max_length=80, unique=True)
    headline = models.CharField(_("headline"), max_length=120)
    bio = models.TextField(_("about you"), max_length=4000)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="profiles")
    languages = models.JSONField(_("languages"), default=list)  # language codes: ["en", "fr"]
    skills = models.JSONField(_("skills"), default=list)  # short tags, at most 8
    place = models.CharField(
        _("place"), max_length=80, blank=True
    )  # as they wrote it; where that is, as far as it is known:
    place_id = models.PositiveIntegerField(null=True, editable=False)  # GeoNames'
    latitude = models.FloatField(null=True, editable=False)
    longitude = models.FloatField(null=True, editable=False)
    who_may_ring = models.CharField(max_length=7, choices=WhoMayRing.choices, default=WhoMayRing.MEMBERS)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.LISTED)
    photo = models.CharField(max_length=120, blank=True)  # path under MEDIA_ROOT; written by experts.photos alone
    greeting = models.CharField(max_length=120, blank=True)  # the same; both written by experts.greetings alone
    greeting_words = models.TextField(_("what is said in it"), max_length=2000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)
    rate_minor_max = models.PositiveIntegerField(null=True, editable=False)  # allowed by staff; else RATE_MINOR_MAX
    verified = models.BooleanField(default=False, editable=False)  # written by experts.verified alone
    test_call_at = models.DateTimeField(null=True, editable=False)  # when the last test call came through

    objects = ProfileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["latitude", "longitude"], condition=Q(latitude__isnull=False), name="profile_where"),
        ]
        constraints = [
            models.CheckConstraint(
                name="profile_place_is_whole",
                condition=Q(place_id__isnull=True, latitude__isnull=True, longitude__isnull=True)
                | Q(
                    place_id__isnull=False,
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def greets_in_sound(self) -> bool:
        return self.greeting.endswith((".m4a", ".weba"))


class Presence(models.Model):
    """What others see of an expert (`state`), and what it follows from.

    Narrow on purpose: it changes with each page that comes and goes, and an index more, or a long text, is paid for each time.
    """

    class State(models.TextChoices):
        FREE = "free", _("free now")
        BUSY = "busy", _("busy")
        AWAY = "away", _("away")

    class Choice(models.TextChoices):
        """The expert's own. All but *free* win over every open page."""

        FREE = "free", _("Available")
        BUSY = "busy", _("Busy")  # seen busy while here; who is waited for still calls back, and turns come
        NOT_DISTURBED = "dnd", _("Do not disturb")  # seen busy while here; nothing at all rings
        AWAY = "away", _("Away")
        INVISIBLE = "invisible", _("Invisible")  # seen away, like who is just not here

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="presence"
    )
    state = models.CharField(max_length=4, choices=State.choices, default=State.AWAY, db_index=True)
    chosen = models.CharField(max_length=9, choices=Choice.choices, default=Choice.FREE)
    chosen_until = models.DateTimeField(null=True)  # then *free* again; null: until they choose anew
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    quiet_zone = models.CharField(max_length=64, blank=True)
    is_quiet = models.BooleanField(default=False)  # within the quiet hours, and not here all the same
    turns_at = models.DateTimeField(null=True)  # when time alone next changes something of this
    in_call = models.BooleanField(default=False)
    missed_rings = models.JSONField(default=list)  # ids of who called in vain, in a row; 0: a guest
    # When they can be called again as far as they said, were they away: quiet and weekly hours, *away until*. Search follows it.
    next_free_at = models.DateTimeField(null=True)
    # Of search.here alone: it keeps a copy of who is here, and is told in batches, for a flip must not wait for that.
    searched_as = models.CharField(max_length=4, choices=State.choices, default=State.AWAY)  # in that copy
    is_news = models.GeneratedField(
        expression=~Q(searched_as=F("state")), output_field=models.BooleanField(), db_persist=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["turns_at"], condition=Q(turns_at__isnull=False), name="presence_turns"),
            models.Index(fields=["user"], condition=Q(is_news=True), name="presence_news"),
            models.Index(fields=["next_free_at"], condition=Q(next_free_at__isnull=False), name="presence_next_free"),
        ]

    @property
    def quiet_hours(self) -> quiet.Hours | None:
        if self.quiet_from is None or self.quiet_to is None:
            return None
        return quiet.Hours(self.quiet_from, self.quiet_to, self.quiet_zone)

    @property
    def back_at(self) -> datetime | None:
        return back_at_of(self.state, self.next_free_at)


def back_at_of(state: str, next_free_at: datetime | None) -> datetime | None:
    """When an expert who is away can be called again, as far as they said. None once that has passed without them."""
    is_ahead = next_free_at is not None and next_free_at > timezone.now()
    return next_free_at if state == Presence.State.AWAY and is_ahead else None


class WeeklyHours(models.Model):
    """When an expert can usually be called (hours.py). No row: they did not say. Apart from presence, which stays narrow."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="weekly_hours"
    )
    zone = models.CharField(max_length=64)
    days = models.JSONField()  # of each day, Monday first, the intervals: [[540, 720], ...]

    class Meta:
        verbose_name_plural = "weekly hours"

    def __str__(self) -> str:
        return f"{self.user_id}: {self.zone}"

    @property
    def week(self) -> hours.Week:
        return hours.Week(tuple(tuple(hours.Interval(*pair) for pair in day) for day in self.days), self.zone)


class Connection(models.Model):
    """This member has at least one open page on this server process (or had, up to AWAY_AFTER_S ago)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connections")
    process = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "process"], name="connection_once_per_process")]
