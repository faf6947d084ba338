from django.db import models
from django.db.models import Q

from marketplace.experts.models import Category, Profile
from marketplace.search.matching import WordsField


class Searched(models.Model):
    """What search reads of one listed profile: narrow, so that a million of them are looked through quickly. What a card shows
    is read from the profile itself."""

    user = models.OneToOneField("marketplace.User", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", db_index=False)
    rate_minor = models.PositiveIntegerField(null=True)  # per minute, in the site's currency; 0 where nothing is sold
    verified = models.BooleanField(default=False)
    languages = models.BigIntegerField(default=0)  # a bit each, in the order of experts.languages.CODES
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    published_at = models.DateTimeField()
    stars_tenths = models.PositiveSmallIntegerField(null=True)  # the average; none without reviews
    quality = models.IntegerField()  # RANKING.md; the higher the earlier
    words = WordsField(default="")

    class Meta:
        abstract = True


class Entry(Searched):
    """Written by `search.index` alone, anew whenever the profile is saved."""

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True, related_name="entry")
    name = models.CharField(max_length=80, db_index=True)  # folded
    rating = models.PositiveIntegerField()  # reviews.order
    next_free_at = models.DateTimeField(null=True)  # as Presence has it; follows it, and time

    class Meta:
        indexes = [
            models.Index(fields=["category", "-quality", "-profile"], name="entry_of_category"),
            models.Index(fields=["category", "-published_at", "-profile"], name="entry_newest_of_category"),
            models.Index(fields=["-quality", "-profile"], name="entry_best"),
            models.Index(fields=["-published_at", "profile"], name="entry_newest"),
            models.Index(
                fields=["next_free_at", "-quality", "-profile"],
                condition=Q(next_free_at__isnull=False),
                name="entry_soonest",
            ),
            models.Index(
                fields=["category", "next_free_at", "-quality", "-profile"],
                condition=Q(next_free_at__isnull=False),
                name="entry_soonest_of_category",
            ),
            models.Index(fields=["-rating", "profile"], name="entry_by_rating"),
            models.Index(fields=["rate_minor", "profile"], name="entry_by_rate"),
            models.Index(fields=["latitude", "longitude"], condition=Q(latitude__isnull=False), name="entry_where"),
        ]

    def __str__(self) -> str:
        return self.name


class Here(Searched):
    """A copy of the entries of those who are free or busy, on PostgreSQL: a few among a million, whom search looks through
    first. Written by `search.here` alone."""

    entry = models.OneToOneField(
        Entry, on_delete=models.CASCADE, primary_key=True, related_name="+", db_column="profile_id"
    )
    state = models.CharField(max_length=4)  # Presence.searched_as

    class Meta:
        indexes = [
            # Without the state: who changes theirs is written in place.
            models.Index(fields=["category", "-quality", "-entry"], name="here_of_category"),
            models.Index(fields=["category", "-published_at", "-entry"], name="here_newest_of_category"),
            models.Index(fields=["-quality", "-entry"], name="here_best"),
            models.Index(fields=["-published_at", "-entry"], name="here_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"


class Spelling(models.Model):
    """A word that listed profiles have: what half a word can become, and what a mistyped one may have meant."""

    word = models.CharField(max_length=40, primary_key=True)  # folded
    shown = models.CharField(max_length=60)  # as somebody wrote it: with its accents
    profiles = models.IntegerField(default=0)  # that have it

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(profiles__gte=0), name="spelling_is_of_profiles")]

    def __str__(self) -> str:
        return self.shown


class Slip(models.Model):
    """A spelling with letters left out. Two words that share one are a few slips of the finger apart (slips.py)."""

    letters = models.CharField(max_length=40)
    spelling = models.ForeignKey(Spelling, on_delete=models.CASCADE, related_name="slips")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letters", "spelling"], name="slip_once")]
