"""What lists show of an expert. Read as plain values: to make whole profiles of them takes three times as long."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from marketplace.experts.models import Category, Presence, Profile, back_at_of
from marketplace.listings.models import Listing
from marketplace.reviews.models import average_of
from marketplace.search.texts import Parts, parts_from
from payouts.money import Money

OF_CATEGORY, ABOVE = ("category__name", "category__name_fr"), ("category__parent__name", "category__parent__name_fr")
READ = (
    *("pk", "user_id", "slug", "photo", "headline", "skills", "verified", "category__kind", "rate_minor", "currency"),
    *("user__name", "user__rating__number", "user__rating__total", "user__presence__state"),
    "user__presence__next_free_at",
)


class Stars(NamedTuple):
    number: int
    total: int

    @property
    def average(self) -> Decimal | None:
        return average_of(self.number, self.total)


class Who(NamedTuple):
    name: str
    rating: Stars


class Card(NamedTuple):
    """Under the names that a profile has for it; a value, equal to another one that shows the same. `parts`: what search reads,
    where the card is to tell why it was found. `back_at`: of who is away, as far as they said."""

    pk: int
    user_id: int
    user: Who
    slug: str
    photo: str
    headline: str
    skills: tuple[str, ...]
    verified: bool
    rate: Money | None
    sells: bool
    presence_state: str
    back_at: datetime | None
    parts: Parts | None = None


def read(profiles: QuerySet[Profile], *, not_there: Collection[int] = (), with_parts: bool = False) -> list[Card]:
    """Of profiles as `services.for_cards` leaves them, in their order. One query; two `with_parts`."""
    columns = (*READ, *OF_CATEGORY, *ABOVE, "place", "place_id", "bio") if with_parts else READ
    found = [dict(zip(columns, row, strict=True)) for row in profiles.values_list(*columns)]
    offered = _offered(row["pk"] for row in found) if with_parts else {}
    return [_card(row, not_there, _parts(row, offered.get(row["pk"], ())) if with_parts else None) for row in found]


def _offered(profile_ids: Iterable[int]) -> dict[int, list[str]]:
    """Of each profile the texts of its active listings."""
    found: dict[int, list[str]] = {}
    listings = Listing.objects.filter(profile__in=list(profile_ids), active=True).order_by("pk")
    for profile_id, *texts in listings.values_list("profile", "title", "description"):
        found.setdefault(profile_id, []).extend(texts)
    return found


def _parts(row: dict, offered: Iterable[str]) -> Parts:
    return parts_from(
        name=row["user__name"],
        headline=row["headline"],
        skills=row["skills"],
        categories=[row[name] or "" for name in (*OF_CATEGORY, *(ABOVE if row[ABOVE[0]] else ()))],
        offered=offered,
        place=row["place"],
        place_id=row["place_id"],
        bio=row["bio"],
    )


def _card(row: dict, not_there: Collection[int], parts: Parts | None) -> Card:
    presence = row["user__presence__state"], row["user__presence__next_free_at"]
    state, back_at = as_seen(*presence, is_there=row["user_id"] not in not_there)
    return Card(
        pk=row["pk"],
        user_id=row["user_id"],
        user=Who(row["user__name"], Stars(row["user__rating__number"] or 0, row["user__rating__total"] or 0)),
        slug=row["slug"],
        photo=row["photo"],
        headline=row["headline"],
        skills=tuple(row["skills"]),
        verified=row["verified"],
        rate=Money(row["rate_minor"], row["currency"]) if row["rate_minor"] else None,
        sells=row["category__kind"] == Category.Kind.PAID,
        presence_state=state,
        back_at=back_at,
        parts=parts,
    )


def as_seen(state: str | None, next_free_at: datetime | None, *, is_there: bool) -> tuple[str, datetime | None]:
    """Presence as whoever looks is shown it, and when who is away is back, as far as they said. `state`: None without a row of
    presence. Not `is_there`: to whoever looks they are away, and say nothing."""
    if state is None or not is_there:
        return Presence.State.AWAY, None
    return state, back_at_of(state, next_free_at)
