"""Reads judged.txt, and says how near an order of experts comes to the best one: nDCG."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

FILE = Path(__file__).with_name("judged.txt")
HELD_OUT = "  [held out]"
GRADE = re.compile(r"  ([0-3]) ([a-z0-9-]+) +\S")
LOOKED_AT = 10  # places of an order


@dataclass(frozen=True)
class Judged:
    """A question, and the grade of everybody who is named for it: slug -> 0 to 3. Who is not named has 0."""

    text: str
    kind: str  # the heading above it
    held_out: bool
    grades: dict[str, int]

    def ndcg(self, found: Sequence[str]) -> float:
        """Of slugs in their order, the first LOOKED_AT of them: 1 where no other order would be better, 0 where nobody there can
        help. Gains are exponential (2 to the grade, less 1), so one who is the very person outweighs two who can help well; the
        best order is that of all who are named, found or not."""
        best = sorted(self.grades.values(), reverse=True)
        return _dcg([self.grades.get(slug, 0) for slug in found]) / _dcg(best)


def _dcg(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades[:LOOKED_AT], 1))


def read_judged(text: str) -> list[Judged]:
    """Raises ValueError with the line that is neither a heading, a question, a grade nor a comment."""
    found: list[Judged] = []
    kind = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            kind = line.removeprefix("## ")
        elif line and not line.startswith((" ", "#")):
            found.append(Judged(line.removesuffix(HELD_OUT), kind, line.endswith(HELD_OUT), {}))
        elif line and not line.startswith("#"):
            grade = GRADE.match(line)
            if not grade or not found or grade[2] in found[-1].grades:
                raise ValueError(f"line {number}: {line}")
            found[-1].grades[grade[2]] = int(grade[1])
    return found


def judged() -> list[Judged]:
    return read_judged(FILE.read_text())
