"""A question becomes one page of listed profiles (RANKING.md says in which order), and who is like somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, When
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.places.services import Place
from marketplace.search import alike as choosing
from marketplace.search import ordering
from marketplace.search.asking import KM, Question, Understood
from marketplace.search.cards import Card, as_seen, read
from marketplace.search.facets import CAP, DISTANCES_KM, RATES_MINOR, STARS_TENTHS, Count, Facets, facets
from marketplace.search.here import take_in
from marketplace.search.index import add, catch_up, listed, rebuild, refresh, renew_next_free
from marketplace.search.suggestions import suggest
from marketplace.search.words import indexed_afterwards
from payouts.money import Money

__all__ = [
    "CAP",
    "DISTANCES_KM",
    "KM",
    "PER_PAGE",
    "RATES_MINOR",
    "STARS_TENTHS",
    "Card",
    "Count",
    "Facets",
    "Page",
    "add",
    "alike",
    "catch_up",
    "complete",
    "find",
    "for_cards",
    "indexed_afterwards",
    "rebuild",
    "refresh",
    "renew_next_free",
    "shown_profiles",
    "similar",
    "suggest",
    "take_in",
]

PER_PAGE = 24


@dataclass(frozen=True)
class Page:
    """`number` counts from 1; nobody pages beyond CAP profiles."""

    profiles: list[Card]
    number: int
    pages: int
    facets: Facets
    understood: Understood

    @property
    def total(self) -> int:
        return self.facets.total.number

    @property
    def typed(self) -> str:
        """The words that nobody has."""
        return " ".join(self.understood.instead)

    @property
    def meant(self) -> str:
        return " ".join(spelling.shown for spelling in self.understood.instead.values())

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1


def find(
    *,
    text: str = "",
    category: str = "",
    online: bool = False,
    verified: bool = False,
    max_rate_minor: int | None = None,
    language: str = "",
    stars_tenths: int | None = None,
    near: Place | None = None,
    km: int = KM,
    free: str = "",
    sort: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
    not_there: Collection[int] = (),
    now: datetime | None = None,
) -> Page:
    """A page number outside the pages gives the nearest one. `category` is a slug, `language` a code; `near` and at most `km`
    from it. `free`: a key of asking.WITHIN. `sort`: empty (best), "online" or a key of ordering.COLUMNS. `not_there`: the ids of
    experts who are away to whoever looks, whatever they do."""
    now = now or timezone.now()
    question = Question(
        text, category, online, verified, max_rate_minor, language, stars_tenths, near, km, free, now, not_there
    )
    upto = min(max(page, 1), -(-CAP // per_page)) * per_page
    understood, found = ordering.answer(question, sort=sort, upto=upto, now=now)
    counted = facets(question, understood)
    pages = max(1, -(-counted.total.number // per_page))
    number = min(max(page, 1), pages)
    on_page = found[(number - 1) * per_page : number * per_page]
    shown = cards(on_page, not_there, with_parts=bool(question.reading.wanted))
    return Page(shown, number, pages, counted, understood)


def cards(profile_ids: Collection[int], not_there: Collection[int] = (), *, with_parts: bool = False) -> list[Card]:
    """In the order of `profile_ids`, without those who are not listed any more. One query; two `with_parts`."""
    shown = _of_cards().filter(pk__in=profile_ids)
    found = {card.pk: card for card in read(shown, not_there=not_there, with_parts=with_parts)}
    return [found[pk] for pk in profile_ids if pk in found]


@cache
def _of_cards() -> QuerySet[Profile]:
    """Never asked by itself: each list narrows it. To put it together takes as long as to ask it."""
    return shown_profiles()


def similar(
    *, profile: Profile, caller: User | None = None, count: int = 3, not_there: Collection[int] = ()
) -> list[Card]:
    """Experts of the same category who are free now, for a `caller` who got no answer and can be one of them. One query."""
    free = shown_profiles().filter(category=profile.category_id, user__presence__state=Presence.State.FREE)
    others = free.exclude(user__in=not_there).exclude(pk=profile.pk)
    others = others.exclude(user=caller) if caller else others
    return read(others.order_by("-published_at", "pk")[:count])


def alike(
    *, profile: Profile, caller: User | None = None, count: int = 6, not_there: Collection[int] = ()
) -> list[Card]:
    """Other experts for who reads this profile, who is free first, without `caller`. At most `count`. Two queries."""
    chosen = choosing.candidates(profile, caller=caller, not_there=not_there)
    return choosing.in_order(profile, cards(chosen, not_there), points=chosen)[:count] if chosen else []


def shown_profiles() -> QuerySet[Profile]:
    """Listed ones, with what a card shows."""
    return for_cards(listed())


def for_cards(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """With what a page shows of them. `rate_minor` is null without a rate, and where nothing is sold."""
    is_paid = Q(category__kind=Category.Kind.PAID) & ~Category.is_closed("category__")
    return profiles.select_related("user", "user__presence", "user__rating", "category__parent").annotate(
        per_minute=FilteredRelation(
            "listings", condition=Q(listings__kind=Listing.Kind.PER_MINUTE, listings__active=True)
        ),
        rate_minor=Case(When(is_paid, then=F("per_minute__rate_minor"))),
        currency=F("per_minute__currency"),
    )


def complete(profile: Profile, not_there: Collection[int] = ()) -> Profile:
    """A profile of `for_cards` with `presence_state`, `back_at` (None: they did not say) and `rate`, as pages show them."""
    presence = getattr(profile.user, "presence", None)
    said = (presence.state, presence.next_free_at) if presence else (None, None)
    profile.presence_state, profile.back_at = as_seen(*said, is_there=profile.user_id not in not_there)
    profile.rate = Money(profile.rate_minor, profile.currency) if profile.rate_minor else None
    return profile
