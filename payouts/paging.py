"""A long list page by page: each page is read from where the one before it ended, so each costs the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`more`: what the address of the next page asks for; empty on the last one."""

    rows: list[Row]
    more: str
    is_first: bool

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page(*lists: QuerySet[Row], at: str, asked: str, count: int, newest_first: bool = True) -> Page[Row]:
    """`count` rows of the lists together, in the order of the moment `at` and of their numbers.

    `asked`: a `more` of ours; anything else is the first page.
    """
    known = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", asked, re.ASCII)
    within, beyond, sign = ("lte", "gte", "-") if newest_first else ("gte", "lte", "")
    found: list[Row] = []
    for rows in lists:
        if known:
            moment = BEGINNING + int(known[1]) * MICROSECOND
            # The bound is for the index, the exclusion for those of the very same moment.
            rows = rows.filter(**{f"{at}__{within}": moment}).exclude(**{at: moment, f"pk__{beyond}": int(known[2])})
        found += rows.order_by(f"{sign}{at}", f"{sign}pk")[: count + 1]
    found.sort(key=lambda row: (getattr(row, at), row.pk), reverse=newest_first)
    shown = found[:count]
    more = ""
    if len(found) > count:
        more = f"{(getattr(shown[-1], at) - BEGINNING) // MICROSECOND}-{shown[-1].pk}"
    return Page(shown, more, not known)
