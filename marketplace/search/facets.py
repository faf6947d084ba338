"""How many would fit with each choice of a filter, counted up to CAP: beyond that a number would cost more than it says."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from marketplace.experts.models import Category, Presence
from marketplace.search.asking import HERE, WITHIN, Question, Understood
from marketplace.search.index import BIT_OF_LANGUAGE
from marketplace.search.matching import Matches

CAP = 1_000


@dataclass(frozen=True)
class Count:
    """`more`: they were counted up to CAP, and there are others."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


@dataclass(frozen=True)
class Facets:
    """`categories` by slug, `languages` by code; a choice that nobody fits is not there."""

    total: Count
    categories: dict[str, Count]
    languages: dict[str, Count]
    online: Count
    verified: Count
    free: dict[str, Count]  # by the keys of asking.WITHIN


def facets(question: Question, understood: Understood) -> Facets:
    """Each filter's choices are counted as if that filter alone were not set."""
    every = _Counted(question, understood)
    without = {
        name: _Counted(question.without(name), understood) if getattr(question, name) else every
        for name in ("category", "language", "online", "verified", "free")
    }
    return Facets(
        total=every.total,
        categories=without["category"].categories(),
        languages=without["language"].languages(),
        online=without["online"].online(),
        verified=without["verified"].verified(),
        free=without["free"].free(),
    )


class _Counted:
    """At most CAP + 1 entries: the category, the languages, whose each is, whether they are verified and when they are next
    there. One query, and one for who is here."""

    def __init__(self, question: Question, understood: Understood) -> None:
        entries = question.entries()
        if understood.widest:
            entries = entries.filter(Matches(understood.widest))
        rows = list(entries.values_list("category", "languages", "user", "verified", "next_free_at")[: CAP + 1])
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
            fits = (user in self.here or self._is_back(user, at, until) for *_, user, _, at in self.rows)
            counts[free] = Count(sum(fits), self.more)
        return counts

    def _is_back(self, user: int, at: datetime | None, until: datetime) -> bool:
        return at is not None and at <= until and user not in self.question.not_there

    def verified(self) -> Count:
        return Count(sum(row[3] for row in self.rows), self.more)
