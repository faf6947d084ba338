"""How an entry is written: in one statement on PostgreSQL, in three on SQLite, which has no statement that writes two tables.

Both lock what they move in the order of the accounts' ids, so that crossing moves wait for each other, never in a ring;
both write nothing at all when the key is known or an account would pass below zero.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import RawCursor

from payouts.ledger.accounts import KINDS, AccountRef, ids_of
from payouts.money import Money


class Line(NamedTuple):
    """`amount` from one account to another. `group`: what was sold ("listing:5"), for statements."""

    debit: AccountRef
    credit: AccountRef
    amount: Money
    group: str = ""


class Entry(NamedTuple):
    key: str
    fingerprint: str
    kind: str
    reference: str
    posted_at: datetime


class Written(NamedTuple):
    """`entry_id` None: nothing was written, for the key is known, or else there is not enough in a `short_of`."""

    entry_id: int | None
    short_of: str = ""


class _Short(Exception):
    """Takes back what SQLite has written of the entry by then."""


_FIND = "SELECT id, fingerprint FROM payouts_entry WHERE key = %s"


def find(key: str) -> tuple[int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [key])
        return cursor.fetchone()


def write(entry: Entry, lines: Sequence[Line], currency: str) -> Written:
    database = connections[DEFAULT_DB_ALIAS]  # once: `connection` looks it up anew whenever it is used
    if database.vendor == "postgresql":
        return _write_at_once(entry, lines, currency, database)
    return _write_in_turn(entry, lines, currency)


# Which accounts cache a balance, and whether a credit makes it grow or shrink.
_GROWS = {name: 1 if kind.credit_normal else -1 for name, kind in KINDS.items() if kind.is_floored}


def _changes(lines: Sequence[Line], ids: dict[AccountRef, int]) -> dict[int, int]:
    """What the cached balances change by: account id to minor units."""
    changes: dict[int, int] = {}
    for debit, credit, amount, _ in lines:
        if grows := _GROWS.get(debit.kind):
            changes[ids[debit]] = changes.get(ids[debit], 0) - grows * amount.minor
        if grows := _GROWS.get(credit.kind):
            changes[ids[credit]] = changes.get(ids[credit], 0) + grows * amount.minor
    return changes


def _kind_of(row_id: int, ids: dict[AccountRef, int], lines: Sequence[Line]) -> str:
    return next(ref.kind for line in lines for ref in (line.debit, line.credit) if ids[ref] == row_id)


# --- PostgreSQL -------------------------------------------------------------------------------------------------


def _write_at_once(entry: Entry, lines: Sequence[Line], currency: str, database: BaseDatabaseWrapper) -> Written:
    """One statement, so outside a transaction one round trip, and no savepoint inside one: nothing has to be taken back."""
    ids = ids_of({ref for line in lines for ref in (line.debit, line.credit)}, currency)
    changes = _changes(lines, ids)
    # Numbers go as text: psycopg gives each the smallest type that holds it, and prepares a statement for each mix of types.
    values: list[str | datetime] = [str(number) for change in changes.items() for number in change]
    values += entry
    for debit, credit, amount, group in lines:
        values += (str(ids[debit]), str(ids[credit]), str(amount.minor), group)
    entry_id, short = _ask(database, _statement(len(changes), len(lines)), values)
    return Written(entry_id, _kind_of(short, ids, lines) if short else "")


def _ask(database: BaseDatabaseWrapper, sql: str, values: list) -> tuple:
    """The row that a statement gives. Django's cursor costs as much again as psycopg's own, a twentieth of a whole settlement:
    it is left out where nobody counts statements or listens to them. The raw cursor takes the statement as it is."""
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()
    database.ensure_connection()
    database.validate_no_broken_transaction()  # as Django's cursor does: what is posted now would be rolled back
    with database.wrap_database_errors:
        return RawCursor(database.connection).execute(_numbered(sql), values).fetchall()[0]


@cache
def _numbered(sql: str) -> bytes:
    """With PostgreSQL's own placeholders: $1, $2 and so on."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(rest, 1))]).encode()


@cache
def _statement(changes: int, lines: int) -> str:
    """The balances are locked, looked at and moved, and the entry and its postings written only if all of them stay at
    zero or above: `entry` is empty otherwise, and everything after it joins with it.

    A balance that somebody else changed while this waited for the lock is looked at as it is then, and moved from there.
    The changes are not materialized: a list of values costs less to read twice than to keep.
    """
    if not changes:
        return _entry_alone(lines)
    change = ", ".join(["(%s::bigint, %s::bigint)"] * changes)
    line = ", ".join(["(%s::bigint, %s::bigint, %s::bigint, %s)"] * lines)
    return f"""
        WITH change (id, minor) AS NOT MATERIALIZED (VALUES {change}),
        locked AS (
            SELECT account.id, balance_minor + minor AS minor FROM payouts_account AS account
            JOIN change ON change.id = account.id ORDER BY account.id FOR NO KEY UPDATE OF account
        ),
        entry AS (
            INSERT INTO payouts_entry (key, fingerprint, kind, reference, posted_at) SELECT %s, %s, %s, %s, %s::timestamptz
            WHERE NOT EXISTS (SELECT FROM locked WHERE minor < 0) ON CONFLICT (key) DO NOTHING RETURNING id
        ),
        moved AS (
            UPDATE payouts_account SET balance_minor = balance_minor + minor FROM change
            WHERE payouts_account.id = change.id AND EXISTS (SELECT FROM entry)
        ),
        written AS (
            INSERT INTO payouts_posting (entry_id, debit_id, credit_id, amount_minor, "group")
            SELECT entry.id, line.* FROM entry, (VALUES {line}) AS line
        )
        SELECT (SELECT id FROM entry), (SELECT id FROM locked WHERE minor < 0 LIMIT 1)
    """


def _entry_alone(lines: int) -> str:
    """Between accounts of the platform, which cache nothing: there is no balance to look at."""
    line = ", ".join(["(%s::bigint, %s::bigint, %s::bigint, %s)"] * lines)
    return f"""
        WITH entry AS (
            INSERT INTO payouts_entry (key, fingerprint, kind, reference, posted_at) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (key) DO NOTHING RETURNING id
        ),
        written AS (
            INSERT INTO payouts_posting (entry_id, debit_id, credit_id, amount_minor, "group")
            SELECT entry.id, line.* FROM entry, (VALUES {line}) AS line
        )
        SELECT (SELECT id FROM entry), NULL
    """


# --- SQLite -----------------------------------------------------------------------------------------------------

_INSERT_ENTRY = """
    INSERT INTO payouts_entry (key, fingerprint, kind, reference, posted_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
"""


def _write_in_turn(entry: Entry, lines: Sequence[Line], currency: str) -> Written:
    """It has one writer at a time, so nothing can come between the statements."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            ids = ids_of({ref for line in lines for ref in (line.debit, line.credit)}, currency)
            posted_at = connection.ops.adapt_datetimefield_value(entry.posted_at)
            cursor.execute(_INSERT_ENTRY, [*entry[:-1], posted_at])
            row = cursor.fetchone()
            if row is None:
                return Written(None)
            if changes := _changes(lines, ids):
                cursor.execute(_move(len(changes)), [number for change in changes.items() for number in change])
                for short in changes.keys() - {row_id for (row_id,) in cursor.fetchall()}:
                    raise _Short(_kind_of(short, ids, lines))
            values: list[int | str] = []
            for line in lines:
                values += (row[0], ids[line.debit], ids[line.credit], line.amount.minor, line.group)
            cursor.execute(_insert_postings(len(lines)), values)
    except _Short as short:
        return Written(None, str(short))
    return Written(row[0])


@cache
def _move(count: int) -> str:
    """Every balance that stays at zero or above, and which those are."""
    changes = ", ".join(["(%s, %s)"] * count)
    return f"""
        WITH change (id, minor) AS (VALUES {changes})
        UPDATE payouts_account SET balance_minor = balance_minor + minor FROM change
        WHERE payouts_account.id = change.id AND balance_minor + minor >= 0 RETURNING payouts_account.id
    """


@cache
def _insert_postings(count: int) -> str:
    rows = ", ".join(["(%s, %s, %s, %s, %s)"] * count)
    return f'INSERT INTO payouts_posting (entry_id, debit_id, credit_id, amount_minor, "group") VALUES {rows}'
