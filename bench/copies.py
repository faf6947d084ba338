"""Many rows like one: what a database holds is made by the services once, and copied."""

import copy
from collections.abc import Callable
from typing import Any


def copies(row: Any, count: int, change: Callable[[Any, int], None]) -> list:
    """New rows like `row`, each after `change(copy, number)`, which gives it people and names of its own."""
    made = [copy.copy(row) for _ in range(count)]
    for number, one in enumerate(made):
        one.pk, one._state = None, copy.copy(row._state)
        change(one, number)
    return type(row).objects.bulk_create(made, batch_size=2_000)


def as_somebody(user: Any, number: int) -> None:
    user.email = f"{number}.{user.email}"


def put(row: Any, **fields: object) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
