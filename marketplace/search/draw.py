"""The draw among new profiles, for the places that are kept for them. RANKING.md says it in words; the two change together.

It is the same for everybody all day, so that pages follow on each other. Up to as many as search looks through, each has a lot
of the day. Of more, it goes around in the order in which they published, from a start that each of them has the same chance to
be: that costs two rows for each place at most, however many are new.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b

from marketplace.search.asking import SHELVES
from marketplace.search.statements import POSTGRESQL, Condition, as_text, moment, rows

DAYS = 30
MASK = 2**31 - 1  # so that no product is more than a bigint holds

# As `Draw.lot` has it. No modulo: its sign is that of a placeholder, and SQLite may have no function for it.
LOT = f"((((((profile_id & {MASK}) * CAST(%s AS bigint)) & {MASK}) >> 8) * CAST(%s AS bigint)) & {MASK})"
START = """
SELECT {published_at} FROM marketplace_entry e WHERE {is_new} ORDER BY e.published_at, e.profile_id
LIMIT 1 OFFSET (SELECT (count(*) * CAST(%s AS bigint)) >> 31 FROM marketplace_entry e WHERE {is_new})
"""


class Draw:
    """Of one day. `since`: who published later is new; a text, as the database writes it."""

    def __init__(self, now: datetime) -> None:
        now = now.astimezone(UTC)
        self.day = datetime.combine(now, time(), UTC)
        self.since = _text(now - timedelta(days=DAYS))
        first, second = _numbers(f"{self.day.date()}")
        self.factors = first | 1, second | 1

    def lot(self, pk: int) -> int:
        """Two rounds: after one, who has a low id would be drawn more often."""
        first, second = self.factors
        return ((((pk & MASK) * first) & MASK) >> 8) * second & MASK

    @property
    def values(self) -> tuple[str, str]:
        """Of LOT."""
        first, second = self.factors
        return str(first), str(second)

    def start(self, category: str) -> str:
        """When the first to be drawn published, of those of a category (its slug; none: of all)."""
        return _start(category, self.day)


@lru_cache(maxsize=1_000)
def _start(category: str, day: datetime) -> str:
    """Of those who were new when the day began. They are all counted: once a day, by each process."""
    is_new = Condition("e.published_at > %s AND e.published_at <= %s", (_text(day - timedelta(days=DAYS)), _text(day)))
    if category:
        is_new = Condition(f"{is_new.sql} AND e.category_id IN ({SHELVES})", (*is_new.values, category, category))
    chance, _ = _numbers(f"{day.date()} {category}")
    found = rows(
        START.format(published_at=as_text("e.published_at"), is_new=is_new.sql),
        (*is_new.values, str(chance), *is_new.values),
    )
    return found[0][0] if found else _text(day)


def forget() -> None:
    """For tests, whose databases come and go."""
    _start.cache_clear()


def _numbers(seed: str) -> tuple[int, int]:
    drawn = blake2b(seed.encode(), digest_size=8).digest()
    return int.from_bytes(drawn[:4]) & MASK, int.from_bytes(drawn[4:]) & MASK


def _text(at: datetime) -> str:
    """As all times of search here: they are only compared, and to read one takes longer than all else of a row."""
    return at.isoformat(sep=" ") if POSTGRESQL else moment(at)
