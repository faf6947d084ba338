"""How many would fit with each choice of a filter, counted up to CAP: beyond that a number would cost more than it says."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from marketplace.experts.models import Category, Presence
from marketplace.search.asking import HERE, WITHIN, Question, Understood, distance_from
from marketplace.search.index import BIT_OF_LANGUAGE
from marketplace.search.statements import Condition, among, array, moment, rows

CAP = 1_000
# Beyond CAP the counts are those of some among many: they may be as old as this. Kept by each process, of so many questions.
KEPT_S, KEPT_MOST = 10, 1_000
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


_kept: dict[tuple[Question, str], tuple[float, Facets]] = {}


def facets(question: Question, understood: Understood) -> Facets:
    """Each filter's choices are counted as if that filter alone were not set. Up to CAP as they are now."""
    widest, is_everybodys = understood.widest, not question.not_there
    asked = question, widest.asked if widest else ""
    kept_until, kept = _kept.get(asked, (0.0, None))
    if kept and is_everybodys and time.monotonic() < kept_until:
        return kept
    counted = _count(question, understood)
    if counted.total.more and is_everybodys:
        if len(_kept) >= KEPT_MOST:
            _kept.clear()
        _kept[asked] = (time.monotonic() + KEPT_S, counted)
    return counted


def forget() -> None:
    """For tests, whose databases come and go."""
    _kept.clear()


def _count(question: Question, understood: Understood) -> Facets:
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


class _Row(NamedTuple):
    """So many entries that no choice of any filter tells apart."""

    category: int
    languages: int  # a mask
    verified: bool
    state: str
    back: int  # 1: within a day, 2: within a week
    rate: int  # the first of RATES_MINOR that it is within, counted from 1; 0: none
    stars: int  # so of STARS_TENTHS
    km: int  # so of DISTANCES_KM
    number: int


class _Counted:
    """At most CAP + 1 entries. One query."""

    def __init__(self, question: Question, understood: Understood) -> None:
        fitting = question.fitting(understood.widest)
        away = [array(question.not_there)] if question.not_there else []
        until = [moment(question.now + WITHIN[free]) for free in ("day", "week")]
        distance = distance_from(question.near) if question.near else Condition("NULL")
        counted = COUNTED.format(
            fitting=fitting.sql,
            most=CAP + 1,
            away=among("e.user_id") if away else "FALSE",
            distance=distance.sql,
            rate=_first([f"e.rate_minor <= {most}" for most in RATES_MINOR]),
            stars=_first([f"e.stars_tenths >= {least}" for least in STARS_TENTHS]),
            km=_first([f"e.distance <= {most**2}" for most in DISTANCES_KM]) if question.near else "0",
        )
        self.rows = [_Row(*row) for row in rows(counted, (*away, *away, *until, *distance.values, *fitting.values))]
        self.more = sum(row.number for row in self.rows) > CAP

    @property
    def total(self) -> Count:
        return self._of(lambda _row: True)

    def categories(self) -> dict[str, Count]:
        """Whoever is in a category is in that which it is part of, too."""
        places = {pk: (slug, above) for pk, slug, above in Category.objects.values_list("pk", "slug", "parent__slug")}
        found: Counter[str] = Counter()
        for row in self.rows:
            for slug in filter(None, places[row.category]):
                found[slug] += row.number
        return {slug: self._count(number) for slug, number in found.items()}

    def languages(self) -> dict[str, Count]:
        masks: Counter[int] = Counter()
        for row in self.rows:
            masks[row.languages] += row.number
        spoken = {code: sum(n for mask, n in masks.items() if mask & bit) for code, bit in BIT_OF_LANGUAGE.items()}
        return {code: self._count(number) for code, number in spoken.items() if number}

    def online(self) -> Count:
        return self._of(lambda row: row.state == Presence.State.FREE)

    def free(self) -> dict[str, Count]:
        return {
            "now": self.online(),
            "day": self._of(lambda row: row.state in HERE or row.back == 1),
            "week": self._of(lambda row: row.state in HERE or row.back in (1, 2)),
        }

    def verified(self) -> Count:
        return self._of(lambda row: row.verified)

    def rates(self) -> dict[int, Count]:
        return self._within(RATES_MINOR, lambda row: row.rate)

    def stars(self) -> dict[int, Count]:
        return self._within(STARS_TENTHS, lambda row: row.stars)

    def km(self) -> dict[int, Count]:
        return self._within(DISTANCES_KM, lambda row: row.km)

    def _within(self, choices: Sequence[int], first: Callable[[_Row], int]) -> dict[int, Count]:
        """Who is within one choice is within every later one."""
        return {choice: self._of(lambda row, at=at: 0 < first(row) <= at) for at, choice in enumerate(choices, 1)}

    def _of(self, fits: Callable[[_Row], bool]) -> Count:
        return self._count(sum(row.number for row in self.rows if fits(row)))

    def _count(self, number: int) -> Count:
        return Count(min(number, CAP), self.more)


def _first(conditions: Sequence[str]) -> str:
    """In SQL: the number, from 1, of the first that holds; 0 where none does."""
    return f"CASE {' '.join(f'WHEN {one} THEN {at}' for at, one in enumerate(conditions, 1))} ELSE 0 END"


COUNTED = """
SELECT e.category_id, e.languages, e.verified,
    CASE WHEN {away} THEN 'away' ELSE coalesce(p.state, 'away') END AS state,
    CASE WHEN {away} OR e.next_free_at IS NULL THEN 0
        WHEN e.next_free_at <= %s THEN 1 WHEN e.next_free_at <= %s THEN 2 ELSE 3 END AS back,
    {rate} AS rate, {stars} AS stars, {km} AS km, count(*)
FROM (SELECT e.*, {distance} AS distance FROM ({fitting}) AS e LIMIT {most}) AS e
LEFT JOIN marketplace_presence p ON p.user_id = e.user_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
