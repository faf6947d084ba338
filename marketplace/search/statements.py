"""Questions to the database, written by hand: what Django takes to make one costs as much as the answer."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import RawCursor

# Of the only database; asked of its connection, that takes longer than all else.
POSTGRESQL = connection.vendor == "postgresql"


class Condition(NamedTuple):
    """On an entry that is called `e`."""

    sql: str
    values: tuple = ()


def moment(at: datetime) -> Any:
    """As a value beside a column of moments."""
    return at if POSTGRESQL else connection.ops.adapt_datetimefield_value(at)


def as_text(column: str) -> str:
    """In SQL: a moment as the database writes it. Such texts sort as their moments do."""
    return f"CAST({column} AS text)"


def every(conditions: Iterable[Condition]) -> Condition:
    parts = list(conditions)
    return Condition(" AND ".join(part.sql for part in parts) or "TRUE", sum((part.values for part in parts), ()))


def among(column: str) -> str:
    """In SQL: it is one of the ids of an `array`."""
    return f"{column} = ANY(%s::bigint[])" if POSTGRESQL else f"{column} IN (SELECT value FROM json_each(%s))"


def none_of(column: str) -> str:
    return f"NOT ({among(column)})"


def array(ids: Collection[int]) -> str:
    """One value, however many ids: the statement stays the same, and is prepared once."""
    return f"{{{','.join(map(str, ids))}}}" if POSTGRESQL else json.dumps(list(ids))


def rows(sql: str, values: Iterable[Any] = ()) -> list[tuple]:
    """Django's cursor costs as much again as psycopg's own: it is left out where nobody counts statements or listens to them."""
    database = connections[DEFAULT_DB_ALIAS]  # what `connection` looks up each time
    if not POSTGRESQL or database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return cursor.fetchall()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return RawCursor(database.connection).execute(_numbered(sql), tuple(values)).fetchall()


@lru_cache(maxsize=1_000)
def _numbered(sql: str) -> bytes:
    """With PostgreSQL's own placeholders: $1, $2 and so on."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(rest, 1))]).encode()
