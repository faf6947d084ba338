"""What is asked of the directory, and the entries that answer it, in no order yet."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, radians

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone

from marketplace.experts.models import Category, Presence
from marketplace.places import services as places
from marketplace.places.services import Place
from marketplace.search import matching, slips
from marketplace.search.index import mask_of
from marketplace.search.matching import Matches, Words
from marketplace.search.meanings import same_meaning
from marketplace.search.models import Entry, Spelling
from marketplace.search.rarity import Rarity, Step, steps
from marketplace.search.reading import Reading, read

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

    def without(self, name: str) -> "Question":
        return replace(self, **{name: type(self).__dataclass_fields__[name].default})

    def entries(self) -> QuerySet[Entry]:
        """Those that pass every filter and have none of the excluded words."""
        found = Entry.objects.all()
        if self.category:
            shelves = Category.objects.filter(Q(slug=self.category) | Q(parent__slug=self.category))
            found = found.filter(category__in=list(shelves.values_list("pk", flat=True)))
        if self.online:
            found = in_state(found, Presence.State.FREE, self.not_there)
        if self.verified:
            found = found.filter(verified=True)
        if self.max_rate_minor is not None:
            found = found.filter(rate_minor__lte=self.max_rate_minor)
        if self.language:
            found = found.alias(spoken=F("languages").bitand(mask_of([self.language]))).exclude(spoken=0)
        if self.stars_tenths is not None:
            found = found.filter(stars_tenths__gte=self.stars_tenths)
        if self.near:
            found = within(found, self.near, self.km)
        if self.free:
            found = free_within(found, self.free, self.now, self.not_there)
        if self.reading.excluded:
            found = found.exclude(Matches(matching.any_of(self.reading.excluded)))
        return found


def in_state(entries: QuerySet[Entry], state: str, not_there: Collection[int]) -> QuerySet[Entry]:
    """`not_there` are away; so is who never was here."""
    theirs = Presence.objects.filter(user=OuterRef("user")).exclude(user__in=not_there)
    if state == Presence.State.AWAY:
        return entries.exclude(Exists(theirs.exclude(state=state)))
    return entries.filter(Exists(theirs.filter(state=state)))


def free_within(entries: QuerySet[Entry], free: str, now: datetime, not_there: Collection[int]) -> QuerySet[Entry]:
    """Who can be called now, or within so long: who is here but busy is free sooner or later."""
    if free == "now":
        return in_state(entries, Presence.State.FREE, not_there)
    here = Presence.objects.filter(state__in=HERE).exclude(user__in=not_there).values("user")
    return entries.filter(Q(user__in=here) | Q(next_free_at__lte=now + WITHIN[free])).exclude(user__in=not_there)


def within(entries: QuerySet[Entry], centre: Place, km: int) -> QuerySet[Entry]:
    """With `distance`, in squared kilometres: as if the earth were flat there, which at 200 km is wrong by less than one."""
    around = places.box(centre, km)
    inside = Q()
    for west, east in around.spans:
        inside |= Q(longitude__range=(west, east))
    east_of = (_beside(centre) - centre.longitude) * (KM_OF_A_DEGREE * cos(radians(centre.latitude)))
    north_of = (F("latitude") - centre.latitude) * KM_OF_A_DEGREE
    found = entries.filter(inside, latitude__range=(around.south, around.north))
    return found.annotate(distance=east_of * east_of + north_of * north_of).filter(distance__lte=km * km)


def _beside(centre: Place) -> Case:
    """Longitudes as they are counted on from the centre's: over the date line too."""
    east, west = Q(longitude__lt=centre.longitude - 180), Q(longitude__gt=centre.longitude + 180)
    longitude = F("longitude")
    return Case(When(east, then=longitude + 360), When(west, then=longitude - 360), default=longitude)


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
    reading, entries = question.reading, question.entries()
    if not reading.wanted:
        return Understood(None, reading)
    as_typed = Understood(_ranks(reading), reading)
    if _anybody(entries, matching.all_meant(reading, strong=True)) or _anybody(
        entries, matching.last_begun_only(reading)
    ):
        return as_typed
    begun = Understood(((matching.all_begun(reading),),), reading)
    if _anybody(entries, begun.widest):
        return begun
    rarity = Rarity(reading)
    instead = slips.nearest({word for word in reading.words if not rarity.profiles(word) and not same_meaning(word)})
    if instead:
        meant = reading.with_words({word: spelling.word for word, spelling in instead.items()})
        corrected = Understood(_ranks(meant), meant, instead)
        if _anybody(entries, corrected.widest):
            return corrected
        reading, rarity = meant, Rarity(meant)
    weighed = steps(reading, rarity, guessed={spelling.word for spelling in instead.values()})
    levels = _best(entries, weighed)
    return Understood(tuple((level,) for level in levels), reading, instead, partly=True) if levels else as_typed


def _ranks(reading: Reading) -> tuple[tuple[Words, ...], ...]:
    ranks = [(matching.all_strong(reading), matching.all_whole(reading))]
    if any(matching.other_words(term) for term in reading.wanted):
        ranks.append((matching.all_meant(reading, strong=True), matching.all_meant(reading)))
    if any(term.begun for term in reading.wanted):
        ranks.append((matching.last_begun(reading, strong=True), matching.last_begun(reading)))
    return tuple(ranks)


def _best(entries: QuerySet[Entry], weighed: Sequence[Step]) -> list[Words]:
    """From the first step that anybody reaches down to half of its weight. Who reaches one reaches all behind it, so the first
    is found by halving: a handful of queries, however many steps there are."""
    first = bisect_left(range(len(weighed)), True, key=lambda at: _anybody(entries, weighed[at].words))
    reached = [step for step in weighed[first:] if step.weight >= weighed[first].weight * LEAST]
    every = -(-len(reached) // LEVELS_MAX) or 1
    return [step.words for step in reached[::-1][::every][::-1]]


def _anybody(entries: QuerySet[Entry], words: Words | None) -> bool:
    return entries.filter(Matches(words)).exists()
