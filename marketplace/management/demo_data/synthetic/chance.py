"""Choices that are as uneven as those of life."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Value = TypeVar("Value")
SHIFT = 2.7  # Mandelbrot's: the very commonest are less common than Zipf alone would have them


def seeded(seed: int | str) -> Random:
    """Nothing secret is drawn."""
    return Random(seed)  # noqa: S311


class Weighted(Generic[Value]):
    """One of `values`, as often as its weight beside the others."""

    def __init__(self, values: Sequence[Value], weights: Iterable[float]) -> None:
        self._values, self._sums = values, list(accumulate(weights))

    def pick(self, random: Random) -> Value:
        at = bisect_right(self._sums, random.random() * self._sums[-1])
        return self._values[min(at, len(self._values) - 1)]

    def some(self, random: Random, count: int) -> list[Value]:
        """Different ones, at most `count`."""
        return list(dict.fromkeys(self.pick(random) for _ in range(2 * count)))[:count]


def zipf(values: Sequence[Value]) -> Weighted[Value]:
    """The n-th is about as common as one by n."""
    return Weighted(values, (1 / (rank + SHIFT) for rank in range(1, len(values) + 1)))
