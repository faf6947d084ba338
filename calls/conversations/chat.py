"""What two people write to each other in a call. It stays with the call until either of them deletes it for both."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Length

from calls.conversations.models import ChatLine
from marketplace.accounts.models import User

LONGEST = 2000
LINES_MAX, LETTERS_MAX = 500, 100_000  # of one call: all of it goes to every page that comes back


class BadChat(ValueError):
    """`code`: empty, too_long, unreadable, full. Nothing was sent."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def say(*, call_id: int, author: User, text: str, now: datetime) -> ChatLine:
    """Raises BadChat."""
    text = text.strip()
    if not text:
        raise BadChat("empty")
    if len(text) > LONGEST:
        raise BadChat("too_long")
    if "\0" in text:
        raise BadChat("unreadable")
    there = ChatLine.objects.filter(call_id=call_id).aggregate(lines=Count("id"), letters=Sum(Length("text")))
    if there["lines"] >= LINES_MAX or (there["letters"] or 0) + len(text) > LETTERS_MAX:
        raise BadChat("full")
    return ChatLine.objects.create(call_id=call_id, author=author, text=text, sent_at=now)


def lines(*, call_id: int, after: int = 0, upto: int | None = None) -> Sequence[ChatLine]:
    """Oldest first, with their authors; those with a higher id than `after`, and none higher than `upto`."""
    found = ChatLine.objects.filter(call_id=call_id, id__gt=after).select_related("author").order_by("id")
    return list(found if upto is None else found.filter(id__lte=upto))


def newest() -> Subquery:
    """For a query of calls: the id of the newest line, so that a look at the room costs no query more."""
    return Subquery(_of_outer().order_by("-id").values("id")[:1])


def number() -> Subquery:
    """For a query of calls: how many lines there are."""
    counted = _of_outer().order_by().values("call").annotate(lines=Count("id")).values("lines")
    return Subquery(counted, output_field=IntegerField())


def _of_outer() -> QuerySet[ChatLine]:
    return ChatLine.objects.filter(call=OuterRef("pk"))


def erase(*, call_id: int) -> bool:
    """For both. False: there was nothing."""
    return ChatLine.objects.filter(call_id=call_id).delete()[0] > 0
