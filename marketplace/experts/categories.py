"""Categories in the order in which people read them."""

import unicodedata
from collections.abc import Iterable

from marketplace.experts.models import Category


def in_order(categories: Iterable[Category]) -> list[Category]:
    """By their names in the language of the page, each of the first level before those below it. With `parent` at hand."""
    return sorted(categories, key=lambda one: (_name(one.parent or one), one.parent is not None, _name(one)))


def _name(category: Category) -> str:
    """É stands with E, and not after Z."""
    spelt = unicodedata.normalize("NFKD", str(category))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter)).casefold()
