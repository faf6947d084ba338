"""Which sponsored card stands beside a page of the directory."""

from datetime import datetime
from hashlib import blake2b

from marketplace.sponsors.models import SponsoredCard

LOOKED_AT = 50  # cards of one page that take turns


def card_for(*, category: str, language: str, now: datetime) -> SponsoredCard | None:
    """Chosen by what the page is about and nothing else: its category (a slug, or empty) and the language it is read in. Where
    several would fit they take turns by the hour. None stands beside a sensitive category, what is part of one, or what has one
    as a part: who is listed there is shown on the same page. One query where there is none, as mostly."""
    of_page = SponsoredCard.objects.filter(language=language, begins_at__lte=now, ends_at__gt=now)
    of_page = of_page.filter(category__slug=category) if category else of_page.filter(category=None)
    cards = list(of_page.order_by("pk")[:LOOKED_AT])
    if cards and cards[0].category and cards[0].category.is_by_sensitive:  # that of all of them
        return None
    hour = now.strftime("%Y-%m-%dT%H")
    return min(cards, key=lambda card: blake2b(f"{hour}:{card.pk}".encode()).digest(), default=None)
