"""What a benchmark found: one object a goal, as a line of bench/results.jsonl and as a row of the printed table."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "results.jsonl"


@dataclass(frozen=True)
class Goal:
    name: str  # "posting: ...": what stands before the colon is its group
    goal: float
    better: str = "lower"

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.goal if self.better == "lower" else ratio >= self.goal


@dataclass(frozen=True)
class Row:
    """`ratio` is None when the peer is missing (`note` says why): such a goal is not met."""

    name: str
    ratio: float | None
    goal: float
    better: str
    spread: tuple[float, float] | None
    peer: str
    ours: float | None
    theirs: float | None
    unit: str
    note: str = ""

    @property
    def is_met(self) -> bool:
        return self.ratio is not None and Goal(self.name, self.goal, self.better).is_met(self.ratio)


def compare(goal: Goal, *, ours: Sequence[float], theirs: Sequence[float], peer: str, unit: str, note: str = "") -> Row:
    """Medians against each other; the spread is that of the ratios of neighbouring measurements."""
    pairs = [mine / other for mine, other in zip(ours, theirs, strict=True) if other]
    return Row(
        name=goal.name,
        ratio=round(median(ours) / median(theirs), 3),
        goal=goal.goal,
        better=goal.better,
        spread=(round(min(pairs), 3), round(max(pairs), 3)),
        peer=peer,
        ours=round(median(ours), 3),
        theirs=round(median(theirs), 3),
        unit=unit,
        note=note,
    )


def without_peer(goal: Goal, *, peer: str, why: str) -> Row:
    return Row(goal.name, None, goal.goal, goal.better, None, peer, None, None, "", f"not measured: {why}")


def of_other_groups(group: str) -> list[Row]:
    """What earlier runs found, but for `group`."""
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    found = [Row(**json.loads(line)) for line in lines]
    return [row for row in found if row.name.partition(":")[0] != group]


def keep(rows: Sequence[Row]) -> None:
    RESULTS.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))


def show(row: Row) -> None:
    sign = "<=" if row.better == "lower" else ">="
    ratio = "-" if row.ratio is None else f"{row.ratio:g}"
    spread = f"[{row.spread[0]:g}, {row.spread[1]:g}]" if row.spread else ""
    print(f"{'met   ' if row.is_met else 'NOT MET'} {row.name}")
    print(f"        {ratio} {spread} (goal {sign} {row.goal:g}), {row.peer}", end="")
    print(f": {row.ours:g} and {row.theirs:g} {row.unit}" if row.ours is not None else "")
    if row.note:
        print(f"        {row.note}")
    sys.stdout.flush()
