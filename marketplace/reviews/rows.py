"""Rows of a review under its lock: whatever happens to a review, its reply, its reports and removals happens in turn.

The lock of the review comes first, then that of the expert's rating.
"""

import unicodedata
from datetime import datetime

from marketplace.accounts.models import User
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import TEXT_MAX, Review, Words

LINES = "\n\t"


def locked(review_id: int, **people: User) -> Review:
    """Raises Review.DoesNotExist where `people` (writer, expert) are others."""
    rows = Review.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("writer", "expert").get(pk=review_id, **people)


def locked_words(review: Review, part: str) -> Words:
    """Raises Review.DoesNotExist where there is no such part."""
    words = review.words_of(part)
    if words is None:
        raise Review.DoesNotExist
    return words


def readable(text: str) -> str:
    """What somebody typed, as it is kept. Raises ReviewRefused."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ReviewRefused("empty")
    if len(text) > TEXT_MAX:
        raise ReviewRefused("too_long")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in LINES for letter in text):
        raise ReviewRefused("unreadable")
    return text


def rewrite(words: Words, *, seen: int, now: datetime, **typed: object) -> bool:
    """Its author writes it anew, having read version `seen`. False: it says that already, as after a second press. Raises
    ReviewRefused."""
    if words.removed_at:
        raise ReviewRefused("removed")
    if all(getattr(words, name) == value for name, value in typed.items()):
        return False
    if words.version != seen:
        raise ReviewRefused("changed")
    for name, value in typed.items():
        setattr(words, name, value)
    words.version += 1
    words.changed_at = now
    words.save()
    return True
