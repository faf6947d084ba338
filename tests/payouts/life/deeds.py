"""What may happen, and what happens next: every other time something that only now and then may, and has not come about yet.

Hypothesis itself would leave half of the rules out of each life and choose evenly among the rest: what takes five of them in a
row hardly ever came about.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import getmembers
from random import Random
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.payouts.life.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Deed:
    do: Callable[..., None]
    when: Callable[[Any], object]
    drawn: dict[str, st.SearchStrategy]

    @property
    def name(self) -> str:
        return self.do.__name__


def always(life: Any) -> bool:
    return True


def deed(*, when: Callable[[Any], object] = always, **drawn: st.SearchStrategy) -> Callable:
    """Marks what may happen `when` that holds, with these words. It *came about* if it wrote anything and nobody refused it."""

    def mark(do: Callable[..., None]) -> Callable[..., None]:
        do.deed = Deed(do, when, drawn)
        return do

    return mark


class Deeds(RuleBasedStateMachine):
    time: datetime
    trouble: Trouble
    elsewhere: Counter[str] = Counter()  # what came about in other lives, for whoever wants all of it at least once

    def __init__(self) -> None:
        super().__init__()
        self.came_about: Counter[str] = Counter()

    @classmethod
    def deeds(cls) -> list[Deed]:
        return [each.deed for _, each in getmembers(cls, lambda each: hasattr(each, "deed"))]

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        able = [each for each in self.deeds() if each.when(self)]
        chances = [each for each in able if each.when is not always and not self.came_about[each.name]]
        chances = [each for each in chances if not self.elsewhere[each.name]] or chances
        # Hypothesis's own choices are not even, and the same again and again.
        chance = Random(f"{data.draw(st.integers(0, 2**32))} at {self.time}")
        chosen = chance.choice(chances if chances and chance.random() < 0.5 else able)
        words = data.draw(st.fixed_dictionaries(chosen.drawn))
        note(f"{chosen.name}({', '.join(f'{name}={word!r}' for name, word in words.items())})")
        self.trouble.writes = 0
        chosen.do(self, **words)
        self.came_about[chosen.name] += self.trouble.writes > 0

    def one_of(self, data: st.DataObject, likely: Sequence, others: Sequence = ()) -> Any:
        """One of those that it can come about with; now and then another."""
        is_odd = others and (not likely or data.draw(st.integers(0, 5)) == 5)
        return data.draw(st.sampled_from(others if is_odd else likely))
