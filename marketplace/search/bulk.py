"""Many new rows at once: by COPY on PostgreSQL, by long inserts on SQLite."""

from collections.abc import Sequence

from django.db import connection, connections, models


def insert(rows: Sequence[models.Model]) -> None:
    """Rows of one table, which have their ids."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(rows)
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    itself = connections[connection.alias]  # what `connection` looks up each time
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), itself) for field in fields])
