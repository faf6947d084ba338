"""What is asked of the directory, and the entries that answer it, in no order yet."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, radians

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from marketplace.experts.models import Category, Presence
from marketplace.places import services as places
from marketplace.places.services import Place
from marketplace.search import matching, slips
from marketplace.search.index import mask_of
from marketplace.search.matching import Matches, Words
from marketplace.search.models import Entry, Spelling
from marketplace.search.reading import Reading, read

KM = 25  # unless somebody says otherwise
KM_OF_A_DEGREE = 111.2  # of latitude
# Spans and no days of the calendar: they are the same in every visitor's time zone.
WITHIN = {"now": timedelta(0), "day": timedelta(hours=24), "week": timedelta(days=7)}
HERE = (Presence.State.FREE, Presence.State.BUSY)


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
    east_of = (F("longitude") - centre.longitude) * (KM_OF_A_DEGREE * cos(radians(centre.latitude)))
    north_of = (F("latitude") - centre.latitude) * KM_OF_A_DEGREE
    found = entries.filter(inside, latitude__range=(around.south, around.north))
    return found.annotate(distance=east_of * east_of + north_of * north_of).filter(distance__lte=km * km)


@dataclass(frozen=True)
class Understood:
    """How a text was taken. `levels`: conditions, the narrowest first, each of which holds where the one before does; None where
    no words are asked for. `instead`: word typed -> spelling taken for it. `partly`: nobody has all of the words."""

    levels: tuple[Words, ...] | None
    reading: Reading
    instead: dict[str, Spelling] = field(default_factory=dict)
    partly: bool = False

    @property
    def widest(self) -> Words | None:
        return self.levels[-1] if self.levels else None


def understand(question: Question) -> Understood:
    """As typed if anybody fits that; else by beginnings of words, by what was probably meant, by some of the words."""
    reading, entries = question.reading, question.entries()
    if not reading.wanted:
        return Understood(None, reading)
    as_typed = Understood(_levels(reading), reading)
    for understood in (as_typed, Understood((matching.all_begun(reading),), reading)):
        if _anybody(entries, understood):
            return understood
    instead = slips.nearest(_unknown(reading))
    if instead:
        meant = reading.with_words({word: spelling.word for word, spelling in instead.items()})
        corrected = Understood(_levels(meant), meant, instead)
        if _anybody(entries, corrected):
            return corrected
        reading = meant
    for missing in range(1, len(reading.wanted)):
        some = Understood((matching.all_but(reading, missing),), reading, instead, partly=True)
        if _anybody(entries, some):
            return some
    return as_typed


def _levels(reading: Reading) -> tuple[Words, ...]:
    levels = (matching.all_strong(reading), matching.all_whole(reading))
    return (*levels, matching.last_begun(reading)) if any(term.begun for term in reading.wanted) else levels


def _anybody(entries: QuerySet[Entry], understood: Understood) -> bool:
    return entries.filter(Matches(understood.widest)).exists()


def _unknown(reading: Reading) -> set[str]:
    """Words that no listed profile has."""
    return set(reading.words) - set(Spelling.objects.filter(word__in=reading.words).values_list("word", flat=True))
