"""Questions to the database, written by hand: what Django takes to make one costs as much as the answer."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from psycopg import RawCursor


class Condition(NamedTuple):
    """On an entry that is called `e`."""

    sql: str
    values: tuple = ()


def moment(at: datetime) -> Any:
    """As a value beside a column of moments."""
    return at if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value(at)


def every(conditions: Iterable[Condition]) -> Condition:
    parts = list(conditions)
    return Condition(" AND ".join(part.sql for part in parts) or "TRUE", sum((part.values for part in parts), ()))


def among(column: str, ids: Collection[int]) -> Condition:
    """One value, however many ids: the statement stays the same, and is prepared once."""
    if connection.vendor == "postgresql":
        return Condition(f"{column} = ANY(%s::bigint[])", (f"{{{','.join(map(str, ids))}}}",))
    return Condition(f"{column} IN (SELECT value FROM json_each(%s))", (json.dumps(list(ids)),))


def none_of(column: str, ids: Collection[int]) -> Condition:
    found = among(column, ids)
    return Condition(f"NOT ({found.sql})", found.values)


def rows(sql: str, values: Iterable[Any] = ()) -> list[tuple]:
    """Django's cursor costs as much again as psycopg's own: it is left out where nobody counts statements or listens to them."""
    if connection.vendor != "postgresql" or connection.execute_wrappers or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return cursor.fetchall()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return RawCursor(connection.connection).execute(_numbered(sql), tuple(values)).fetchall()


@lru_cache(maxsize=1_000)
def _numbered(sql: str) -> bytes:
    """With PostgreSQL's own placeholders: $1, $2 and so on."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(rest, 1))]).encode()
