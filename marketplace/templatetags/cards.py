"""The card by which lists show an expert. Most are drawn again and again, and drawing takes longer than finding: so what was
drawn is kept, by everything that it shows. Nothing else reaches its template, so whatever changes makes another card."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.experts.models import Profile
from marketplace.reviews import services as reviews
from marketplace.search.reading import Reading
from marketplace.search.texts import Parts, parts_of
from payouts.money import Money

register = template.Library()
TEMPLATE = "marketplace/_expert_card.html"
KEPT = 4_096  # of 2 kB
SKILLS = 2


class Stars(NamedTuple):
    number: int
    average: Decimal | None


class Who(NamedTuple):
    name: str
    rating: Stars


class Shown(NamedTuple):
    """Of a profile, under its own names, what a card shows. `parts`: what search reads, where the card tells why it was found."""

    user_id: int
    user: Who
    slug: str
    photo: str
    headline: str
    skills: tuple[str, ...]
    verified: bool
    rate: Money | None
    presence_state: str
    back_at: datetime | None
    parts: Parts | None


@register.simple_tag
def expert_card(profile: Profile, heading: int, reading: Reading | str = "", aside: bool = False) -> SafeString:
    """`{% expert_card profile 2 %}`, of a profile as search.complete leaves it. `reading`: the words that it was found by are
    marked. `aside`: on the page of somebody else."""
    sought = reading if isinstance(reading, Reading) and reading.wanted else None
    return drawn(_shown(profile, parts_of(profile) if sought else None), heading, aside, sought, get_language())


def _shown(profile: Profile, parts: Parts | None) -> Shown:
    rating = reviews.rating_of(profile.user)
    return Shown(
        user_id=profile.user_id,
        user=Who(profile.user.name, Stars(rating.number, rating.average)),
        slug=profile.slug,
        photo=profile.photo,
        headline=profile.headline,
        skills=tuple(profile.skills[:SKILLS]),
        verified=profile.verified,
        rate=profile.rate,
        presence_state=profile.presence_state,
        back_at=profile.back_at,
        parts=parts,
    )


@lru_cache(KEPT)
def drawn(shown: Shown, heading: int, aside: bool, sought: Reading | None, _language: str) -> SafeString:
    asked = {"profile": shown, "heading": heading, "aside": aside, "reading": sought or ""}
    return render_to_string(TEMPLATE, asked)
