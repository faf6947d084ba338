"""An expert's public page: written, changed, shown. Who can be called now is in presence.py."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from marketplace.accounts.models import User
from marketplace.experts import photos
from marketplace.experts.folding import fold, language_word
from marketplace.experts.models import Category, Profile, WhoMayRing
from marketplace.experts.presence import (
    NOT_THERE,
    Seen,
    arrived,
    choose,
    choose_quiet_hours,
    left,
    note_missed_ring,
    note_ring_answered,
    process_died,
    refresh,
    seen,
    set_in_call,
    state,
    turn,
)

__all__ = [
    "NOT_THERE",
    "Seen",
    "arrived",
    "choose",
    "choose_quiet_hours",
    "choose_who_may_ring",
    "left",
    "note_missed_ring",
    "note_ring_answered",
    "process_died",
    "publish_again",
    "retire",
    "search_text",
    "seen",
    "set_in_call",
    "state",
    "turn",
    "unpublish",
    "write_profile",
]


@transaction.atomic
def write_profile(
    *,
    member: User,
    headline: str,
    bio: str,
    category: Category,
    languages: Sequence[str],
    skills: Sequence[str],
    place: str,
    now: datetime,
) -> Profile:
    """The member's profile, new or changed; published from the first time on. Its address never changes afterwards."""
    profile = Profile.objects.filter(user=member).first() or Profile(user=member, published_at=now)
    profile.headline, profile.bio, profile.category = headline, bio, category
    profile.languages, profile.skills, profile.place = list(languages), list(skills), place
    profile.search_text = search_text(profile)
    if profile.pk:
        profile.save()
    else:
        _save_under_free_slug(profile)
    refresh(user=member)  # whose page is open is free at once
    return profile


def unpublish(*, member: User) -> datetime | None:
    """Nobody finds or rings the member. When the profile was published; None: there is none, or it was not."""
    profile = Profile.objects.select_for_update().filter(user=member).first()
    if profile is None or profile.published_at is None:
        return None
    before, profile.published_at = profile.published_at, None
    profile.save(update_fields=["published_at"])
    refresh(user=member)
    return before


def publish_again(*, member: User, published_at: datetime) -> None:
    Profile.objects.filter(user=member).update(published_at=published_at)
    refresh(user=member)


def retire(*, member: User) -> None:
    """What the member wrote of themself, and their photo, are gone; the row stays for the listings on receipts."""
    profile = Profile.objects.filter(user=member).first()
    if profile is None:
        return
    profile.headline = profile.bio = profile.place = profile.search_text = ""
    profile.languages, profile.skills, profile.published_at = [], [], None
    profile.save()
    transaction.on_commit(lambda: photos.take_photo_off(profile=profile))


def choose_who_may_ring(*, member: User, who: str) -> None:
    """Raises ValueError for what is no WhoMayRing."""
    Profile.objects.filter(user=member).update(who_may_ring=WhoMayRing(who))


def search_text(profile: Profile) -> str:
    """What search looks through: every word with a space before it, then the languages."""
    shown = [profile.user.name, profile.headline, *profile.skills, profile.category.name, profile.place, profile.bio]
    return " ".join(["", fold(" ".join(shown)), *(language_word(code) for code in profile.languages), ""])


def _save_under_free_slug(profile: Profile) -> None:
    wanted = slugify(profile.user.name)[:60] or "expert"
    for slug in (wanted, f"{wanted}-{secrets.token_hex(2)}", f"{wanted}-{secrets.token_hex(6)}"):
        profile.slug = slug
        try:
            with transaction.atomic():
                return profile.save(force_insert=True)
        except IntegrityError:
            if Profile.objects.filter(user=profile.user_id).exists():
                raise  # published at the same moment in another window
    raise RuntimeError("three addresses in a row were taken")
