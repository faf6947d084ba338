"""Who is here, as search looks through them: those who are free or busy, a few among many, before everybody else.

On PostgreSQL they have a copy of their entries, with an index of its own: of a million entries the words alone leave
thousands, and the copy a page. It follows presence in batches (`take_in`); whoever changed since is looked at one by one, so
that no answer is older than presence is. On SQLite, where a site is small, everybody's entry and presence are joined.

An entry is in the copy if it is there and its expert's `Presence.searched_as` is not away; its state is that. Whoever writes an
entry holds its lock, and so does `take_in`, which leaves out whose entry it cannot have; of who has none yet, both hold the lock
of the presence. Whoever takes locks of both takes that of the presence first.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import connection, transaction

from marketplace.experts.models import Presence
from marketplace.search.models import Here
from marketplace.search.statements import POSTGRESQL, among, array, rows

AT_ONCE = 200  # few: who comes or goes meanwhile waits until they are done
FREE, BUSY, AWAY = Presence.State.FREE.value, Presence.State.BUSY.value, Presence.State.AWAY.value
SAID = "said"  # away, and said when they are back


class Source(NamedTuple):
    """Where entries `e` are looked for, with the SQL of their presence. `is_short`: so few that each is read."""

    tables: str
    condition: str
    state: str
    states: tuple[str, ...] = (FREE, BUSY, AWAY)  # that it can have
    is_short: bool = False
    knows_back: bool = False  # its entries say when they are back

    @property
    def next_free_at(self) -> str:
        return "e.next_free_at" if self.knows_back else f"CAST(NULL AS {'timestamptz' if POSTGRESQL else 'text'})"


COPIED = Source(
    "marketplace_here e",
    "e.user_id NOT IN (SELECT news.user_id FROM marketplace_presence news WHERE news.is_news)",
    "e.state",
    (FREE, BUSY),
)
NEWS = Source(  # one after the other, whatever the planner thinks of how many they are
    "marketplace_presence p CROSS JOIN LATERAL (SELECT * FROM marketplace_entry WHERE user_id = p.user_id OFFSET 0) e",
    "p.is_news",
    "p.state",
    is_short=True,
)
JOINED = Source("marketplace_presence p JOIN marketplace_entry e ON e.user_id = p.user_id", "TRUE", "p.state")


def sources() -> tuple[Source, ...]:
    """Whose states are free or busy if they are asked for: everybody else is away."""
    return (COPIED, NEWS) if POSTGRESQL else (JOINED,)


def anybody(not_there: Collection[int]) -> Source:
    """Each with their own state; those `not_there` are away."""
    hidden = _hidden(not_there)
    here = f"WHEN p.state <> '{AWAY}' THEN p.state"
    state = f"(CASE {hidden} {here} WHEN e.next_free_at IS NOT NULL THEN '{SAID}' ELSE '{AWAY}' END)"
    joined = "marketplace_entry e LEFT JOIN marketplace_presence p ON p.user_id = e.user_id"
    return Source(joined, "TRUE", state, (FREE, BUSY, SAID, AWAY), knows_back=True)


def everybody_else(not_there: Collection[int]) -> Source:
    """To be asked once those who are here are placed: whoever is left is away. Those `not_there` said nothing."""
    hidden = _hidden(not_there)
    state = f"(CASE {hidden} WHEN e.next_free_at IS NOT NULL THEN '{SAID}' ELSE '{AWAY}' END)"
    return Source("marketplace_entry e", "TRUE", state, (SAID, AWAY), knows_back=True)


def _hidden(not_there: Collection[int]) -> str:
    return f"WHEN e.user_id IN ({', '.join(map(str, sorted(not_there)))}) THEN '{AWAY}'" if not_there else ""


COLUMNS = [field.column for field in Here._meta.concrete_fields if field.column != "state"]
COPY = f"""
INSERT INTO marketplace_here ({", ".join(COLUMNS)}, state)
SELECT {", ".join(f"e.{column}" for column in COLUMNS)}, p.{{state}}
FROM marketplace_entry e JOIN marketplace_presence p ON p.user_id = e.user_id
WHERE {{which}} AND p.{{state}} <> '{AWAY}'
ON CONFLICT (profile_id) DO UPDATE SET {{change}}
"""
STATE = "state = excluded.state"
ALL_OF_IT = ", ".join(f"{column} = excluded.{column}" for column in (*COLUMNS[1:], "state") if column != "profile_id")


@transaction.atomic
def take_in(at_once: int = AT_ONCE) -> int:
    """The copy is told of some who came, went, or changed. How many they were; 0: it is as presence is.

    Never waits for a lock: whom somebody else is writing is taken next time."""
    if not POSTGRESQL:
        return 0
    news = [
        user_id
        for (user_id,) in rows(
            f"SELECT user_id FROM marketplace_presence WHERE is_news LIMIT {at_once} FOR NO KEY UPDATE SKIP LOCKED"
        )
    ]
    if not news:
        return 0
    theirs = f"SELECT user_id FROM marketplace_entry WHERE {among('user_id')}"
    there, locked = rows(theirs, [array(news)]), rows(f"{theirs} FOR SHARE SKIP LOCKED", [array(news)])
    taken = sorted(set(news) - {user_id for (user_id,) in set(there) - set(locked)})
    gone = f"SELECT user_id FROM marketplace_presence WHERE {among('user_id')} AND state = '{AWAY}'"
    with connection.cursor() as cursor:
        for statement in (
            f"DELETE FROM marketplace_here WHERE user_id IN ({gone})",
            COPY.format(state="state", which=among("e.user_id"), change=STATE),
            f"UPDATE marketplace_presence SET searched_as = state WHERE {among('user_id')}",
        ):
            cursor.execute(statement, [array(taken)])
    return len(taken)


def entries_change(profile_ids: Sequence[int], gone: Sequence[int]) -> None:
    """Before entries are written or, of those `gone`, deleted, in a transaction: no copy is made of them until it ends."""
    if not POSTGRESQL:
        return
    rows(LOCK_NEWCOMERS, [array(profile_ids)])
    if gone:
        lock = f"SELECT 1 FROM marketplace_entry WHERE {among('profile_id')} ORDER BY profile_id FOR UPDATE"
        rows(lock, [array(gone)])


LOCK_NEWCOMERS = f"""
SELECT 1 FROM marketplace_presence WHERE user_id IN (
    SELECT one.user_id FROM marketplace_profile one WHERE {among("one.id")}
    AND NOT EXISTS (SELECT 1 FROM marketplace_entry e WHERE e.profile_id = one.id)
) ORDER BY user_id FOR SHARE
"""


def entries_changed(profile_ids: Sequence[int]) -> None:
    """Entries were written, in this transaction: so is the copy of those that have one. Where entries are deleted, their copies
    go with them."""
    if not POSTGRESQL:
        return
    with connection.cursor() as cursor:
        statement = COPY.format(state="searched_as", which=among("e.profile_id"), change=ALL_OF_IT)
        cursor.execute(statement, [array(profile_ids)])
