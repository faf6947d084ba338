"""Where nobody has all of the words: which of them say most. The rarer a word is on profiles, the more it weighs."""

from collections.abc import Set
from itertools import product
from typing import NamedTuple

from django.db.models import Q

from marketplace.search.analysis import STEM_MARK, stems
from marketplace.search.matching import Words, joined, meant, other_words
from marketplace.search.meanings import same_meaning
from marketplace.search.models import Spelling
from marketplace.search.reading import Reading, Term

TERMS_MAX = 4  # the rarest: so many can be combined in at most 80 ways
POWER = 0.25  # a word that 16 times as many have weighs half
STRONG = 1.5  # times its weight: a word in the name, the headline or the skills
GUESSED = 0.5  # times: a spelling that was taken for another
SPELLINGS_MAX = 500  # with one beginning that are looked at


class Step(NamedTuple):
    """`words` hold for everybody whose words weigh as much as `weight`, or more."""

    weight: float
    words: Words


class Rarity:
    """Of the words of a reading, and of others for the same things. One query."""

    def __init__(self, reading: Reading) -> None:
        every = {word for term in reading.wanted for word in (*term.words, *_as_one(term), *other_words(term))}
        beginnings = Q(word__in=every)
        for stem in {stem for word in every for stem in stems(word)}:
            beginnings |= Q(word__startswith=stem.removeprefix(STEM_MARK))
        found = Spelling.objects.filter(beginnings).order_by("-profiles", "word")[:SPELLINGS_MAX]
        self._of_stem: dict[str, dict[str, int]] = {}
        for word, profiles in found.values_list("word", "profiles"):
            for stem in stems(word):
                self._of_stem.setdefault(stem, {})[word] = profiles
        # Words that nobody has, nor knows another for.
        self.unknown = {
            word
            for term in reading.wanted
            for word in term.words
            if not self.profiles(word, *_as_one(term)) and not same_meaning(word)
        }

    def profiles(self, *words: str) -> int:
        """That have any of `words`, whatever their endings; who has two of them counts twice."""
        found: dict[str, int] = {}
        for stem in {stem for word in words for stem in stems(word)}:
            found |= self._of_stem.get(stem, {})
        return sum(found.values())

    def weight(self, term: Term) -> float:
        """0: nobody has it. A phrase weighs as its rarest word."""
        if len(term.words) > 1:
            number = min(self.profiles(word) for word in term.words) + self.profiles(*_as_one(term))
        else:
            number = self.profiles(*term.words, *_as_one(term), *other_words(term))
        return number and number**-POWER


def _as_one(term: Term) -> tuple[str, ...]:
    return tuple(one.words[0] for one in term.as_one)


def steps(reading: Reading, rarity: Rarity, *, guessed: Set[str]) -> list[Step]:
    """The heaviest first. The last is the rarest word alone: whoever has less is no answer. None if nobody has any word."""
    weighed = [(rarity.weight(term) * (GUESSED if guessed & set(term.words) else 1), term) for term in reading.wanted]
    weighed.sort(key=lambda one: (-one[0], one[1].words))
    kept = [(weight, term) for weight, term in weighed if weight][:TERMS_MAX]
    if not kept:
        return []
    ways = {
        way: round(sum(weight * how for (weight, _), how in zip(kept, way, strict=True)), 6)
        for way in product((0, 1, STRONG), repeat=len(kept))
    }
    weights = {weight for weight in ways.values() if weight >= round(kept[0][0], 6)}
    return [Step(weight, _at_least(weight, kept, ways)) for weight in sorted(weights, reverse=True)]


def _at_least(weight: float, kept: list[tuple[float, Term]], ways: dict[tuple[float, ...], float]) -> Words:
    enough = [way for way, heavy in ways.items() if heavy >= weight]
    narrowest = [way for way in enough if not any(other != way and _holds_where(other, way) for other in enough)]
    return joined((_as(way, kept) for way in narrowest), every=False)


def _holds_where(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(less <= more for less, more in zip(one, other, strict=True))


def _as(way: tuple[float, ...], kept: list[tuple[float, Term]]) -> Words:
    asked = [(how, term) for how, (_, term) in zip(way, kept, strict=True) if how]
    return joined((meant(term, strong=how == STRONG) for how, term in asked), every=True)
