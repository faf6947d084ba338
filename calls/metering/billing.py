"""What a paid period costs: intervals -> billable milliseconds -> price. Pure: no tables, no clock, no Django of its own.

Moments are whole milliseconds since 1970 by the server's clock, durations whole milliseconds, intervals [start, end).
The rules are PRODUCT.md, section 2 (*What is billed*, *Free time*, *Cap*) and section 3.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from payouts.money import price_of_time


class Interval(NamedTuple):
    start: int
    end: int


class PerMinute(NamedTuple):
    """`free_ms` come first and cost nothing."""

    rate_minor: int
    free_ms: int = 0


class ActOfTime(NamedTuple):
    price_minor: int
    length_ms: int


Terms = PerMinute | ActOfTime


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same moments as sorted, disjoint intervals. One that ends before it starts (a clock set back) is nothing."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if result and start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(end, result[-1].end))
        else:
            result.append(Interval(start, end))
    return result


def intersect(ours: Iterable[Interval], theirs: Iterable[Interval]) -> list[Interval]:
    """The moments that are in both."""
    left, right = merged(ours), merged(theirs)
    result, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            result.append(Interval(start, end))
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1
    return result


def subtract(intervals: Iterable[Interval], stops: Iterable[Interval]) -> list[Interval]:
    """The moments that are in `intervals` and in none of `stops`."""
    result, holes = [], merged(stops)
    for start, end in merged(intervals):
        for hole in holes:
            if hole.end <= start or end <= hole.start:
                continue
            if start < hole.start:
                result.append(Interval(start, hole.start))
            start = hole.end
        if start < end:
            result.append(Interval(start, end))
    return result


def billable(
    *,
    payer: Iterable[Interval],
    expert: Iterable[Interval],
    stops: Iterable[Interval],
    counts_from: int,
    until: int,
) -> list[Interval]:
    """When both sides heard each other and nothing stood still, from the end of the countdown to `until`."""
    both = intersect(payer, expert)
    return subtract(intersect(both, [Interval(counts_from, until)]), stops)


def total_ms(intervals: Iterable[Interval]) -> int:
    return sum(end - start for start, end in merged(intervals))


def billable_ms(
    *,
    payer: Iterable[Interval],
    expert: Iterable[Interval],
    stops: Iterable[Interval],
    counts_from: int,
    until: int,
) -> int:
    return total_ms(billable(payer=payer, expert=expert, stops=stops, counts_from=counts_from, until=until))


def first(intervals: Sequence[Interval], ms: int) -> list[Interval]:
    """The first `ms` milliseconds of `intervals`."""
    result = []
    for start, end in merged(intervals):
        if ms <= 0:
            break
        result.append(Interval(start, min(end, start + ms)))
        ms -= end - start
    return result


def free_used_ms(terms: Terms, billable_ms: int) -> int:
    """How much of the free time went into `billable_ms`. Acts have none."""
    return min(terms.free_ms, max(0, billable_ms)) if isinstance(terms, PerMinute) else 0


def price(terms: Terms, billable_ms: int) -> int:
    """Whole minor units for `billable_ms`, rounded down once, in the payer's favour. An act has its price whatever was used."""
    if isinstance(terms, ActOfTime):
        return terms.price_minor
    charged_ms = max(0, billable_ms) - free_used_ms(terms, billable_ms)
    return price_of_time(rate_minor_per_minute=terms.rate_minor, billable_ms=charged_ms)


def used_part(act: ActOfTime, billable_ms: int) -> int:
    """The part of an act's price that its used time stands for, rounded down; the rest goes back to the payer."""
    used_ms = min(act.length_ms, max(0, billable_ms))
    return act.price_minor * used_ms // act.length_ms


def cap_ms(terms: Terms, cap_minor: int) -> int:
    """How long the meter may run on `cap_minor`: the last whole millisecond that it pays for, free time included.

    The price at that millisecond is the cap itself, one millisecond later it is more (rates up to 600.00 a minute).
    """
    if isinstance(terms, ActOfTime):
        return terms.length_ms
    return terms.free_ms + ((cap_minor + 1) * 60_000 - 1) // terms.rate_minor
