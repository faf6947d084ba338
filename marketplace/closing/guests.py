"""Guests leave nothing behind: 30 days after a call what was said in it goes, and 30 days after their last one their name."""

from datetime import datetime, timedelta

from django.conf import settings

from calls.rooms import services as rooms
from marketplace.accounts import guests


def sweep(*, now: datetime) -> int:
    """How many calls lost their words, and guests their names. Who has become a member keeps everything."""
    before = now - timedelta(days=settings.GUEST_DAYS)
    words = rooms.forget_words(before=before)
    return words + sum(guests.forget(guest=guest) for guest in rooms.guests_gone_since(before))
