"""Whom a visitor of a profile may want instead: others of its category, the like-minded before the rest. RANKING.md says it in
words; the two change together.

Two queries, whatever the size of the site: the first few of each of four runs along the index, then their cards.
"""

from collections.abc import Collection

from django.db.models import F, QuerySet

from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.search.analysis import says_something, words_of
from marketplace.search.asking import FREE, HERE
from marketplace.search.matching import joined, matches, whole
from marketplace.search.statements import Condition, every, none_of, rows

WORDS_MAX = 8
STATES = (*HERE, Presence.State.AWAY)
EACH = 12  # of each run: more than are shown, for some are in several


def candidates(profile: Profile, *, caller: User | None, not_there: Collection[int]) -> set[int]:
    """The profiles to choose from: with its words and without, free and not, the best of each. One query."""
    others = [Condition("e.category_id = %s AND e.profile_id <> %s", (profile.category_id, profile.pk))]
    if caller:
        others.append(Condition("e.user_id <> %s", (caller.pk,)))
    runs = [others, [*others, Condition(FREE), *([none_of("e.user_id", not_there)] if not_there else [])]]
    if words := subjects(profile):
        alike = matches(joined((whole(word, strong=True) for word in sorted(words)), every=False))
        runs += [[*run, alike] for run in runs]
    best = [every(run) for run in runs]
    sql = " UNION ".join(BEST.format(fits=run.sql) for run in best)
    return {pk for (pk,) in rows(sql, [value for run in best for value in run.values])}


BEST = (
    "SELECT profile_id FROM (SELECT e.profile_id FROM marketplace_entry e WHERE {fits}"
    f" ORDER BY e.quality DESC, e.profile_id DESC LIMIT {EACH}) AS best"
)


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
