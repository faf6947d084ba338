"""Emptying tables that refuse to be emptied: for the flush after transactional tests, and nothing else."""

import re
from collections.abc import Callable, Sequence

# What migrations fill and no test changes. Django would empty it and fill it again after each test.
KEPT = frozenset({"auth_permission", "django_content_type"})


def flush_append_only_tables(plain: Callable) -> Callable:
    """`execute_sql_flush` with the database's triggers off while it runs, and on again afterwards; KEPT stays as it is."""

    def execute_sql_flush(operations, sql_list: Sequence[str]) -> None:
        connection = operations.connection
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
            off = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
            emptied = [sql for sql in sql_list if not KEPT & set(_names(sql))]
            plain(operations, [*off, *emptied, *(sql for _, sql in triggers)])
        else:
            # Superusers only, as the tests' private server has; triggers do not fire for a replica.
            off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
            plain(operations, [off, *_deletes(sql_list), on])

    return execute_sql_flush


def _deletes(truncates: Sequence[str]) -> list[str]:
    """TRUNCATE makes new files for each of the tables and indexes: for a few rows in a few tables DELETE takes a thirtieth."""
    tables = [name for sql in truncates for name in _names(sql) if name not in KEPT]
    assert tables, f"no TRUNCATE: {truncates}"
    return ["; ".join(f'DELETE FROM "{table}"' for table in tables)]


def _names(sql: str) -> list[str]:
    return re.findall(r'"(\w+)"', sql)
