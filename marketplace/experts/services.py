"""An expert's public page: written, changed, shown. How it begins, step by step, is in drafts.py; who can be called now is in
presence.py."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from marketplace.accounts.models import User
from marketplace.experts import greetings, photos
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
from marketplace.experts.verified import is_verified
from marketplace.places import services as places

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
    "note_test_call",
    "process_died",
    "publish_again",
    "put_on_map",
    "retire",
    "save_profile",
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
    profile.languages, profile.skills = list(languages), list(skills)
    put_on_map(profile, place)
    save_profile(profile, fields=("headline", "bio", "category", "languages", "skills", *OF_A_PLACE))
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
    profile = Profile.objects.select_for_update().filter(user=member).first()
    if profile is None:
        return
    profile.published_at = published_at
    profile.save(update_fields=["published_at"])
    refresh(user=member)


def retire(*, member: User) -> None:
    """What the member wrote of themself, and their photo and greeting, are gone; the row stays for the listings on receipts."""
    profile = Profile.objects.filter(user=member).first()
    if profile is None:
        return
    profile.headline = profile.bio = ""
    put_on_map(profile, "")
    profile.languages, profile.skills, profile.published_at, profile.test_call_at = [], [], None, None
    profile.save()
    greetings.take_greeting_off(profile=profile)
    transaction.on_commit(lambda: photos.take_photo_off(profile=profile))


def note_test_call(*, member: User, now: datetime) -> None:
    """Their sound came back from a test call. Of who has no page yet, not even a draft, nothing is kept."""
    Profile.objects.filter(user=member).update(test_call_at=now)


OF_A_PLACE = ("place", "place_id", "latitude", "longitude")


def put_on_map(profile: Profile, place: str) -> None:
    """Their place as they wrote it, and where that is, if the list knows it. Saves nothing."""
    found = places.resolve(place)
    profile.place, profile.place_id = place, found and found.id
    profile.latitude, profile.longitude = (found.latitude, found.longitude) if found else (None, None)


def choose_who_may_ring(*, member: User, who: str) -> None:
    """Raises ValueError for what is no WhoMayRing."""
    Profile.objects.filter(user=member).update(who_may_ring=WhoMayRing(who))


def save_profile(profile: Profile, *, fields: Iterable[str]) -> None:
    """These fields of it; a new one wholly. Raises IntegrityError where the member has one by now, made in another window."""
    if profile.pk:
        profile.save(update_fields=list(fields))
    else:
        _save_under_free_slug(profile)


def _save_under_free_slug(profile: Profile) -> None:
    profile.verified = is_verified(profile.user)  # a bank account may be there before the page is
    wanted = slugify(profile.user.name)[:60] or "expert"
    for slug in (wanted, f"{wanted}-{secrets.token_hex(2)}", f"{wanted}-{secrets.token_hex(6)}"):
        profile.slug = slug
        try:
            with transaction.atomic():
                return profile.save(force_insert=True)
        except IntegrityError:
            if Profile.objects.filter(user=profile.user_id).exists():
                raise
    raise RuntimeError("three addresses in a row were taken")
