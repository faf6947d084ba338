"""A query becomes one page of published profiles; who can answer now comes first (PRODUCT.md, *Browse*)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When

from marketplace.accounts.models import User
from marketplace.experts.folding import fold, language_word
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from payouts.money import Money

PER_PAGE = 24
WORDS_MAX = 8
SORTS = ("", "rate", "new", "name")  # "" is who can answer now, then the newest

ORDERS = {
    "": ("availability", "-published_at", "pk"),
    "rate": (F("rate_minor").asc(nulls_last=True), "availability", "pk"),
    "new": ("-published_at", "pk"),
    "name": ("user__name", "pk"),
}


@dataclass(frozen=True)
class Page:
    """`number` counts from 1. Each profile carries `user`, `category`, `presence_state` and `rate` (Money or None)."""

    profiles: list[Profile]
    number: int
    pages: int
    total: int

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
    max_rate_minor: int | None = None,
    language: str = "",
    sort: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
    not_there: Collection[int] = (),
) -> Page:
    """Every word of `text` must begin a word of the profile, whatever its accents and capitals. A page number outside
    the pages gives the nearest one. `category` is a slug, `language` a code, `sort` one of SORTS, `not_there` the ids of
    experts who are away to whoever looks, whatever they do. Two queries."""
    profiles = shown_profiles().annotate(availability=_availability(not_there))
    for word in fold(text[:200]).split()[:WORDS_MAX]:
        profiles = profiles.filter(search_text__contains=f" {word}")
    if category:
        profiles = profiles.filter(category__slug=category)
    if online:
        profiles = _free(profiles, not_there)
    if max_rate_minor is not None:
        profiles = profiles.filter(rate_minor__lte=max_rate_minor)
    if language:
        profiles = profiles.filter(search_text__contains=f" {language_word(language)} ")
    paginator = Paginator(profiles.order_by(*ORDERS.get(sort, ORDERS[""])), per_page)
    number = min(max(page, 1), paginator.num_pages)
    found = [complete(profile, not_there) for profile in paginator.page(number)]
    return Page(found, number, paginator.num_pages, paginator.count)


def similar(
    *, profile: Profile, caller: User | None = None, count: int = 3, not_there: Collection[int] = ()
) -> list[Profile]:
    """Experts of the same category who are free now, for a `caller` who got no answer and can be one of them. One query."""
    free = _free(shown_profiles().filter(category=profile.category_id), not_there)
    others = free.exclude(pk=profile.pk).exclude(user=caller) if caller else free.exclude(pk=profile.pk)
    return [complete(other) for other in others.order_by("-published_at", "pk")[:count]]


def _availability(not_there: Collection[int]) -> Case:
    return Case(
        When(user__in=not_there, then=Value(2)),
        When(user__presence__state=Presence.State.FREE, then=Value(0)),
        When(user__presence__state=Presence.State.BUSY, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _free(profiles: QuerySet[Profile], not_there: Collection[int]) -> QuerySet[Profile]:
    return profiles.filter(user__presence__state=Presence.State.FREE).exclude(user__in=not_there)


def shown_profiles() -> QuerySet[Profile]:
    """Those that visitors may find."""
    return for_cards(Profile.objects.shown())


def for_cards(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """With what a card shows. `rate_minor` is null without a rate, and where nothing is sold."""
    return profiles.select_related("user", "user__presence", "category").annotate(
        per_minute=FilteredRelation(
            "listings", condition=Q(listings__kind=Listing.Kind.PER_MINUTE, listings__active=True)
        ),
        rate_minor=Case(When(category__kind=Category.Kind.PAID, then=F("per_minute__rate_minor"))),
        currency=F("per_minute__currency"),
    )


def complete(profile: Profile, not_there: Collection[int] = ()) -> Profile:
    """A profile of `shown_profiles` with `presence_state`, `back_at` (None: they did not say) and `rate`, as pages show them."""
    presence = None if profile.user_id in not_there else getattr(profile.user, "presence", None)
    profile.presence_state = presence.state if presence else Presence.State.AWAY
    profile.back_at = presence.back_at if presence else None
    profile.rate = Money(profile.rate_minor, profile.currency) if profile.rate_minor else None
    return profile
