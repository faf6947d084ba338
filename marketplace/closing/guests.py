"""Guests leave nothing behind: 30 days after a call what was said in it goes, and 30 days after their last one their name,
but not while staff look into a report by them or about them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from marketplace.accounts import guests
from marketplace.accounts.models import User


def sweep(*, now: datetime) -> int:
    """How many calls lost their words, and guests their names. Who has become a member keeps everything."""
    before = now - timedelta(days=settings.GUEST_DAYS)
    words = rooms.forget_words(before=before)
    return words + sum(_forget(guest) for guest in rooms.guests_gone_since(before))


@transaction.atomic
def _forget(guest: User) -> bool:
    """False: they have become a member meanwhile, or staff still look into what was said."""
    if contacts.awaits_staff(person=guest):
        return False
    nobody = guests.forget(guest=guest)
    if nobody:
        rooms.forget_name(guest=nobody)
    return bool(nobody)
