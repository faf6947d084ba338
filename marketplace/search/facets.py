"""How many would fit with each choice of a filter, counted up to CAP: beyond that a number would cost more than it says."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from marketplace.experts.models import Category, Presence
from marketplace.search.asking import HERE, WITHIN, Question, Understood
from marketplace.search.index import BIT_OF_LANGUAGE
from marketplace.search.matching import Matches

CAP = 1_000
# The choices of filters that take any number.
RATES_MINOR = (100, 200, 300, 500, 1_000)
STARS_TENTHS = (45, 40, 30)
DISTANCES_KM = (10, 25, 50, 100, 200)


@dataclass(frozen=True)
class Count:
    """`more`: they were counted up to CAP, and there are others."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


@dataclass(frozen=True)
class Facets:
    """`categories` by slug, `languages` by code: a choice that nobody fits is not there, nor, if the counts have `more`, one
    that none of the first CAP fits. `km` is empty where no place is asked for."""

    total: Count
    categories: dict[str, Count]
    languages: dict[str, Count]
    online: Count
    verified: Count
    free: dict[str, Count]  # by the keys of asking.WITHIN
    rates: dict[int, Count]  # at most so much, of RATES_MINOR
    stars: dict[int, Count]  # at least so many, of STARS_TENTHS
    km: dict[int, Count]  # at most so far, of DISTANCES_KM


def facets(question: Question, understood: Understood) -> Facets:
    """Each filter's choices are counted as if that filter alone were not set."""
    every = _Counted(question, understood)
    without = {
        name: _Counted(question.without(name), understood) if getattr(question, name) else every
        for name in ("category", "language", "online", "verified", "free", "max_rate_minor", "stars_tenths")
    }
    around = _Counted(replace(question, km=max(DISTANCES_KM)), understood) if question.near else None
    return Facets(
        total=every.total,
        categories=without["category"].categories(),
        languages=without["language"].languages(),
        online=without["online"].online(),
        verified=without["verified"].verified(),
        free=without["free"].free(),
        rates=without["max_rate_minor"].rates(),
        stars=without["stars_tenths"].stars(),
        km=around.km() if around else {},
    )


class _Counted:
    """At most CAP + 1 entries: the category, the languages, whose each is, whether they are verified, when they are next there,
    the rate, the stars and, where a place is asked for, the distance. One query, and one for who is here."""

    def __init__(self, question: Question, understood: Understood) -> None:
        entries = question.entries()
        if understood.widest:
            entries = entries.filter(Matches(understood.widest))
        columns = ["category", "languages", "user", "verified", "next_free_at", "rate_minor", "stars_tenths"]
        columns += ["distance"] if question.near else []
        rows = list(entries.values_list(*columns)[: CAP + 1])
        self.more, self.rows, self.question = len(rows) > CAP, rows[:CAP], question

    @property
    def total(self) -> Count:
        return Count(len(self.rows), self.more)

    def categories(self) -> dict[str, Count]:
        """Whoever is in a category is in that which it is part of, too."""
        places = {pk: (slug, above) for pk, slug, above in Category.objects.values_list("pk", "slug", "parent__slug")}
        found: Counter[str] = Counter()
        for pk, number in Counter(row[0] for row in self.rows).items():
            for slug in filter(None, places[pk]):
                found[slug] += number
        return {slug: Count(number, self.more) for slug, number in found.items()}

    def languages(self) -> dict[str, Count]:
        masks = Counter(row[1] for row in self.rows)
        spoken = {code: sum(n for mask, n in masks.items() if mask & bit) for code, bit in BIT_OF_LANGUAGE.items()}
        return {code: Count(number, self.more) for code, number in spoken.items() if number}

    @cached_property
    def here(self) -> dict[int, str]:
        users = [row[2] for row in self.rows if row[2] not in self.question.not_there]
        return dict(Presence.objects.filter(user__in=users, state__in=HERE).values_list("user", "state"))

    def online(self) -> Count:
        return Count(sum(state == Presence.State.FREE for state in self.here.values()), self.more)

    def free(self) -> dict[str, Count]:
        counts = {"now": self.online()}
        for free in ("day", "week"):
            until = self.question.now + WITHIN[free]
            fits = (user in self.here or self._is_back(user, at, until) for _, _, user, _, at, *_ in self.rows)
            counts[free] = Count(sum(fits), self.more)
        return counts

    def _is_back(self, user: int, at: datetime | None, until: datetime) -> bool:
        return at is not None and at <= until and user not in self.question.not_there

    def verified(self) -> Count:
        return Count(sum(row[3] for row in self.rows), self.more)

    def rates(self) -> dict[int, Count]:
        return {most: self._count(row[5] is not None and row[5] <= most for row in self.rows) for most in RATES_MINOR}

    def stars(self) -> dict[int, Count]:
        return {least: self._count((row[6] or 0) >= least for row in self.rows) for least in STARS_TENTHS}

    def km(self) -> dict[int, Count]:
        return {most: self._count(row[7] <= most * most for row in self.rows) for most in DISTANCES_KM}

    def _count(self, fits: Iterable[bool]) -> Count:
        return Count(sum(fits), self.more)
