"""What is asked of the directory, and the entries that answer it, in no order yet."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, radians
from typing import Any

from django.utils import timezone

from marketplace.experts.models import Presence
from marketplace.places import services as places
from marketplace.places.services import Place
from marketplace.search import here, matching, slips
from marketplace.search.index import mask_of
from marketplace.search.matching import MATCHES, MATCHES_READ, Words, matches
from marketplace.search.models import Spelling
from marketplace.search.rarity import Rarity, Step, steps
from marketplace.search.reading import Reading, read
from marketplace.search.statements import Condition, array, every, moment, none_of, rows

KM = 25  # unless somebody says otherwise
KM_OF_A_DEGREE = 111.2  # of latitude
# Spans and no days of the calendar: they are the same in every visitor's time zone.
WITHIN = {"now": timedelta(0), "day": timedelta(hours=24), "week": timedelta(days=7)}
HERE = (Presence.State.FREE, Presence.State.BUSY)
LEAST = 0.5  # of the best answer's weight: what has less of the words is none, where nobody has all of them
LEVELS_MAX = 8  # that partial answers are told apart by


@dataclass(frozen=True)
class Question:
    """`category` is a slug, `language` a code; `near` and at most `km` from it. `not_there`: ids of members who are away to
    whoever asks, whatever they do."""

    text: str = ""
    category: str = ""
    online: bool = False
    verified: bool = False
    max_rate_minor: int | None = None
    language: str = ""
    stars_tenths: int | None = None  # at least
    near: Place | None = None
    km: int = KM
    free: str = ""  # a key of WITHIN: free now, or said to be within so long from `now`
    now: datetime = field(default_factory=timezone.now, compare=False)
    not_there: Collection[int] = field(default=(), compare=False)

    @cached_property
    def reading(self) -> Reading:
        return read(self.text)

    @cached_property
    def as_typed(self) -> "Understood":
        """Whether or not anybody fits that."""
        return Understood(_ranks(self.reading) if self.reading.wanted else None, self.reading)

    def without(self, name: str) -> "Question":
        return replace(self, **{name: type(self).__dataclass_fields__[name].default})

    @property
    def only_free(self) -> bool:
        return self.online or self.free == "now"

    @property
    def until(self) -> Any:
        """By when they said to be back, who are not here; None: whenever, or never."""
        return moment(self.now + WITHIN[self.free]) if self.free in ("day", "week") else None

    @property
    def is_wide(self) -> bool:
        """Nothing but the category and when they can be called narrows it, and the words that are wanted."""
        return self.fits(anywhere=True) == Condition("TRUE")

    def fits(self, *, anywhere: bool = False) -> Condition:
        """All filters but when they can be called, and none of the excluded words; `anywhere`: whatever the category."""
        found = []
        if self.category and not anywhere:
            found.append(Condition(f"e.category_id IN ({SHELVES})", (self.category, self.category)))
        if self.verified:
            found.append(Condition("e.verified"))
        if self.max_rate_minor is not None:
            found.append(Condition("e.rate_minor <= CAST(%s AS bigint)", (str(self.max_rate_minor),)))
        if self.language:
            found.append(Condition("e.languages & CAST(%s AS bigint) <> 0", (str(mask_of([self.language])),)))
        if self.stars_tenths is not None:
            found.append(Condition("e.stars_tenths >= CAST(%s AS bigint)", (str(self.stars_tenths),)))
        if self.near:
            found += within(self.near, self.km)
        if self.reading.excluded:
            found.append(Condition(f"NOT ({MATCHES_READ})", (matching.any_of(self.reading.excluded).asked,)))
        return every(found)

    def fits_now(self, words: Words | None) -> Condition:
        """All filters, and the words: to look through all entries in some order."""
        found = [self.fits(), *([matches(words)] if words else [])]
        if self.only_free:
            found += [Condition(FREE), *are_there(self.not_there)]
        elif self.until:
            found += [free_within(self.until), *are_there(self.not_there)]
        return every(found)

    def fitting(self, words: Words | None) -> Condition:
        """In SQL, in no order: of who passes all filters and has the words, what facets count. Who is here is looked for among
        those who are."""
        filters = self.fits()
        if not (self.only_free or self.until):
            fits = every([filters, *([matches(words)] if words else [])])
            return Condition(COUNTABLE.format("e.next_free_at", "marketplace_entry e", fits.sql), fits.values)
        there = every([filters, *are_there(self.not_there)])
        parts = []
        for source in here.sources():
            states = f"{source.state} = '{here.FREE}'" if self.only_free else f"{source.state} <> '{here.AWAY}'"
            found = [Condition(source.condition), Condition(states), there]
            if words:
                found.append(Condition(MATCHES_READ if source.is_short else MATCHES, (words.asked,)))
            fits = every(found)
            parts.append(Condition(COUNTABLE.format(source.next_free_at, source.tables, fits.sql), fits.values))
        if self.until:
            anybody = here.anybody(self.not_there)
            said = Condition(f"{anybody.state} = '{here.SAID}' AND e.next_free_at <= %s", (self.until,))
            fits = every([said, filters, *([matches(words)] if words else [])])
            parts.append(Condition(COUNTABLE.format(anybody.next_free_at, anybody.tables, fits.sql), fits.values))
        return Condition(" UNION ALL ".join(part.sql for part in parts), sum((part.values for part in parts), ()))


COUNTABLE = (
    "SELECT e.category_id, e.languages, e.verified, e.user_id, e.rate_minor, e.stars_tenths, e.latitude, e.longitude,"
    " {} AS next_free_at FROM {} WHERE {}"
)
SHELVES = (  # a category, and those that are part of it
    "SELECT c.id FROM marketplace_category c LEFT JOIN marketplace_category whole ON whole.id = c.parent_id"
    " WHERE c.slug = %s OR whole.slug = %s"
)
FREE = (
    "EXISTS (SELECT 1 FROM marketplace_presence p"
    f" WHERE p.user_id = e.user_id AND p.state = '{Presence.State.FREE.value}')"
)


def free_within(until: Any) -> Condition:
    """Who is here (who is busy is free sooner or later), or said to be back by then."""
    is_here = (
        "EXISTS (SELECT 1 FROM marketplace_presence p"
        f" WHERE p.user_id = e.user_id AND p.state IN ({', '.join(repr(state.value) for state in HERE)}))"
    )
    return Condition(f"({is_here} OR e.next_free_at <= %s)", (until,))


def are_there(not_there: Collection[int]) -> list[Condition]:
    return [Condition(none_of("e.user_id"), (array(not_there),))] if not_there else []


def within(centre: Place, km: int) -> list[Condition]:
    around = places.box(centre, km)
    spans = " OR ".join(["e.longitude BETWEEN %s AND %s"] * len(around.spans))
    ends = tuple(end for span in around.spans for end in span)
    distance, values = distance_from(centre)
    return [
        Condition("e.latitude BETWEEN %s AND %s", (around.south, around.north)),
        Condition(f"({spans})", ends),
        Condition(f"{distance} <= %s", (*values, float(km * km))),
    ]


def distance_from(centre: Place) -> Condition:
    """In squared kilometres: as if the earth were flat there, which at 200 km is wrong by less than two as far north as 55°.
    Longitudes are counted on from the centre's, over the date line too."""
    around = "CASE WHEN e.longitude < %s THEN 360 WHEN e.longitude > %s THEN -360 ELSE 0 END"
    east, north = f"((e.longitude + {around} - %s) * %s)", "((e.latitude - %s) * %s)"
    east_of = KM_OF_A_DEGREE * cos(radians(centre.latitude))
    of_east = (centre.longitude - 180, centre.longitude + 180, centre.longitude, east_of)
    of_north = (centre.latitude, KM_OF_A_DEGREE)
    return Condition(f"({east} * {east} + {north} * {north})", (*of_east, *of_east, *of_north, *of_north))


@dataclass(frozen=True)
class Understood:
    """How a text was taken. `ranks`: conditions, the narrowest first, each of which holds where the one before does; those of one
    rank differ less than being free now does. None where no words are asked for. `instead`: word typed -> spelling taken for it.
    `partly`: nobody has all of the words."""

    ranks: tuple[tuple[Words, ...], ...] | None
    reading: Reading
    instead: dict[str, Spelling] = field(default_factory=dict)
    partly: bool = False

    @property
    def levels(self) -> tuple[Words, ...] | None:
        return tuple(level for rank in self.ranks for level in rank) if self.ranks else None

    @property
    def widest(self) -> Words | None:
        return self.ranks[-1][-1] if self.ranks else None


def understand(question: Question) -> Understood:
    """As typed if anybody fits that; else by beginnings of words, by what was probably meant, by some of the words.

    Who has all of it in passing, and part of it only in other words, fits no better than who has most of it in the headline:
    so that alone is no reason to leave out the answers by some of the words."""
    as_typed, reading = question.as_typed, question.reading
    if not as_typed.ranks:
        return as_typed
    if _anybody(question, matching.all_meant(reading, strong=True)) or _anybody(question, matching.as_begun(reading)):
        return as_typed
    going_on = reading.as_begun()
    begun = Understood(((matching.as_begun(going_on),),), going_on)
    if _anybody(question, begun.widest):
        return begun
    rarity = Rarity(reading)
    instead = slips.nearest(rarity.unknown)
    if instead:
        meant = reading.with_words({word: spelling.word for word, spelling in instead.items()})
        corrected = Understood(_ranks(meant), meant, instead)
        if _anybody(question, corrected.widest):
            return corrected
        reading, rarity = meant, Rarity(meant)
    weighed = steps(reading, rarity, guessed={spelling.word for spelling in instead.values()})
    levels = _best(question, weighed)
    return Understood(tuple((level,) for level in levels), reading, instead, partly=True) if levels else as_typed


def _ranks(reading: Reading) -> tuple[tuple[Words, ...], ...]:
    ranks = [(matching.all_strong(reading), matching.all_whole(reading))]
    if any(matching.other_words(term) for term in reading.wanted):
        ranks.append((matching.all_meant(reading, strong=True), matching.all_meant(reading)))
    if any(term.begun for term in reading.wanted):
        ranks.append((matching.last_begun(reading, strong=True), matching.last_begun(reading)))
    return tuple(ranks)


def _best(question: Question, weighed: Sequence[Step]) -> list[Words]:
    """From the first step that anybody reaches down to half of its weight. Who reaches one reaches all behind it, so the first
    is found by halving: a handful of queries, however many steps there are."""
    first = bisect_left(range(len(weighed)), True, key=lambda at: _anybody(question, weighed[at].words))
    reached = [step for step in weighed[first:] if step.weight >= weighed[first].weight * LEAST]
    every = -(-len(reached) // LEVELS_MAX) or 1
    return [step.words for step in reached[::-1][::every][::-1]]


def _anybody(question: Question, words: Words | None) -> bool:
    fitting = question.fitting(words)
    # Not limited where it is planned: for one row PostgreSQL would read the table until there is one.
    return bool(rows(f"WITH fitting AS MATERIALIZED ({fitting.sql}) SELECT 1 FROM fitting LIMIT 1", fitting.values))
