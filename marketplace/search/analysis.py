"""Text as search knows it: its words without accents and capitals, and what is left of each without its endings.

One analyser for every database: PostgreSQL's own dictionaries and SQLite's would find different people. It takes text for
English and French at once, since nobody says in which of the two they wrote.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import Stemmer  # type: ignore[import-untyped]

from marketplace.experts.folding import fold

STEM_MARK = "="  # before a stem, so that it is never taken for the beginning of a word
LETTERS_MIN = 3  # of what has an ending
LETTERS_MAX = 40  # of a word: what is longer is no word, and PostgreSQL refuses the longest
HYPHENS = ("-", "\u2010", "\u2011")
# Names that their letters alone do not tell from other words: the c of "c'est".
NAMES = {"c++": "cpp", "c#": "csharp", "f#": "fsharp", ".net": "dotnet"}
WRITTEN = re.compile(  # accents may stand behind their letters
    r"(?<!\w)(?:[Cc]\+\+|[CcFf]#)|\.[Nn][Ee][Tt]\b|(?:[^\W_]|[\u0300-\u036f])+"
)

# What says nothing of what somebody looks for. A word of one letter does not either: l'avocat is "l avocat".
STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text().split())

# French endings that the stemmer takes for others: the feminine and the plural of people's trades.
FRENCH_ENDINGS = (
    ("trices", "teur"),
    ("trice", "teur"),
    ("euses", "eur"),
    ("euse", "eur"),
    ("ieres", "ier"),
    ("iere", "ier"),
    ("iennes", "ien"),
    ("ienne", "ien"),
    ("ives", "if"),
    ("ive", "if"),
    ("eaux", "eau"),
    ("aux", "al"),
)

_english, _french = Stemmer.Stemmer("english"), Stemmer.Stemmer("french")


class Word(NamedTuple):
    """A word of a text, from `start` to `end` in it."""

    start: int
    end: int
    folded: str

    def moved(self, by: int) -> "Word":
        return self._replace(start=self.start + by, end=self.end + by)


def words_of(text: str) -> Iterator[Word]:
    """Those of `text` in their order, cut to LETTERS_MAX. "L'Œuvre" has two: l, oeuvre."""
    for found in WRITTEN.finditer(text):
        start, end = found.span()
        for folded in _folded(found[0]):
            yield Word(start, end, folded)


@lru_cache(maxsize=50_000)
def _folded(written: str) -> tuple[str, ...]:
    name = NAMES.get(written.lower())
    return (name,) if name else tuple(folded[:LETTERS_MAX] for folded in fold(written).split())


def joined(text: str, words: list[Word]) -> Iterator[tuple[int, str]]:
    """Pairs of `words` with nothing but a hyphen between them, written as one: wifi for Wi-Fi. Each behind the place of its
    first word in the list."""
    for at, (one, other) in enumerate(pairwise(words)):
        if text[one.end : other.start] in HYPHENS:
            yield at, (one.folded + other.folded)[:LETTERS_MAX]


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, ...]:
    """Of a folded word: as English and as French, each once, with STEM_MARK."""
    if len(word) < LETTERS_MIN or not word.isalpha():
        return (STEM_MARK + word,)
    return tuple(STEM_MARK + stem for stem in dict.fromkeys((_english.stemWord(word), _french_stem(word))))


def _french_stem(word: str) -> str:
    masculine = _without_french_ending(word)
    stem = _french.stemWord(masculine)
    return stem if len(stem) > LETTERS_MIN else masculine  # else a taxi is a tax


def _without_french_ending(word: str) -> str:
    for ending, masculine in FRENCH_ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + LETTERS_MIN - 1:
            return word[: -len(ending)] + masculine
    for ending in ("s", "e"):  # avocates, avocate
        if word.endswith(ending) and len(word) > LETTERS_MIN + 1:
            word = word[:-1]
    return word


def says_something(word: str) -> bool:
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())
