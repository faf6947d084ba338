"""Which sponsored card stands beside a page of the directory."""

from datetime import datetime
from hashlib import blake2b

from marketplace.sponsors.models import SponsoredCard

LOOKED_AT = 50  # cards of one page that take turns


def card_for(*, category: str, language: str, now: datetime) -> SponsoredCard | None:
    """Chosen by what the page is about and nothing else: its category (a slug, or empty) and the language it is read in. Where
    several would fit they take turns by the hour. None stands beside a sensitive category, what is part of one, or what has one
    as a part: who is listed there is shown on the same page. One query."""
    of_page = SponsoredCard.objects.filter(language=language, begins_at__lte=now, ends_at__gt=now)
    of_page = of_page.filter(category__slug=category) if category else of_page.filter(category=None)
    of_page = of_page.exclude(category__sensitive=True).exclude(category__parent__sensitive=True)
    of_page = of_page.exclude(category__children__sensitive=True)
    hour = now.strftime("%Y-%m-%dT%H")
    return min(
        of_page.order_by("pk")[:LOOKED_AT],
        key=lambda card: blake2b(f"{hour}:{card.pk}".encode()).digest(),
        default=None,
    )
