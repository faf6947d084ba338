"""An expert's public page: written, changed, shown. Who can be called now is in presence.py."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from marketplace.accounts.models import User
from marketplace.experts.folding import fold, language_word
from marketplace.experts.models import Category, Profile, WhoMayRing
from marketplace.experts.presence import (
    arrived,
    choose_away,
    left,
    note_missed_ring,
    note_ring_answered,
    process_died,
    refresh,
    set_in_call,
    state,
    states,
)

__all__ = [
    "arrived",
    "choose_away",
    "choose_who_may_ring",
    "left",
    "note_missed_ring",
    "note_ring_answered",
    "process_died",
    "search_text",
    "set_in_call",
    "state",
    "states",
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
