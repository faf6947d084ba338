"""Portraits: whatever is uploaded is decoded, cut square and written anew, so that only pixels are kept."""

import math
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.experts.models import Profile

SIZES = (160, 512)  # sides in pixels: card, profile
BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE_MIN = 160
FORMATS = ("JPEG", "PNG", "WEBP")


class BadPhoto(ValueError):
    """Not a photo we keep; the text is for the person who chose it."""


@dataclass(frozen=True)
class Square:
    """What is kept of a photo, in numbers from 0 to 1, so that all of them are within it whatever its size: how far to the right
    and how far down in the room that is left, and the side as a share of the photo's shorter one."""

    across: float
    down: float
    share: float


MIDDLE = Square(0.5, 0.4, 1.0)  # faces are above the centre


def read_square(text: str) -> Square:
    """As the page writes it: `across down share` with spaces between. Nothing is the middle. Raises BadPhoto."""
    if not text.strip():
        return MIDDLE
    try:
        across, down, share = (float(number) for number in text.split())
    except ValueError as problem:
        raise BadPhoto(_("This is no square of the photo.")) from problem
    if not all(math.isfinite(number) and 0 <= number <= 1 for number in (across, down, share)):
        raise BadPhoto(_("This is no square of the photo."))
    return Square(across, down, share)


def read_photo(file: BinaryIO, *, size: int, square: Square = MIDDLE) -> Image.Image:
    """The uploaded photo upright, cut to the `square` and without anything but pixels. `size` is in bytes. Raises BadPhoto."""
    if size > BYTES_MAX:
        raise BadPhoto(_("This file is larger than {limit} MB.").format(limit=BYTES_MAX // 1024**2))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own cap is checked below
            image = Image.open(file, formats=FORMATS)
        if image.width * image.height > PIXELS_MAX:  # the header says so: nothing was decoded yet
            raise Image.DecompressionBombError
        if min(image.width, image.height) < SIDE_MIN:
            raise BadPhoto(_("This photo is smaller than {side} pixels.").format(side=SIDE_MIN))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    except Image.DecompressionBombError as problem:
        limit = PIXELS_MAX // 10**6
        raise BadPhoto(_("This photo has more than {limit} million pixels.").format(limit=limit)) from problem
    except BadPhoto:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as problem:
        raise BadPhoto(_("This file is not a photo in JPEG, PNG or WebP.")) from problem
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    return _cut(flat, square)


def _cut(image: Image.Image, square: Square) -> Image.Image:
    side = round(min(image.size) * square.share)
    if side < SIDE_MIN:
        raise BadPhoto(_("This square is smaller than {side} pixels.").format(side=SIDE_MIN))
    left, top = round((image.width - side) * square.across), round((image.height - side) * square.down)
    kept = (min(side, max(SIZES)),) * 2
    return image.resize(kept, Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))


def keep_photo(*, profile: Profile, image: Image.Image) -> None:
    """Replaces the profile's portrait. The name is new each time, so that browsers may keep what they have for good."""
    before, profile.photo = profile.photo, f"photos/{profile.pk}-{secrets.token_hex(8)}"
    path_of(profile.photo, SIZES[0]).parent.mkdir(parents=True, exist_ok=True)
    for side in SIZES:
        image.resize((side, side), Image.Resampling.LANCZOS).save(path_of(profile.photo, side), "WEBP", quality=82)
    profile.save(update_fields=["photo"])
    _delete(before)


def take_photo_off(*, profile: Profile) -> None:
    before, profile.photo = profile.photo, ""
    profile.save(update_fields=["photo"])
    _delete(before)


def _delete(photo: str) -> None:
    if photo:
        for side in SIZES:
            path_of(photo, side).unlink(missing_ok=True)


def path_of(photo: str, side: int) -> Path:
    return Path(settings.MEDIA_ROOT) / f"{photo}-{side}.webp"
