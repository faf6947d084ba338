"""Who comes first. RANKING.md says it in words; the two change together.

Those who are free or busy are a few among many, and are looked through first (`here`); everybody is only where they do not fill
the page. Who was placed is left out of what is asked next, so each question can be wider than the one before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby, islice
from typing import NamedTuple

from django.db import connection

from marketplace.experts.models import Presence
from marketplace.search import here
from marketplace.search.asking import SHELVES, Question, Understood, distance_from, understand
from marketplace.search.here import SAID, Source
from marketplace.search.matching import Words, matches, matches_read
from marketplace.search.statements import Condition, every, none_of, rows

FEW = 200  # entries that are left: all are put in order at once
MANY = 20_000  # entries that fit: to look through more takes longer than to take the best entries and see which of them fit
NEW_DAYS, NEW_EVERY, NEW_AT_ONCE = 30, 5, 20  # a new profile stands at every fifth place
FREE, BUSY, AWAY = Presence.State.FREE.value, Presence.State.BUSY.value, Presence.State.AWAY.value
GROUPS = (FREE, BUSY, SAID, AWAY)
Rank = Sequence[Words | None]  # levels of one rank, the narrowest first; None: no words are asked for


class Found(NamedTuple):
    """What of an entry its place depends on."""

    pk: int
    run: int  # presence, then level
    back_at: str  # of who SAID it, as the database writes it: sooner first; empty of everybody else
    quality: int
    published_at: str  # as the database writes it


def answer(question: Question, *, sort: str, upto: int, now: datetime) -> tuple[Understood, list[int]]:
    """How the question was taken, and the profiles that fit, at most `upto` of them, the first first."""
    if sort == "near" and not question.near:
        sort = ""
    if sort in COLUMNS:
        understood = understand(question)
        return understood, _by_column(question, understood, sort, upto)
    page = _Page(question, upto, now)
    if sort == "online" or not question.reading.wanted:
        understood = understand(question)
        page.fill([understood.levels or [None]])
        return understood, page.placed
    # Who has the words as they are typed says how they are to be taken.
    understood = question.as_typed
    page.take(understood.ranks[0])
    if not page.placed:
        understood = understand(question)
    page.fill(understood.ranks)
    return understood, page.placed


# --- by a column ------------------------------------------------------------------------------------------------

COLUMNS = {
    "rate": "e.rate_minor ASC NULLS LAST, e.profile_id",
    "rating": "e.rating DESC, e.profile_id",
    "new": "e.published_at DESC, e.profile_id",
    "name": "e.name, e.profile_id",
    "near": "{distance}, e.profile_id",
}


def _by_column(question: Question, understood: Understood, sort: str, upto: int) -> list[int]:
    fits, distance = question.fits_now(understood.widest), Condition("")
    if sort == "near" and question.near:
        distance = distance_from(question.near)
    order = COLUMNS[sort].format(distance=distance.sql)
    found = rows(
        f"SELECT e.profile_id FROM marketplace_entry e WHERE {fits.sql} ORDER BY {order} LIMIT {upto}",
        (*fits.values, *distance.values),
    )
    return [pk for (pk,) in found]


# --- the best first ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Level:
    """`runs`: the place of its run by presence."""

    words: Words | None
    runs: dict[str, int]


class _Page:
    """Is filled with one rank after the other: of each, who is free, who is busy, then everybody else."""

    def __init__(self, question: Question, upto: int, now: datetime) -> None:
        self.question, self.upto, self.now = question, upto, now
        # As texts, which sort as the times do: they are only compared, and to read a time takes longer than all else of a row.
        since = (now - timedelta(days=NEW_DAYS)).astimezone(UTC)
        if connection.vendor == "postgresql":
            self.published, self.new_since = "e.published_at::text", since.isoformat(sep=" ")
        else:
            self.published, self.new_since = "e.published_at || ''", connection.ops.adapt_datetimefield_value(since)
        self.placed: list[int] = []
        self._taken_last: Rank | None = None

    @property
    def missing(self) -> int:
        return self.upto - len(self.placed)

    def fill(self, ranks: Sequence[Rank]) -> None:
        first, *others = ranks
        self.take(first)
        if others and self.missing and not self._take_few(others):
            for rank in others:
                self.take(rank)

    def take(self, rank: Rank) -> None:
        if rank is self._taken_last:
            return
        self._take(rank, here.sources(), (FREE,) if self.question.only_free else (FREE, BUSY))
        if not self.question.only_free:
            self._take(rank, (here.everybody_else(self.question.not_there),), (SAID, AWAY))
        self._taken_last = rank

    def _is_of_all(self, rank: Rank) -> bool:
        return rank[0] is None and self.question.is_wide

    def _take_few(self, ranks: Sequence[Rank]) -> bool:
        """All that are left, of these ranks at once, if they are few. Whether they were."""
        states = (FREE,) if self.question.only_free else GROUPS
        runs = [(at, state, words) for at, rank in enumerate(ranks) for state in states for words in rank]
        places = {run: at for at, run in enumerate(runs)}
        levels = [
            _Level(words, {state: places[at, state, words] for state in states})
            for at, rank in enumerate(ranks)
            for words in rank
        ]
        found, many = self._all(levels, (here.anybody(self.question.not_there),), most=FEW)
        if not many:
            self._place(found)
        return not many

    def _take(self, rank: Rank, sources: Sequence[Source], states: Sequence[str]) -> None:
        """Of one rank who is in these states: `sources` have no others."""
        levels = [
            _Level(words, {state: of * len(rank) + at for of, state in enumerate(states)})
            for at, words in enumerate(rank)
        ]
        if self._is_of_all(rank):
            many = set(levels)
        else:
            found, many = self._all(levels, sources, most=MANY)
            if not many:
                self._place(found)
                return
        for state in states:
            for level in levels:
                if level in many:
                    self._place(self._best(level.words, sources, state))
                else:
                    self._place(self._all([_Level(level.words, {state: 0})], sources, most=MANY)[0])

    def _all(
        self, levels: Sequence[_Level], sources: Sequence[Source], *, most: int
    ) -> tuple[list[Found], set[_Level]]:
        """All who fit are looked through: the first of them, with the newest of the run in which the page ends. And the levels
        that more than `most` reach; what is said of the others is not whole then."""
        if not self.missing:
            return [], set()
        parts, values = [], []
        for at, level in enumerate(levels):
            before = "".join(f" AND e.profile_id NOT IN (SELECT profile_id FROM level_{other})" for other in range(at))
            if at:  # not even looked for where those before them fill the page
                earlier = " + ".join(
                    f"(SELECT count(*) FROM level_{other} WHERE run < {min(level.runs.values())})"
                    for other in range(at)
                )
                before += f" AND {earlier} < {self.missing}"
            of_sources = []
            for source in sources:
                fits = self._fits(level.words, source, list(level.runs), read=source.is_short)
                run = " ".join(f"WHEN '{state}' THEN {place}" for state, place in level.runs.items())
                row = f"CASE {source.state} {run} END AS run, {self._back(source)} AS back_at, e.quality"
                of_sources.append(
                    f"SELECT * FROM (SELECT e.profile_id, {row}, {self.published} AS published_at"
                    f" FROM {source.tables} WHERE {fits.sql}{before} LIMIT {most + 1}) AS part"
                )
                values += fits.values
            parts.append(f"level_{at} AS MATERIALIZED ({' UNION ALL '.join(of_sources)})")
        sql = ALL.format(
            levels=", ".join(parts),
            all=" UNION ALL ".join(f"SELECT * FROM level_{at}" for at in range(len(levels))),
            upto=self.missing,
            new=NEW_AT_ONCE,
            counts=" UNION ALL ".join(
                f"SELECT NULL, {at}, NULL, count(*), NULL FROM level_{at}" for at in range(len(levels))
            ),
        )
        found = rows(sql, (*values, self.new_since))
        many = {levels[at] for pk, at, _, count, _ in found if pk is None and count > most}
        return [Found(*row) for row in found if row[0] is not None], many

    def _best(self, words: Words | None, sources: Sequence[Source], state: str) -> list[Found]:
        """The best and the newest entries are looked through, until enough of them fit."""
        if not self.missing:
            return []
        category = self.question.category if connection.vendor == "postgresql" else ""
        parts, values = [], [category, category] if category else []
        for source in sources:
            fits = self._fits(words, source, [state], read=True, anywhere=bool(category))
            back_at = self._back(source)
            row = f"e.profile_id, 0 AS run, {back_at} AS back_at, e.quality, {self.published} AS published_at"
            best = "e.next_free_at, e.quality DESC" if state == SAID else "e.quality DESC"
            if source.is_short:
                shelf = " AND e.category_id IN (SELECT id FROM shelf)" if category else ""
                parts.append(f"SELECT {row} FROM {source.tables} WHERE {fits.sql}{shelf}")
                values += fits.values
                continue
            for more, order, most in (
                (Condition("TRUE"), best, self.missing),
                (Condition("e.published_at > %s", (self.new_since,)), "e.published_at DESC", NEW_AT_ONCE),
            ):
                condition = every([fits, more, *([Condition("e.category_id = shelf.id")] if category else [])])
                part = (
                    f"(SELECT {row} FROM {source.tables}"
                    f" WHERE {condition.sql} ORDER BY {order}, e.profile_id DESC LIMIT {most}) AS part"
                )
                # Each shelf has an index in this order, and all of them together have none.
                shelf = "shelf CROSS JOIN LATERAL " if category else ""
                parts.append(f"SELECT part.* FROM {shelf}{part}")
                values += condition.values
        shelf = f"WITH shelf AS MATERIALIZED ({SHELVES}) " if category else ""
        return [Found(*row) for row in rows(shelf + " UNION ALL ".join(parts), values)]

    def _back(self, source: Source) -> str:
        if not source.knows_back:
            return "''"
        back_at = "e.next_free_at::text" if connection.vendor == "postgresql" else "e.next_free_at || ''"
        return f"CASE WHEN {source.state} = '{SAID}' THEN {back_at} ELSE '' END"

    def _fits(
        self,
        words: Words | None,
        source: Source,
        states: Sequence[str],
        *,
        read: bool,
        anywhere: bool = False,
    ) -> Condition:
        found = [Condition(source.condition), self.question.fits(anywhere=anywhere)]
        if len(states) < len(GROUPS) and not {*source.states} <= {*states}:
            found.append(Condition(f"{source.state} IN ({', '.join(map(repr, states))})"))
        if self.question.not_there and source in here.sources():
            found.append(none_of("e.user_id", self.question.not_there))
        if states == [SAID]:
            found.append(Condition("e.next_free_at IS NOT NULL"))  # as the index has it
        if words:
            found.append(matches_read(words) if read else matches(words))
        if self.placed:
            found.append(none_of("e.profile_id", self.placed))
        return every(found)

    def _place(self, found: Iterable[Found]) -> None:
        """Some may be there twice: among the first, and among the newest."""
        ordered = sorted(set(found), key=lambda one: (one.run, one.back_at, -one.quality, -one.pk))
        for _, run in groupby(ordered, key=lambda one: one.run):
            members = list(run)
            new = sorted((one.published_at, one.pk) for one in members if one.published_at > self.new_since)
            newest = [pk for _, pk in reversed(new[-NEW_AT_ONCE:])]
            self.placed += islice(_with_new_ones([one.pk for one in members], newest, self.now), self.missing)


ALL = """
WITH {levels},
fitting AS MATERIALIZED ({all}),
first AS MATERIALIZED (SELECT * FROM fitting ORDER BY run, back_at, quality DESC, profile_id DESC LIMIT {upto})
SELECT profile_id, run, back_at, quality, published_at FROM first
UNION ALL
SELECT * FROM (
    SELECT profile_id, run, back_at, quality, published_at FROM fitting
    WHERE run = (SELECT max(run) FROM first) AND published_at > %s
    ORDER BY published_at DESC, profile_id DESC LIMIT {new}
) AS newest
UNION ALL
{counts}
"""


def _with_new_ones(members: list[int], new: list[int], now: datetime) -> Iterator[int]:
    """Each once; at every NEW_EVERY-th place one of `new`, drawn for the day."""
    drawn = iter(sorted(new, key=lambda pk: blake2b(f"{now.date()}:{pk}".encode()).digest()))
    rest, placed = iter(members), set()
    for at in range(1, len(members) + len(new) + 1):
        sources = (drawn, rest) if at % NEW_EVERY == 0 else (rest, drawn)
        for source in sources:
            pk = next((one for one in source if one not in placed), None)
            if pk is not None:
                placed.add(pk)
                yield pk
                break
