"""What the address of a page of the back office asks for."""

from django.db.models import QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 50


def newest(request: HttpRequest, found: QuerySet) -> tuple[list, int | None]:
    """A page of rows and the `before` of the next one: read from the newest on, however many there are."""
    before = asked(request, "before", 18)
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-pk")[: ROWS_A_PAGE + 1])
    return rows[:ROWS_A_PAGE], rows[ROWS_A_PAGE - 1].pk if len(rows) > ROWS_A_PAGE else None


def asked(request: HttpRequest, name: str, most: int) -> str:
    """A word of the address; PostgreSQL takes no NUL in a text."""
    return request.GET.get(name, "").replace("\0", "")[:most]
