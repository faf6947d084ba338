from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.experts.models import Visibility
from marketplace.reviews.order import WITHOUT_REVIEWS

TEXT_MAX = 2_000
SCALE = (1, 2, 3, 4, 5)


class Part(models.TextChoices):
    """What of a review is reported, taken down, contested."""

    REVIEW = "review", gettext_lazy("the review")
    REPLY = "reply", gettext_lazy("the reply")


def public_name(member: User) -> str:
    """Who has left is nobody any more, to everybody."""
    return member.shown_name if member.is_active else _("A former member")


class Words(models.Model):
    """What somebody wrote for everybody to read, and may write anew."""

    text = models.TextField()
    version = models.PositiveIntegerField(default=1)  # a form sends the one that it began with
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)  # last
    removed_at = models.DateTimeField(null=True)  # by staff: shown to nobody, counted nowhere

    class Meta:
        abstract = True


class Review(Words):
    """One of each pair: whoever paid the expert, whatever they paid for, and however often."""

    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_written")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_received")
    stars = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["writer", "expert"], name="review_one_per_pair"),
            models.CheckConstraint(condition=~Q(writer=F("expert")), name="review_nobody_reviews_themself"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars"),
        ]
        indexes = [
            models.Index(
                fields=["expert", "-written_at", "-id"], condition=Q(removed_at__isnull=True), name="review_of_expert"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"expert_review:{self.pk}"

    @property
    def writer_name(self) -> str:
        return public_name(self.writer)

    @property
    def expert_name(self) -> str:
        """Where everybody reads it, whether or not they would find the expert's page."""
        profile = self.expert.profile
        if self.expert.is_active and (profile.published_at is None or profile.visibility != Visibility.LISTED):
            return _("An expert whose page is not public")
        return public_name(self.expert)

    @property
    def shown_reply(self) -> "Reply | None":
        reply = getattr(self, "reply", None)
        return reply if reply and not reply.removed_at else None

    def author_of(self, part: str) -> User:
        return self.writer if part == Part.REVIEW else self.expert

    def words_of(self, part: str) -> Words | None:
        """None: there is no reply."""
        return self if part == Part.REVIEW else getattr(self, "reply", None)


class Reply(Words):
    """The expert's, one."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="reply")


def average_of(number: int, total: int) -> Decimal | None:
    """To a tenth of a star, as it is shown. None without reviews."""
    return (Decimal(total) / number).quantize(Decimal("0.1"), ROUND_HALF_UP) if number else None


class Rating(models.Model):
    """What an expert's reviews come to: a narrow row, so that no card and no page has to count. See rating.py."""

    expert = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="rating"
    )
    number = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # of all stars
    ones = models.PositiveIntegerField(default=0)
    twos = models.PositiveIntegerField(default=0)
    threes = models.PositiveIntegerField(default=0)
    fours = models.PositiveIntegerField(default=0)
    fives = models.PositiveIntegerField(default=0)
    order_value = models.PositiveIntegerField(default=WITHOUT_REVIEWS, db_index=True)  # see order.py

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number=F("ones") + F("twos") + F("threes") + F("fours") + F("fives")),
                name="rating_numbers_add_up",
            ),
            models.CheckConstraint(
                condition=Q(total=F("ones") + 2 * F("twos") + 3 * F("threes") + 4 * F("fours") + 5 * F("fives")),
                name="rating_stars_add_up",
            ),
        ]

    @property
    def average(self) -> Decimal | None:
        return average_of(self.number, self.total)

    @property
    def distribution(self) -> list[tuple[int, int]]:
        """(stars, how many gave them), the most stars first."""
        numbers = (self.ones, self.twos, self.threes, self.fours, self.fives)
        return list(zip(SCALE, numbers, strict=True))[::-1]


class ReviewReport(models.Model):
    """A member says that a review, or the reply to it, should not stand. Staff decide, and the member hears why."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reports")
    part = models.CharField(max_length=6, choices=Part.choices)
    version = models.PositiveIntegerField()  # of what was reported,
    text = models.TextField()  # which its author may have changed since
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()  # why
    reported_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "part", "version", "reporter"], name="review_report_once_a_wording"
            )
        ]
        indexes = [
            models.Index(fields=["review"], condition=Q(decided_at__isnull=True), name="review_report_open"),
        ]


class Removal(models.Model):
    """Staff took a review, or the reply to it, down. Everybody reads the reasons (`/reviews/removed/`). Its author contests it
    once, and staff decide: it stands, or is restored."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="removals")
    part = models.CharField(max_length=6, choices=Part.choices)
    reason = models.TextField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(db_index=True)
    contest = models.TextField(blank=True)  # the author's words, for staff
    contested_at = models.DateTimeField(null=True)
    verdict = models.TextField(blank=True)  # the reason of the decision, for everybody
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    restored = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "part"], condition=Q(restored=False), name="review_removal_one_that_stands"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, restored=False) | Q(contested_at__isnull=False),
                name="review_removal_is_contested_before_it_is_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["contested_at"],
                condition=Q(contested_at__isnull=False, decided_at__isnull=True),
                name="review_removal_contested",
            )
        ]
