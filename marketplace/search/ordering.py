"""Who comes first. RANKING.md says it in words; the two change together.

Those who are free or busy are a few among many, and are looked through first (`here`); everybody else is only where they do not
fill the page. Who was placed is left out of what is asked next, so each question can be wider than the one before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import NamedTuple

from marketplace.search import here
from marketplace.search.asking import SHELVES, Question, Understood, distance_from, understand
from marketplace.search.draw import LOT, Draw
from marketplace.search.here import AWAY, BUSY, FREE, SAID, Source
from marketplace.search.matching import MATCHES, MATCHES_READ, Words
from marketplace.search.statements import POSTGRESQL, Condition, array, as_text, none_of, rows

FEW = 200  # entries that are left: all are put in order at once
MANY = 20_000  # entries that fit: to look through more takes longer than to take the best entries and see which of them fit
TOGETHER = 2  # levels of which those who are here and everybody else are one statement: it triples with each
NEW_EVERY = 5  # of its places a run keeps one for who is new
GROUPS = (FREE, BUSY, SAID, AWAY)
Rank = Sequence[Words | None]  # levels of one rank, the narrowest first; None: no words are asked for


class Found(NamedTuple):
    """What of an entry its place depends on."""

    pk: int
    run: int  # presence, then level
    back_at: str | None  # of who SAID it, as the database writes it: sooner first
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
        page.take(understood.levels or [None])
        return understood, page.placed
    # Who has the words as they are typed says how they are to be taken.
    as_typed = question.as_typed
    page.take(as_typed.ranks[0])
    understood = as_typed if page.placed else understand(question)
    if understood is as_typed:
        page.fill_up(as_typed.ranks[1:])
    else:
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


class _Level(NamedTuple):
    """`sources` have nobody who is in another state than those of `runs`: by presence, the place of its run."""

    words: Words | None
    sources: tuple[Source, ...]
    runs: tuple[tuple[str, int], ...]

    def of_run(self, place: int) -> "_Level":
        return self._replace(runs=tuple(run for run in self.runs if run[1] == place))


def _levels(
    ranks: Sequence[Rank], sources: tuple[Source, ...], states: Sequence[str], *, first: int = 0
) -> list[_Level]:
    """Of each rank its runs, by presence and then by level, from place `first` on."""
    levels = []
    for rank in ranks:
        for at, words in enumerate(rank):
            runs = tuple((state, first + of * len(rank) + at) for of, state in enumerate(states))
            levels.append(_Level(words, sources, runs))
        first += len(states) * len(rank)
    return levels


class _Page:
    """Is filled with one rank after the other: of each, who is free, who is busy, then everybody else."""

    def __init__(self, question: Question, upto: int, now: datetime) -> None:
        self.question, self.upto = question, upto
        self.states = GROUPS[:1] if question.only_free else GROUPS[:3] if question.until else GROUPS
        self.draw = Draw(now)
        self.placed: list[int] = []

    @property
    def missing(self) -> int:
        return self.upto - len(self.placed)

    def fill(self, ranks: Sequence[Rank]) -> None:
        if ranks:
            self.take(ranks[0])
            self.fill_up(ranks[1:])

    def fill_up(self, ranks: Sequence[Rank]) -> None:
        """With ranks behind those that were taken, of which few may be left."""
        if ranks and self.missing and not self._take_few(ranks):
            for rank in ranks:
                self.take(rank)

    def take(self, rank: Rank) -> None:
        parts = [_levels([rank], here.sources(), self.states[:2])]
        if self.states[2:]:
            others = (here.everybody_else(self.question.not_there),)
            parts.append(_levels([rank], others, self.states[2:], first=2 * len(rank)))
        for levels in [list(chain(*parts))] if len(rank) <= TOGETHER else parts:
            self._take_levels(levels, is_all=rank[0] is None and self.question.is_wide)

    def _take_levels(self, levels: list[_Level], *, is_all: bool) -> None:
        found, many = ([], levels) if is_all else self._all(levels, most=MANY)
        if not many:
            self._place(found)
            return
        for place, at in sorted((place, at) for at, level in enumerate(levels) for _, place in level.runs):
            self._take_run(levels[at].of_run(place), is_many=levels[at] in many)

    def _take_run(self, level: _Level, *, is_many: bool) -> None:
        if not self.missing:
            return
        if not is_many:
            found, many = self._all([level], most=MANY)
            is_many = bool(many)
        if is_many:
            self._place(self._best(level), start=self.draw.start(self.question.category))
        else:
            self._place(found)

    def _take_few(self, ranks: Sequence[Rank]) -> bool:
        """All that are left, of these ranks at once, if they are few. Whether they were."""
        anybody = (here.anybody(self.question.not_there),)
        found, many = self._all(_levels(ranks, anybody, self.states), most=FEW)
        if not many:
            self._place(found)
        return not many

    def _all(self, levels: Sequence[_Level], *, most: int) -> tuple[list[Found], list[_Level]]:
        """All who fit are looked through: the first of them, and the first drawn of the run in which the page ends. And the
        levels that more than `most` reach; what is said of the others is not whole then."""
        if not self.missing:
            return [], []
        filters, values = self.question.fits(), []
        for at, level in enumerate(levels):
            for source in level.sources:
                values += [*self._values(level, source, filters), *([self.missing] if at else [])]
        shape = tuple((level.words is not None, level.sources, level.runs) for level in levels)
        sql = _all_sql(shape, self._narrowed(filters), most)
        found = rows(sql, (*values, self.missing, self.draw.since, *self.draw.values, self.missing))
        return [Found(*row) for row in found if row[0]], [levels[row[1]] for row in found if not row[0]]

    def _best(self, level: _Level) -> list[Found]:
        """The best entries of one run are looked through, and the new ones from where the draw starts, until enough fit."""
        # Each category has an index in this order, and all of one shelf together have none.
        shelf = self.question.category if POSTGRESQL else ""
        filters, values = self.question.fits(anywhere=bool(shelf)), [shelf, shelf] if shelf else []
        start, since = self.draw.start(self.question.category), self.draw.since
        for source in level.sources:
            fits = self._values(level, source, filters)
            values += fits if source.is_short else [*fits, *fits, start, since, *fits, start, since]
        shape = (level.words is not None, level.sources, level.runs)
        sql = _best_sql(shape, self._narrowed(filters), bool(shelf), self.missing)
        return [Found(*row) for row in rows(sql, values)]

    def _narrowed(self, filters: Condition) -> "Narrowed":
        asked = self.question
        return Narrowed(filters.sql, bool(asked.not_there), bool(asked.until), bool(self.placed))

    def _values(self, level: _Level, source: Source, filters: Condition) -> list:
        """Of `_fits_sql`."""
        found = list(filters.values)
        if self.question.not_there and not source.knows_back:
            found.append(array(self.question.not_there))
        if self.question.until and source.knows_back:
            found.append(self.question.until)
        if level.words:
            found.append(level.words.asked)
        if self.placed:
            found.append(array(self.placed))
        return found

    def _place(self, found: Iterable[Found], *, start: str = "") -> None:
        """Some may be there twice: among the first, and among the drawn. `start`: that of the draw, if they have no lots."""
        ordered = sorted(set(found), key=lambda one: (one.run, one.back_at or "", -one.quality, -one.pk))
        for _, run in groupby(ordered, key=lambda one: one.run):
            members = list(run)
            new = [one for one in members if one.published_at > self.draw.since]
            if start:
                new.sort(key=lambda one: (one.published_at <= start, one.published_at, one.pk), reverse=True)
            else:
                new.sort(key=lambda one: (self.draw.lot(one.pk), one.pk))
            self.placed += islice(_with_new_ones([one.pk for one in members], [one.pk for one in new]), self.missing)


# --- as statements ----------------------------------------------------------------------------------------------
# A text for each shape of a question, whatever is asked: made once here, and planned once by the database.

Shape = tuple[bool, tuple[Source, ...], tuple[tuple[str, int], ...]]  # of a level; whether it asks for words


class Narrowed(NamedTuple):
    """By what every level is."""

    filters: str
    hides: bool  # some are away to whoever asks
    until: bool
    placed: bool


def _fits_sql(of: Shape, source: Source, narrowed: Narrowed, *, read: bool) -> str:
    has_words, _, runs = of
    states = [state for state, _ in runs]
    found = [source.condition, narrowed.filters]
    if not {*source.states} <= {*states}:
        found.append(f"{source.state} IN ({', '.join(map(repr, states))})")
    if states == [SAID]:
        found.append("e.next_free_at IS NOT NULL")  # as the index has it
    if narrowed.hides and not source.knows_back:  # else its state says so
        found.append(none_of("e.user_id"))
    if narrowed.until and source.knows_back:
        back = "e.next_free_at <= %s"
        found.append(back if states == [SAID] else f"({source.state} <> '{SAID}' OR {back})")
    if has_words:
        found.append(MATCHES_READ if read else MATCHES)
    if narrowed.placed:
        found.append(none_of("e.profile_id"))
    return " AND ".join(found)


def _back_at(source: Source) -> str:
    said = f"CASE WHEN {source.state} = '{SAID}' THEN e.next_free_at END"
    return said if source.knows_back else source.next_free_at


@lru_cache(maxsize=1_000)
def _all_sql(shapes: tuple[Shape, ...], narrowed: Narrowed, most: int) -> str:
    parts = []
    for at, of in enumerate(shapes):
        _, sources, runs = of
        first_run = min(place for _, place in runs)
        before = "".join(f" AND e.profile_id NOT IN (SELECT profile_id FROM level_{other})" for other in range(at))
        if at:  # not even looked for where those before them fill the page
            earlier = " + ".join(f"(SELECT count(*) FROM level_{other} WHERE run < {first_run})" for other in range(at))
            before += f" AND {earlier} < %s"
        run = " ".join(f"WHEN '{state}' THEN {place}" for state, place in runs)
        of_sources = [
            f"SELECT * FROM (SELECT e.profile_id, CASE {source.state} {run} END AS run, {_back_at(source)} AS back_at,"
            f" e.quality, e.published_at FROM {source.tables}"
            f" WHERE {_fits_sql(of, source, narrowed, read=source.is_short)}{before}"
            f" LIMIT {most + 1}) AS part"
            for source in sources
        ]
        parts.append(f"level_{at} AS MATERIALIZED ({' UNION ALL '.join(of_sources)})")
    return ALL.format(
        levels=", ".join(parts),
        all=" UNION ALL ".join(f"SELECT * FROM level_{at}" for at in range(len(shapes))),
        many=" UNION ALL ".join(
            f"SELECT NULL, {at}, NULL, NULL, NULL FROM (SELECT count(*) AS number FROM level_{at}) AS counted"
            f" WHERE number > {most}"
            for at in range(len(shapes))
        ),
    )


ALL = f"""
WITH {{levels}},
first AS MATERIALIZED (SELECT * FROM ({{all}}) AS fitting ORDER BY run, back_at, quality DESC, profile_id DESC LIMIT %s)
SELECT profile_id, run, {as_text("back_at")}, quality, {as_text("published_at")} FROM first
UNION ALL
SELECT profile_id, run, {as_text("back_at")}, quality, {as_text("published_at")} FROM (
    SELECT * FROM ({{all}}) AS fitting
    WHERE run = (SELECT max(run) FROM first) AND published_at > %s ORDER BY {LOT}, profile_id LIMIT %s
) AS drawn
UNION ALL
{{many}}
"""


@lru_cache(maxsize=1_000)
def _best_sql(of: Shape, narrowed: Narrowed, by_shelf: bool, most: int) -> str:
    """`most` stands in the text: it is what the database chooses the index for."""
    _, sources, ((state, _),) = of
    first = "e.next_free_at, e.quality DESC" if state == SAID else "e.quality DESC"
    parts = []
    for source in sources:
        row = f"e.profile_id, 0 AS run, {_back_at(source)} AS back_at, e.quality, e.published_at"
        fits = _fits_sql(of, source, narrowed, read=True)
        of_shelf = " AND e.category_id IN (SELECT id FROM shelf)" if by_shelf else ""
        if source.is_short:
            parts.append(f"SELECT {row} FROM {source.tables} WHERE {fits}{of_shelf}")
            continue
        one_by_one, of_shelf = ("shelf CROSS JOIN LATERAL ", " AND e.category_id = shelf.id") if by_shelf else ("", "")
        # In the order of the draw, once around: the second side is asked only for what the first leaves of the limit.
        around = " UNION ALL ".join(
            f"SELECT * FROM (SELECT {row} FROM {source.tables}"
            f" WHERE {fits}{of_shelf} AND e.published_at {side} %s AND e.published_at > %s"
            f" ORDER BY e.published_at DESC, e.profile_id DESC LIMIT {most}) AS side_{number}"
            for number, side in enumerate(("<=", ">"))
        )
        best = (
            f"SELECT {row} FROM {source.tables} WHERE {fits}{of_shelf} ORDER BY {first}, e.profile_id DESC LIMIT {most}"
        )
        drawn = f"SELECT * FROM ({around}) AS around LIMIT {most}"
        parts += (f"SELECT part.* FROM {one_by_one}({rows_of}) AS part" for rows_of in (best, drawn))
    found = f"SELECT profile_id, run, {as_text('back_at')}, quality, {as_text('published_at')} FROM"
    shelf = f"WITH shelf AS MATERIALIZED ({SHELVES}) " if by_shelf else ""
    return f"{shelf}{found} ({' UNION ALL '.join(parts)}) AS found"


def _with_new_ones(members: list[int], drawn: list[int]) -> Iterator[int]:
    """Each once; at every NEW_EVERY-th place the next of `drawn`, who are among them."""
    rest, new, placed = iter(members), iter(drawn), set()
    for at in range(1, len(members) + 1):
        for source in (new, rest) if at % NEW_EVERY == 0 else (rest, new):
            pk = next((one for one in source if one not in placed), None)
            if pk is not None:
                placed.add(pk)
                yield pk
                break
