"""Who comes first. RANKING.md says it in words; the two change together.

Where few fit, all of them are fetched and put in order here; where many do, the database is asked for one run after the other
until the page is full. Both give the same order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby, islice
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from marketplace.experts.models import Presence
from marketplace.search.asking import Question, Understood, in_state
from marketplace.search.matching import Matches
from marketplace.search.models import Entry

FEW = 200
NEW_DAYS, NEW_EVERY, NEW_AT_ONCE = 30, 5, 20  # a new profile stands at every fifth place
STATES = (Presence.State.FREE, Presence.State.BUSY, Presence.State.AWAY)


class Found(NamedTuple):
    """What of an entry its place depends on."""

    pk: int
    state: str
    level: int  # of Understood.levels: the first that holds
    quality: int
    published_at: datetime


def ids(question: Question, understood: Understood, *, sort: str, upto: int, now: datetime) -> list[int]:
    """The profiles that fit, at most `upto` of them, the first first."""
    entries = question.entries()
    if understood.widest:
        entries = entries.filter(Matches(understood.widest))
    if sort == "near" and not question.near:
        sort = ""
    if by_column := COLUMNS.get(sort):
        return list(entries.order_by(*by_column).values_list("pk", flat=True)[:upto])
    runs = _runs(understood, sort)
    few = _if_few(entries, question, understood)
    if few is not None:
        return list(islice(_in_order(few, runs, now), upto))
    return _first(entries, question, understood, runs, upto, now)


COLUMNS = {
    "rate": (F("rate_minor").asc(nulls_last=True), "pk"),
    "rating": ("-rating", "pk"),
    "new": ("-published_at", "pk"),
    "name": ("name", "pk"),
    "near": ("distance", "pk"),
}
Run = tuple[str, int]  # presence, level


def _runs(understood: Understood, sort: str) -> list[Run]:
    """In their order: rank by rank, unless presence is all that counts."""
    levels = iter(range(len(understood.levels or [None])))
    if sort == "online" or not understood.ranks:
        return [(state, level) for level_of in [list(levels)] for state in STATES for level in level_of]
    ranks = [[next(levels) for _ in rank] for rank in understood.ranks]
    return [(state, level) for rank in ranks for state in STATES for level in rank]


# --- few --------------------------------------------------------------------------------------------------------


def _if_few(entries: QuerySet[Entry], question: Question, understood: Understood) -> list[Found] | None:
    presence = Presence.objects.filter(user=OuterRef("user")).values("state")
    levels = [When(Matches(words), then=Value(at)) for at, words in enumerate(understood.levels or ())]
    rows = entries.annotate(
        state=Subquery(presence), level=Case(*levels, default=Value(0), output_field=IntegerField())
    ).values_list("pk", "user", "state", "level", "quality", "published_at")[: FEW + 1]
    found = [Found(pk, _seen(user, state, question), *more) for pk, user, state, *more in rows]
    return found if len(found) <= FEW else None


def _seen(user_id: int, state: str | None, question: Question) -> str:
    return state if state and user_id not in question.not_there else Presence.State.AWAY


def _in_order(found: list[Found], runs: list[Run], now: datetime) -> Iterator[int]:
    place = {run: at for at, run in enumerate(runs)}
    found = sorted(found, key=lambda one: (place[one.state, one.level], -one.quality, -one.pk))
    for _, run in groupby(found, key=lambda one: place[one.state, one.level]):
        members = list(run)
        new = [one for one in members if one.published_at > now - timedelta(days=NEW_DAYS)]
        newest = sorted(new, key=lambda one: (one.published_at, one.pk), reverse=True)[:NEW_AT_ONCE]
        yield from _with_new_ones([one.pk for one in members], [one.pk for one in newest], now)


# --- many -------------------------------------------------------------------------------------------------------


def _first(
    entries: QuerySet[Entry], question: Question, understood: Understood, runs: list[Run], upto: int, now: datetime
) -> list[int]:
    found: list[int] = []
    for state, level in runs:
        if len(found) >= upto:
            break
        run = in_state(entries, state, question.not_there)
        if understood.levels:
            run = run.filter(Matches(understood.levels[level]))
            if level:
                run = run.exclude(Matches(understood.levels[level - 1]))
        missing = upto - len(found)
        members = list(run.order_by("-quality", "-pk").values_list("pk", flat=True)[:missing])
        new = run.filter(published_at__gt=now - timedelta(days=NEW_DAYS)).order_by("-published_at", "-pk")
        newest = list(new.values_list("pk", flat=True)[:NEW_AT_ONCE])
        found += islice(_with_new_ones(members, newest, now), missing)
    return found


# --- both -------------------------------------------------------------------------------------------------------


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
