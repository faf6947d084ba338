"""Reviews as the two people and staff write them, one press each."""

from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.reviews import services as reviews
from marketplace.reviews.models import Rating, Removal, Reply, Review
from marketplace.reviews.rating import counted
from tests import cast

NOW = cast.NOW
LATER = NOW + timedelta(days=3)


def write(
    writer: User, expert: User, stars: int = 5, text: str = "Plain words.", seen: int = 0, now: datetime = NOW
) -> Review:
    return reviews.write(writer=writer, expert=expert, stars=stars, text=text, seen=seen, now=now)


def reply(review: Review, text: str = "Thank you.", seen: int = 0, now: datetime = NOW) -> Reply:
    return reviews.reply(review_id=review.pk, expert=review.expert, text=text, seen=seen, now=now)


def report(
    review: Review, reporter: User, part: str = "review", words: str = "It is not true.", now: datetime = NOW
) -> None:
    reviews.report(review_id=review.pk, part=part, reporter=reporter, words=words, now=now)


def leave(review: Review, staff: User, part: str = "review", reason: str = "It is an opinion.", seen: int = 1) -> None:
    reviews.leave(review_id=review.pk, part=part, staff=staff, reason=reason, seen=seen, now=NOW)


def remove(
    review: Review, staff: User, part: str = "review", reason: str = "An insult.", seen: int = 1, now: datetime = NOW
) -> Removal:
    return reviews.remove(review_id=review.pk, part=part, staff=staff, reason=reason, seen=seen, now=now)


def contest(review: Review, author: User, part: str = "review", words: str = "It was none.") -> None:
    reviews.contest(review_id=review.pk, part=part, author=author, words=words, now=NOW)


def decide(removal: Removal, staff: User, restore: bool, reason: str = "We looked once more.") -> None:
    reviews.decide(removal_id=removal.pk, staff=staff, restore=restore, reason=reason, now=LATER)


def rating(expert: User) -> tuple[int, str]:
    """How many, and their average, as the row says; it agrees with the reviews that are shown."""
    row = Rating.objects.filter(expert=expert).first() or Rating(expert=expert)
    assert [number for _stars, number in reversed(row.distribution)] == counted(expert.pk)
    return row.number, str(row.average)
