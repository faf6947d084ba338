"""Which sponsored card stands beside a page of the directory."""

from datetime import datetime
from hashlib import blake2b

from django.db import connection

from marketplace.sponsors.models import SponsoredCard

LOOKED_AT = 50  # cards of one page that take turns

# By hand: every page of the directory asks, and Django takes four times as long to put it together.
OF_PAGE = f"""
SELECT card.* FROM marketplace_sponsoredcard card LEFT JOIN marketplace_category category ON category.id = card.category_id
WHERE card.language = %s AND card.begins_at <= %s AND card.ends_at > %s AND coalesce(category.slug, '') = %s
ORDER BY card.id LIMIT {LOOKED_AT}
"""


def card_for(*, category: str, language: str, now: datetime) -> SponsoredCard | None:
    """Chosen by what the page is about and nothing else: its category (a slug, or empty) and the language it is read in. Where
    several would fit they take turns by the hour. None stands beside a sensitive category, what is part of one, or what has one
    as a part: who is listed there is shown on the same page. One query where there is none, as mostly."""
    at = connection.ops.adapt_datetimefield_value(now)
    cards = list(SponsoredCard.objects.raw(OF_PAGE, [language, at, at, category]))
    if cards and cards[0].category and cards[0].category.is_by_sensitive:  # that of all of them
        return None
    hour = now.strftime("%Y-%m-%dT%H")
    return min(cards, key=lambda card: blake2b(f"{hour}:{card.pk}".encode()).digest(), default=None)
