"""What somebody who types may mean: words that profiles have, and experts of that name. Two queries."""

from dataclasses import dataclass

from django.db.models import F

from marketplace.experts.models import Profile
from marketplace.search import slips
from marketplace.search.analysis import words_of
from marketplace.search.index import listed
from marketplace.search.models import Entry, Spelling
from marketplace.search.reading import LETTERS_MAX

WORDS_MAX, EXPERTS_MAX = 6, 3
LOOKED_AT = 200  # entries of experts with such a name
BEGUN_MIN = 2  # letters


@dataclass(frozen=True)
class Suggestions:
    """`texts`: whole questions, the last word of what was typed completed or put right."""

    texts: list[str]
    experts: list[Profile]


def suggest(typed: str) -> Suggestions:
    """Nothing for a single letter, or behind a space."""
    typed = typed[:LETTERS_MAX]
    words = list(words_of(typed))
    folded = " ".join(word.folded for word in words)
    if not words or words[-1].end != len(typed) or len(folded) < BEGUN_MIN:
        return Suggestions([], [])
    return Suggestions(_texts(typed[: words[-1].start], words[-1].folded), _experts(folded))


def _texts(before: str, last: str) -> list[str]:
    if len(last) < BEGUN_MIN:
        return []
    spellings = _beginning_with(last) or list(slips.nearest({last}).values())
    return [f"{before}{spelling.shown}" for spelling in spellings if spelling.word != last]


def _beginning_with(letters: str) -> list[Spelling]:
    found = Spelling.objects.filter(word__startswith=letters)
    return list(found.order_by("-profiles", "word")[:WORDS_MAX])


def _experts(folded: str) -> list[Profile]:
    """The best of the first that are at hand: a million have many whose names begin with two letters."""
    some = Entry.objects.filter(name__startswith=folded).values("pk")[:LOOKED_AT]
    best = Entry.objects.filter(pk__in=some).order_by("-quality", "pk").values("pk")[:EXPERTS_MAX]
    return list(listed().filter(pk__in=best).select_related("user").order_by(F("entry__quality").desc(), "pk"))
