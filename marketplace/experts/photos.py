"""Portraits: whatever is uploaded is decoded, cut square and written anew, so that only pixels are kept."""

import math
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from marketplace.experts import pictures
from marketplace.experts.models import Profile

SIZES = (160, 512)  # sides in pixels: card, profile
BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE_MIN = 160
FORMATS = ("JPEG", "PNG", "WEBP")


class BadPhoto(ValueError):
    """Not a photo we keep; the text is for the person who chose it."""


@dataclass(frozen=True)
class Crop:
    """The square that is kept of a photo that stands upright: its left and upper edge as shares of width and height, its side
    as a share of the shorter one."""

    left: float
    top: float
    side: float

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """In pixels, wholly within the photo and never smaller than what is taken for a photo."""
        shorter = min(width, height)
        side = min(max(round(self.side * shorter), SIDE_MIN), shorter)
        left, top = min(round(self.left * width), width - side), min(round(self.top * height), height - side)
        return left, top, left + side, top + side


def read_crop(text: str) -> Crop | None:
    """Of three shares with spaces between them, as the page's script writes them; None of nothing. Raises BadPhoto."""
    if not text:
        return None
    try:
        left, top, side = map(float, text.split())
    except ValueError as problem:
        raise BadPhoto(_("Please choose again which part of the photo is shown.")) from problem
    if not all(math.isfinite(share) and 0 <= share <= 1 for share in (left, top, side)):
        raise BadPhoto(_("Please choose again which part of the photo is shown."))
    return Crop(left, top, side)


def read_photo(file: BinaryIO, *, size: int, crop: Crop | None = None) -> Image.Image:
    """The uploaded photo upright, square and without anything but pixels. `size` is in bytes. Without a `crop` its middle."""
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
    except Exception as problem:  # decoders raise whatever they stumble over: struct.error, TypeError, ...
        raise BadPhoto(_("This file is not a photo in JPEG, PNG or WebP.")) from problem
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    if crop:
        flat = flat.crop(crop.box(*flat.size))
    side = min(flat.size)
    return ImageOps.fit(flat, (min(side, max(SIZES)),) * 2, Image.Resampling.LANCZOS, centering=(0.5, 0.4))


def keep_photo(*, profile: Profile, image: Image.Image) -> None:
    """Replaces the profile's portrait. The name is new each time, so that browsers may keep what they have for good."""
    before, profile.photo = profile.photo, f"photos/{profile.pk}-{secrets.token_hex(8)}"
    path_of(profile.photo, SIZES[0]).parent.mkdir(parents=True, exist_ok=True)
    for side in SIZES:
        image.resize((side, side), Image.Resampling.LANCZOS).save(path_of(profile.photo, side), "WEBP", quality=82)
    profile.save(update_fields=["photo"])
    _delete(before)
    pictures.forget(profile.pk)


def take_photo_off(*, profile: Profile) -> None:
    before, profile.photo = profile.photo, ""
    profile.save(update_fields=["photo"])
    _delete(before)
    pictures.forget(profile.pk)


def _delete(photo: str) -> None:
    if photo:
        for side in SIZES:
            path_of(photo, side).unlink(missing_ok=True)


def path_of(photo: str, side: int) -> Path:
    return Path(settings.MEDIA_ROOT) / f"{photo}-{side}.webp"
