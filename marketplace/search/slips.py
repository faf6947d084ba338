"""Words a slip of the finger apart: found by the letters that are left when some are taken out of both.

Whatever one letter too many, too few, wrong or swapped made of a word, the two have what is left in common: candidates are
looked up by key, on any database, and not by comparing the word with all others.
"""

from itertools import combinations

from marketplace.search.analysis import STEM_MARK, stems
from marketplace.search.models import Spelling

LETTERS_MIN = 5  # below that a slip makes another word
LONG = 8  # words of so many letters may hold two slips
LOOKED_AT = 7  # letters of a word that are looked at for them: later ones rarely tell two words apart


def slips_allowed(word: str) -> int:
    if len(word) < LETTERS_MIN or not word.isalpha():
        return 0
    return 2 if len(word) >= LONG else 1


def left_of(word: str) -> set[str]:
    """The keys under which a word is found: of itself, and of what stays of it without its ending."""
    return set().union(*(_left_of(form) for form in _forms(word)))


def _forms(word: str) -> tuple[str, ...]:
    return (word, *(stem.removeprefix(STEM_MARK) for stem in stems(word)))


def _left_of(form: str) -> set[str]:
    """Itself, and what is left when as many letters are taken out as it may hold slips. At most 29."""
    head = form[:LOOKED_AT]
    left = {head}
    for missing in range(1, slips_allowed(form) + 1):
        for taken in combinations(range(len(head)), missing):
            left.add("".join(letter for at, letter in enumerate(head) if at not in taken))
    return left


def nearest(words: set[str]) -> dict[str, Spelling]:
    """Of each word that has one: the spelling the fewest slips away, of these that which most profiles have. One query."""
    keys = {word: left_of(word) for word in words if slips_allowed(word)}
    if not keys:
        return {}
    every = set().union(*keys.values())
    candidates = list(Spelling.objects.filter(slips__letters__in=every).distinct())
    found = {}
    for word in keys:
        ranked = sorted(
            (distance, -spelling.profiles, spelling.word, spelling)
            for spelling in candidates
            if (distance := _distance(word, spelling.word)) is not None
        )
        if ranked:
            found[word] = ranked[0][3]
    return found


def _distance(typed: str, spelt: str) -> tuple[int, int] | None:
    """Slips, and whether they were counted between the words (0) or without their endings: gradening is one from gardens."""
    forms = enumerate(zip(_forms(typed), _forms(spelt), strict=False))
    steps = ((slips_between(one, other, slips_allowed(one)), min(at, 1)) for at, (one, other) in forms)
    return min(((slips, at) for slips, at in steps if slips is not None), default=None)


def slips_between(one: str, other: str, at_most: int) -> int | None:
    """Letters to put in, take out, change or swap with their neighbour; None if more than `at_most`."""
    if abs(len(one) - len(other)) > at_most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        if min(row) > at_most:
            return None
    return row[-1] if row[-1] <= at_most else None
