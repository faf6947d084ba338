"""How many would fit with each choice of a filter, counted up to CAP: beyond that a number would cost more than it says."""

from collections import Counter
from dataclasses import dataclass

from marketplace.experts.models import Category, Presence
from marketplace.search.asking import HERE, WITHIN, Question, Understood
from marketplace.search.index import BIT_OF_LANGUAGE
from marketplace.search.statements import among, array, moment, rows

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
    """At most CAP + 1 entries, by category, languages, whether they are verified, here and back soon. One query."""

    def __init__(self, question: Question, understood: Understood) -> None:
        fitting = question.fitting(understood.widest)
        away = [array(question.not_there)] if question.not_there else []
        until = [moment(question.now + WITHIN[free]) for free in ("day", "week")]
        self.rows = rows(
            COUNTED.format(fitting=fitting.sql, most=CAP + 1, away=among("found.user_id") if away else "FALSE"),
            (*away, *away, *until, *fitting.values),
        )
        self.more = sum(row[-1] for row in self.rows) > CAP

    @property
    def total(self) -> Count:
        return self._count(sum(row[-1] for row in self.rows))

    def categories(self) -> dict[str, Count]:
        """Whoever is in a category is in that which it is part of, too."""
        places = {pk: (slug, above) for pk, slug, above in Category.objects.values_list("pk", "slug", "parent__slug")}
        found: Counter[str] = Counter()
        for category, *_, number in self.rows:
            for slug in filter(None, places[category]):
                found[slug] += number
        return {slug: self._count(number) for slug, number in found.items()}

    def languages(self) -> dict[str, Count]:
        masks: Counter[int] = Counter()
        for _, mask, *_, number in self.rows:
            masks[mask] += number
        spoken = {code: sum(n for mask, n in masks.items() if mask & bit) for code, bit in BIT_OF_LANGUAGE.items()}
        return {code: self._count(number) for code, number in spoken.items() if number}

    def online(self) -> Count:
        return self._count(sum(number for *_, state, _, number in self.rows if state == Presence.State.FREE))

    def free(self) -> dict[str, Count]:
        """`back`: 1 of who is back within a day, 2 within a week."""
        counts = {"now": self.online()}
        for free, back in (("day", 1), ("week", 2)):
            fits = (number for *_, state, when, number in self.rows if state in HERE or 0 < when <= back)
            counts[free] = self._count(sum(fits))
        return counts

    def verified(self) -> Count:
        return self._count(sum(number for _, _, verified, _, _, number in self.rows if verified))

    def _count(self, number: int) -> Count:
        return Count(min(number, CAP), self.more)


COUNTED = """
SELECT category_id, languages, verified,
    CASE WHEN {away} THEN 'away' ELSE coalesce(p.state, 'away') END AS state,
    CASE WHEN {away} OR found.next_free_at IS NULL THEN 0
        WHEN found.next_free_at <= %s THEN 1 WHEN found.next_free_at <= %s THEN 2 ELSE 3 END AS back,
    count(*)
FROM (SELECT * FROM ({fitting}) AS fitting LIMIT {most}) AS found
LEFT JOIN marketplace_presence p ON p.user_id = found.user_id
GROUP BY 1, 2, 3, 4, 5
"""
