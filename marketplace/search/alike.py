"""Whom a visitor of a profile may want instead: others of its category, the like-minded before the rest. RANKING.md says it in
words; the two change together.

Two queries, whatever the size of the site: the first few of each of four runs along the index, then their cards.
"""

from collections.abc import Collection, Mapping

from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.search import here
from marketplace.search.analysis import says_something, words_of
from marketplace.search.asking import HERE, are_there
from marketplace.search.cards import Card
from marketplace.search.matching import MATCHES, MATCHES_READ, joined, whole
from marketplace.search.statements import Condition, every, rows

WORDS_MAX = 8
STATES = (*HERE, Presence.State.AWAY)
EACH = 12  # of each run: more than are shown, for some are in several
LOOKED_AT = (
    200  # that have the words, and that are the best of the category: of a million, more than a visitor waits for
)


def candidates(profile: Profile, *, caller: User | None, not_there: Collection[int]) -> dict[int, int]:
    """The profiles to choose from, each with its points: with its words and without, free and not, the best of each. One
    query."""
    others = [Condition("e.category_id = %s AND e.profile_id <> %s", (profile.category_id, profile.pk))]
    if caller:
        others.append(Condition("e.user_id <> %s", (caller.pk,)))
    all_of_them, there = every(others), every([*others, *are_there(not_there)])
    words = subjects(profile)
    alike = joined((whole(word, strong=True) for word in sorted(words)), every=False).asked if words else ""
    runs = [Condition(BEST.format(tables="marketplace_entry e", fits=all_of_them.sql), all_of_them.values)]
    for source in here.sources():
        free = f"{source.condition} AND {source.state} = '{here.FREE}' AND {there.sql}"
        runs.append(Condition(BEST.format(tables=source.tables, fits=free), there.values))
        if alike:
            matching = MATCHES_READ if source.is_short else MATCHES
            fits = f"{free} AND {matching}"
            runs.append(Condition(BEST.format(tables=source.tables, fits=fits), (*there.values, alike)))
    if alike:
        runs.append(
            Condition(ALIKE.format(fits=all_of_them.sql), (*all_of_them.values, alike, *all_of_them.values, alike))
        )
    sql = " UNION ".join(f"SELECT profile_id, quality FROM ({run.sql}) AS run" for run in runs)
    return dict(rows(sql, [value for run in runs for value in run.values]))


FIRST = "ORDER BY quality DESC, profile_id DESC LIMIT"
BEST = f"SELECT e.profile_id, e.quality FROM {{tables}} WHERE {{fits}} {FIRST} {EACH}"
# The best of them are among the best of the category where many have the words; else all who have them are looked through, or
# as many as one who reads a page waits for.
ALIKE = f"""
SELECT profile_id, quality FROM (
    WITH best AS MATERIALIZED (
        SELECT e.profile_id, e.quality
        FROM (SELECT * FROM marketplace_entry e WHERE {{fits}} {FIRST} {LOOKED_AT}) AS e WHERE {MATCHES_READ}
    )
    SELECT * FROM best
    UNION
    SELECT * FROM (
        SELECT e.profile_id, e.quality FROM marketplace_entry e
        WHERE {{fits}} AND {MATCHES} AND (SELECT count(*) FROM best) < {EACH} LIMIT {LOOKED_AT}
    ) AS of_all
) AS alike {FIRST} {EACH}
"""


def subjects(profile: Profile) -> set[str]:
    """The words of its skills, or of its headline where there are none, folded."""
    found = (word.folded for word in words_of(" ".join(profile.skills) or profile.headline))
    return set(list(dict.fromkeys(word for word in found if says_something(word)))[:WORDS_MAX])


def in_order(profile: Profile, others: Collection[Card], points: Mapping[int, int]) -> list[Card]:
    """Who is free first; then who shares most of its words; then by points."""
    words = subjects(profile)

    def place(other: Card) -> tuple:
        theirs = {word.folded for word in words_of(" ".join([*other.skills, other.headline]))}
        return STATES.index(other.presence_state), -len(words & theirs), -points[other.pk], -other.pk

    return sorted(others, key=place)
