"""Whom a visitor of a profile may want instead: others of its category, the like-minded before the rest. RANKING.md says it in
words; the two change together.

Two queries, whatever the size of the site: the first few of each of four runs along the index, then their cards.
"""

from collections.abc import Collection

from django.db.models import F, QuerySet

from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.search.analysis import says_something, words_of
from marketplace.search.asking import HERE, in_state
from marketplace.search.matching import Matches, joined, whole
from marketplace.search.models import Entry

WORDS_MAX = 8
STATES = (*HERE, Presence.State.AWAY)
EACH = 12  # of each run: more than are shown, for some are in several


def candidates(profile: Profile, *, caller: User | None, not_there: Collection[int]) -> set[int]:
    """The profiles to choose from: with its words and without, free and not, the best of each. One query."""
    others = Entry.objects.filter(category=profile.category_id).exclude(pk=profile.pk)
    others = others.exclude(user=caller) if caller else others
    runs = [others, in_state(others, Presence.State.FREE, not_there)]
    if words := subjects(profile):
        alike = Matches(joined((whole(word, strong=True) for word in sorted(words)), every=False))
        runs += [run.filter(alike) for run in runs]
    first, *more = [_best(run) for run in runs]
    return set(first.union(*more).values_list("pk", flat=True))


def _best(run: QuerySet[Entry]) -> QuerySet[Entry]:
    """In a query of its own: SQLite cuts none that is a part of a union."""
    best = run.order_by("-quality", "-pk").values("pk")[:EACH]
    return Entry.objects.filter(pk__in=best).values("pk")


def subjects(profile: Profile) -> set[str]:
    """The words of its skills, or of its headline where there are none, folded."""
    found = (word.folded for word in words_of(" ".join(profile.skills) or profile.headline))
    return set(list(dict.fromkeys(word for word in found if says_something(word)))[:WORDS_MAX])


def in_order(profile: Profile, others: Collection[Profile]) -> list[Profile]:
    """Who is free first; then who shares most of its words; then by points. Of profiles as `with_points` and `complete` leave
    them."""
    words = subjects(profile)

    def place(other: Profile) -> tuple:
        theirs = {word.folded for word in words_of(" ".join([*other.skills, other.headline]))}
        return STATES.index(other.presence_state), -len(words & theirs), -(other.points or 0), -other.pk

    return sorted(others, key=place)


def with_points(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """Without the long text, which no card shows."""
    return profiles.annotate(points=F("entry__quality")).defer("bio")
