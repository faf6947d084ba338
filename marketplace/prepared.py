"""Queries that Django puts into SQL once.

Django makes the SQL of a query anew each time it is asked, which for one with a few subqueries takes several times as long as the
database takes to answer it. What sockets ask at every message is made once here, with places for what differs each time.
"""

from collections.abc import Callable
from copy import copy
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Expression, Field, IntegerField, QuerySet, TextField


class Place(Expression):
    """In a query that is prepared: where a value comes when it is asked. A moment or a number that is no place stays what it was
    when the query was asked first."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        return "%s", [self]


def number(name: str) -> Place:
    return Place(name, IntegerField())


def text(name: str) -> Place:
    return Place(name, TextField())


def moment(name: str) -> Place:
    return Place(name, DateTimeField())


class Prepared:
    """`build` makes the query set, with places in it: of models, also with others beside them, or of flat values. It is asked
    with the values of its places, and always answers a list."""

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self._build = build
        self._made: tuple[Any, Any, str, tuple] | None = None

    def ask(self, **values: Any) -> list:
        """Raises KeyError for a place without a value."""
        if self._made is None:
            self._made = self._make()
        iterable, written, sql, places = self._made
        params = tuple(_value(place, values) for place in places)
        # The compiler keeps how a row becomes a model; what is of this time, and of this thread, is a copy's. Below is all that
        # Django's iterables ask of a query set.
        asked = copy(written)
        asked.connection = connection
        asked.as_sql = lambda *_, **__: (sql, params)
        query = SimpleNamespace(get_compiler=lambda *_, **__: asked)
        return list(iterable(SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})))

    def first(self, **values: Any) -> Any | None:
        return next(iter(self.ask(**values)), None)

    def _make(self) -> tuple[Any, Any, str, tuple]:
        query_set = self._build()
        written = query_set.query.get_compiler(connection=connection)
        sql, places = written.as_sql()
        written.connection = None  # that of this thread, which may end
        return query_set._iterable_class, written, sql, places


def _value(place: Any, values: dict[str, Any]) -> Any:
    if not isinstance(place, Place):
        return place
    return place.output_field.get_db_prep_value(values[place.name], connection)
