"""Drawn portraits: flat shapes in a palette of each person's own, so that the directory looks lived in without photos."""

from dataclasses import dataclass

from PIL import Image

from marketplace.management.demo_data.portraits import details, hair
from marketplace.management.demo_data.portraits.colours import BACKDROPS, CLOTHES, HAIR, SKINS, is_dark, mixed
from marketplace.management.demo_data.portraits.pencil import Pencil

__all__ = ["Look", "portrait"]

ROBOT = "robot"


@dataclass(frozen=True)
class Look:
    """In words: what is on the head, the colours (of the hair, or of the cloth that covers it), and what else is seen."""

    head: str  # one of hair.NAMES, or a robot's
    backdrop: str
    skin: str
    hair: str
    clothes: str
    more: str = ""  # of details.NAMES, with spaces between


def portrait(look: Look) -> Image.Image:
    """Raises KeyError for a colour that has no name."""
    pencil = Pencil(BACKDROPS[look.backdrop])
    colours = (SKINS[look.skin], HAIR.get(look.hair) or CLOTHES[look.hair], CLOTHES[look.clothes])
    if look.head == ROBOT:
        _robot(pencil, *colours)
    else:
        _person(pencil, look, *colours)
    return pencil.picture()


def _person(pencil: Pencil, look: Look, skin: str, colour: str, clothes: str) -> None:
    more = look.more.split()
    hair.behind(pencil, look.head, colour)
    pencil.oval(clothes, *details.BODY)
    is_covered = look.head == "scarf"
    pencil.box(colour if is_covered else mixed(skin, "#000000", 0.12), 216, 330, 296, 440, radius=40)
    for name in details.ON_CLOTHES.intersection(more):
        details.on_clothes(pencil, name, clothes)
    wider = 10 if "round" in more else 0
    if not is_covered:
        pencil.oval(mixed(skin, "#000000", 0.06), 150 - wider, 226, 186, 282)
        pencil.oval(mixed(skin, "#000000", 0.06), 326, 226, 362 + wider, 282)
    pencil.oval(skin, 162 - wider, 128, 350 + wider, 364)
    for name in sorted(details.ON_FACE.intersection(more)):
        details.on_face(pencil, name, skin, colour)
    hair.on_top(pencil, look.head, colour, clothes)
    _features(pencil, skin, "#3a2a22" if look.head in hair.COVERED else mixed(colour, "#000000", 0.25), more)
    for name in details.OVER_ALL.intersection(more):
        details.over_all(pencil, name, skin)


def _features(pencil: Pencil, skin: str, brows: str, more: list[str]) -> None:
    line = mixed(skin, "#f0917f", 0.5) if is_dark(skin) else mixed(skin, "#3a0f0c", 0.6)
    for eye in details.EYES:
        pencil.oval("#1f1714", eye - 10, 239, eye + 10, 259)
        pencil.oval("#ffffff", eye + 1, 242, eye + 7, 248)
        pencil.arc(brows, 215, 325, 6, eye - 26, 216, eye + 26, 256)
    pencil.arc(mixed(skin, "#000000", 0.25), 20, 160, 5, 244, 262, 268, 282)
    if "grin" in more:
        pencil.slice("#ffffff", 0, 180, 218, 270, 294, 332)
        pencil.arc(line, 0, 180, 5, 218, 270, 294, 332)
    elif "calm" in more:
        pencil.arc(line, 55, 125, 6, 206, 240, 306, 316)
    else:
        pencil.arc(line, 25, 155, 6, 220, 268, 292, 318)


def _robot(pencil: Pencil, plate: str, light: str, dark: str) -> None:
    pencil.box(dark, 110, 400, 402, 600, radius=60)
    pencil.box(plate, 226, 340, 286, 420)
    pencil.box(dark, 250, 70, 262, 140)
    pencil.oval(light, 232, 44, 280, 92)
    pencil.box(plate, 128, 124, 384, 364, radius=80)
    for eye in (204, 308):
        pencil.oval(dark, eye - 28, 196, eye + 28, 252)
        pencil.oval("#ffffff", eye - 2, 204, eye + 16, 222)
    pencil.box(dark, 200, 296, 312, 316, radius=10)
