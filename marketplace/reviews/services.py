"""The verbs of reviews: writing.py (the two people), reporting.py and removing.py (anybody, staff). Below: what pages ask.

Who may write one is asked where it is known what they paid (calls/metering/afterwards.py).
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.accounts.models import User
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import Part, Rating, Removal, Reply, Review, ReviewReport
from marketplace.reviews.order import WITHOUT_REVIEWS
from marketplace.reviews.removing import contest, decide, remove, standing
from marketplace.reviews.reporting import leave, report
from marketplace.reviews.writing import reply, write

__all__ = [
    "WITHOUT_REVIEWS",
    "Part",
    "Rating",
    "Removal",
    "Reply",
    "Review",
    "ReviewRefused",
    "contest",
    "decide",
    "forget",
    "leave",
    "of_expert",
    "of_pair",
    "rating_of",
    "remove",
    "removed",
    "reply",
    "report",
    "standing",
    "to_decide",
    "to_reply",
    "write",
]


def rating_of(expert: User) -> Rating:
    """With nothing in it for who has no reviews. No query where the rating was fetched with the member."""
    return getattr(expert, "rating", None) or Rating(expert=expert)


def of_expert(expert_id: int) -> QuerySet[Review]:
    """What is shown on their page, with who wrote it and the reply."""
    return Review.objects.filter(expert=expert_id, removed_at=None).select_related("writer", "reply")


def of_pair(*, writer: User, expert: User) -> Review | None:
    """Removed or not."""
    return Review.objects.select_related("writer", "expert", "reply").filter(writer=writer, expert=expert).first()


def to_reply(expert: User) -> QuerySet[Review]:
    """What the expert has said nothing to."""
    return of_expert(expert.pk).filter(reply=None)


def removed() -> QuerySet[Removal]:
    """The public log."""
    return Removal.objects.select_related("review__expert__profile")


def to_decide() -> QuerySet[Review]:
    """What waits for staff: reported, or contested."""
    reported = ReviewReport.objects.filter(review=OuterRef("pk"), decided_at=None)
    contested = Removal.objects.filter(review=OuterRef("pk"), contested_at__isnull=False, decided_at=None)
    return Review.objects.filter(Exists(reported) | Exists(contested)).select_related("writer", "expert", "reply")


@transaction.atomic
def forget(*, member: User) -> None:
    """A member leaves for good. What was written of them goes, with their replies. What they wrote of others stays and counts, as
    the word of a former member."""
    received = Review.objects.filter(expert=member)
    Reply.objects.filter(review__in=received).delete()
    received.update(text="")
    ReviewReport.objects.filter(Q(review__expert=member) | Q(reporter=member)).update(text="", words="")
    Rating.objects.filter(expert=member).delete()
