"""What is written once for whoever decides about money, a card's bank or staff, is in English and in UTC, whoever causes it.

Its words go through gettext all the same: many of them stand on members' own pages too, there in the reader's language.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.utils.translation import override

Given = ParamSpec("Given")
Written = TypeVar("Written")


def in_english(write: Callable[Given, Written]) -> Callable[Given, Written]:
    """For every function that writes such evidence. (`override` as a decorator keeps one state for all threads.)"""

    @wraps(write)
    def written(*args: Given.args, **how: Given.kwargs) -> Written:
        with override("en"):
            return write(*args, **how)

    return written
