"""An expert's rating is counted anew in the transaction of whatever changes their reviews."""

from django.db.models import Count

from marketplace.reviews.models import SCALE, Rating, Review
from marketplace.reviews.order import order_value


def recount(*, expert_id: int) -> None:
    """To be called with the change made and its review locked. The rating's own lock makes who comes second count what the first
    has changed."""
    Rating.objects.get_or_create(expert_id=expert_id)
    rating = Rating.objects.select_for_update().get(expert_id=expert_id)
    by_stars = counted(expert_id)
    rating.ones, rating.twos, rating.threes, rating.fours, rating.fives = by_stars
    rating.number = sum(by_stars)
    rating.total = sum(stars * number for stars, number in zip(SCALE, by_stars, strict=True))
    rating.order_value = order_value(number=rating.number, total=rating.total)
    rating.save()


def counted(expert_id: int) -> list[int]:
    """How many gave 1, 2, ... 5 stars, of the reviews that are shown."""
    shown = Review.objects.filter(expert=expert_id, removed_at=None)
    found = dict(shown.order_by().values_list("stars").annotate(Count("pk")))
    return [found.get(stars, 0) for stars in SCALE]
