"""The picture that stands beside a link to a profile in chats and networks (https://ogp.me): 1200 x 630, in the site's look.

It is drawn when it is first asked for and kept on disk under a key of all that it shows. What that may cost is bounded: one is
drawn at a time in a process. A few who ask meanwhile wait a little, for a program that looks at links often comes once, and are
then told to come again, as all others are at once; their connections to the database are given back first. Of all profiles
together SLOTS are kept in each language, each new one in place of whichever had its slot.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import BoundedSemaphore
from unicodedata import normalize
from zlib import crc32

from django.conf import settings
from django.db import connection
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
SLOTS = 4096  # about 50 kB each
WAIT_S = 2
LOOK = 1  # to be raised when the drawing changes: then no kept one is of use
FONT = Path(__file__).resolve().parent.parent / "static/marketplace/vendor/figtree/figtree.woff2"
PAPER, INK, SOFT, TEAL, WHITE = "#f7fafa", "#1a2529", "#4a575c", "#0f5c66", "#ffffff"
FACES = ("#8f3f4b", "#8a3f78", "#6d4a95", "#4b559f", "#2f629c", "#12706f", "#29704c", "#596a1e")  # .avatar's hues
MARGIN, PORTRAIT, GAP, RADIUS = 80, 360, 64, 48
TEXT_LEFT = MARGIN + PORTRAIT + GAP
TEXT_WIDTH = SIZE[0] - TEXT_LEFT - MARGIN
TWICE = 2  # drawn larger and made smaller, so that round edges are smooth
WAITING = 4  # of the threads that make all pages
_one_at_a_time, _waiting = BoundedSemaphore(1), BoundedSemaphore(WAITING)


class TooBusy(Exception):
    """Others are being drawn; it can be asked for again in a while."""


@dataclass(frozen=True)
class Shown:
    """All that the picture shows. `profile` is the number of theirs; `portrait` the file of their photo, if there is one; `price`
    what is written of it, in the `language` of the page."""

    profile: int
    name: str
    headline: str
    price: str
    portrait: Path | None
    language: str

    @property
    def key(self) -> str:
        said = (str(LOOK), self.name, self.headline, self.price, self.portrait.name if self.portrait else "")
        return blake2b("\0".join(said).encode("utf-8", "replace"), digest_size=12).hexdigest()


def picture(shown: Shown) -> bytes:
    """A JPEG. Raises TooBusy after WAIT_S, or at once where WAITING wait already. Outside a transaction the connection to the
    database is given back; it opens anew by itself."""
    kept = _slot(shown.profile) / f"{shown.profile}-{shown.key}.{shown.language}.jpg"
    if kept.exists():
        return kept.read_bytes()
    if not connection.in_atomic_block:
        connection.close()
    if not _my_turn():
        raise TooBusy
    try:
        if not kept.exists():  # who was before may have drawn the same
            _keep(_draw(shown), kept)
        return kept.read_bytes()
    finally:
        _one_at_a_time.release()


def _my_turn() -> bool:
    if _one_at_a_time.acquire(blocking=False):
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _one_at_a_time.acquire(timeout=WAIT_S)
    finally:
        _waiting.release()


def forget(profile_id: int) -> None:
    """It may show what is to be seen no more."""
    for path in _slot(profile_id).glob(f"{profile_id}-*"):
        path.unlink(missing_ok=True)


def _slot(profile_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "pictures" / f"{profile_id % SLOTS:04}"


def _keep(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    of_other_languages = tuple(f".{code}.jpg" for code, _ in settings.LANGUAGES if f".{code}.jpg" not in path.name)
    others = [other for other in path.parent.iterdir() if other != path and not other.name.endswith(of_other_languages)]
    half_written = path.with_suffix(f".{secrets.token_hex(4)}")
    image.save(half_written, "JPEG", quality=86, optimize=True)
    half_written.replace(path)  # whoever reads meanwhile has the whole file or none
    for other in others:
        other.unlink(missing_ok=True)


# --- drawing ------------------------------------------------------------------------------------------------------


def _draw(shown: Shown) -> Image.Image:
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 16), fill=TEAL)
    face = _face(shown)
    image.paste(face, (MARGIN, (SIZE[1] - PORTRAIT) // 2 - 16), _rounded(PORTRAIT, RADIUS))
    name, headline = _font(68, 700), _font(38, 400)
    y = (SIZE[1] - PORTRAIT) // 2 - 24
    for line in _lines(shown.name, name, most=2):
        draw.text((TEXT_LEFT, y), line, font=name, fill=INK)
        y += 78
    y += 14
    for line in _lines(shown.headline, headline, most=3):
        draw.text((TEXT_LEFT, y), line, font=headline, fill=SOFT)
        y += 50
    if price := _drawable(shown.price):
        draw.text((TEXT_LEFT, y + 18), price, font=_font(38, 700), fill=TEAL)
    _mark(image, draw)
    return image


def _face(shown: Shown) -> Image.Image:
    try:
        if shown.portrait:
            with Image.open(shown.portrait, formats=("WEBP",)) as photo:
                return photo.convert("RGB").resize((PORTRAIT, PORTRAIT), Image.Resampling.LANCZOS)
    except OSError:  # taken off at this moment
        pass
    face = Image.new("RGB", (PORTRAIT, PORTRAIT), FACES[crc32(str(shown.profile).encode()) % len(FACES)])
    words = _drawable(shown.name).split()
    letters = "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()
    middle = (PORTRAIT // 2, PORTRAIT // 2)
    ImageDraw.Draw(face).text(middle, letters, font=_font(150, 600), fill=WHITE, anchor="mm")
    return face


def _rounded(side: int, radius: int) -> Image.Image:
    mask = Image.new("L", (side * TWICE, side * TWICE))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *mask.size), radius * TWICE, fill=255)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


def _mark(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    """The site's sign and name, as in favicon.svg, whose grid has 32 fields."""
    side = 56
    field = side * TWICE / 32
    sign = Image.new("RGB", (side * TWICE, side * TWICE), TEAL)
    arcs = ImageDraw.Draw(sign)
    for radius in (9.5, 4.5):
        outer = radius + 1.5
        box = [round((16 - outer) * field), round((16 - outer) * field), round((16 + outer) * field)]
        arcs.arc((box[0], box[1], box[2], box[2]), -90, 180, fill=WHITE, width=round(3 * field))
    top = SIZE[1] - side - 40
    image.paste(sign.resize((side, side), Image.Resampling.LANCZOS), (MARGIN, top), _rounded(side, 14))
    draw.text((MARGIN + side + 16, top + side // 2), "Ringwise", font=_font(36, 700), fill=INK, anchor="lm")


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    return font


@cache
def _nothing() -> bytes:
    """What the font draws of a letter that it does not have: this one nobody has."""
    return bytes(_font(38, 400).getmask("\U0010ffff"))


def _has(letter: str) -> bool:
    return letter == " " or (letter.isprintable() and bytes(_font(38, 400).getmask(letter)) != _nothing())


def _drawable(text: str) -> str:
    """Letters that the font has not lose their accents; those of another script are left out rather than drawn as boxes."""
    return "".join(_nearest(letter) for letter in " ".join(text.split())).strip()


def _nearest(letter: str) -> str:
    return next((one for one in (letter, normalize("NFD", letter)[0]) if _has(one)), " ")


def _lines(text: str, font: ImageFont.FreeTypeFont, *, most: int) -> Iterator[str]:
    """At most so many; what does not fit is cut, and says so."""
    words = _drawable(text).split()
    for number in range(1, most + 1):
        if not words:
            return
        line, words = words[0], words[1:]
        while words and font.getlength(f"{line} {words[0]}") <= TEXT_WIDTH:
            line, words = f"{line} {words[0]}", words[1:]
        is_cut = number == most and bool(words)
        yield _fitting(line, font, is_cut=is_cut)


def _fitting(line: str, font: ImageFont.FreeTypeFont, *, is_cut: bool) -> str:
    while font.getlength(f"{line}…" if is_cut else line) > TEXT_WIDTH:
        line, is_cut = line[:-1].rstrip(), True
    return f"{line}…" if is_cut else line
