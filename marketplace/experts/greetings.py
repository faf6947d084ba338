"""Greetings: a minute at most in which an expert says who they are, with what is said in it in writing. Kept under a name of
our own, never decoded here; what a phone notes beside picture and sound is taken out."""

import secrets
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.experts import containers
from marketplace.experts.models import Profile

SECONDS_MAX = 60
LATE_S = 1.5  # a recorder stops a little after it was told to
BYTES_MAX = 20 * 1024 * 1024
TYPES = {".mp4": "video/mp4", ".m4a": "audio/mp4", ".webm": "video/webm", ".weba": "audio/webm"}
_ENDINGS = {("mp4", True): ".mp4", ("mp4", False): ".m4a", ("webm", True): ".webm", ("webm", False): ".weba"}


class BadGreeting(ValueError):
    """Not a greeting we keep; the text is for the person who chose it."""


def read_greeting(file: BinaryIO, *, size: int) -> containers.Media:
    """`size` is in bytes. Raises BadGreeting."""
    if size > BYTES_MAX:
        raise BadGreeting(_("This file is larger than {limit} MB.").format(limit=BYTES_MAX // 1024**2))
    try:
        media = containers.read(file.read())
    except containers.NotPlayable as problem:
        raise BadGreeting(_("This file is not a video or sound in MP4 or WebM that browsers play.")) from problem
    if media.seconds > SECONDS_MAX + LATE_S:
        raise BadGreeting(_("This greeting is longer than {limit} seconds.").format(limit=SECONDS_MAX))
    return media


@transaction.atomic
def keep_greeting(*, profile: Profile, words: str, media: containers.Media | None = None) -> None:
    """Replaces it; without `media` its words alone. The name is new each time, so that browsers may keep what they have."""
    before = _lock(profile)
    profile.greeting, profile.greeting_words = before, words
    if media:
        ending = _ENDINGS[media.container, media.is_video]
        profile.greeting = f"greetings/{profile.pk}-{secrets.token_hex(8)}{ending}"
        path_of(profile.greeting).parent.mkdir(parents=True, exist_ok=True)
        path_of(profile.greeting).write_bytes(media.content)
        _delete_once_sure(before)
    profile.save(update_fields=["greeting", "greeting_words"])


@transaction.atomic
def take_greeting_off(*, profile: Profile) -> None:
    before = _lock(profile)
    profile.greeting = profile.greeting_words = ""
    profile.save(update_fields=["greeting", "greeting_words"])
    _delete_once_sure(before)


def _lock(profile: Profile) -> str:
    """The greeting as it is now: another window may have replaced it."""
    return Profile.objects.select_for_update().values_list("greeting", flat=True).get(pk=profile.pk)


def _delete_once_sure(greeting: str) -> None:
    if greeting:
        transaction.on_commit(lambda: path_of(greeting).unlink(missing_ok=True))


def path_of(greeting: str) -> Path:
    return Path(settings.MEDIA_ROOT) / greeting
