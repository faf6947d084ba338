"""Drawn portraits: flat shapes in a palette of each person's own, so that the directory looks lived in without photos."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

SIDE = 512
_FINE = 2  # drawn larger, then made smaller: smooth edges


@dataclass(frozen=True)
class Look:
    """What the head looks like (a name below), and colours of backdrop, skin, hair and clothes."""

    head: str
    backdrop: str
    skin: str
    hair: str
    clothes: str


class Pencil:
    """Shapes in units of 512 x 512."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def _fine(self, box: tuple[int, ...]) -> list[int]:
        return [_FINE * value for value in box]

    def oval(self, colour: str, *box: int) -> None:
        self._draw.ellipse(self._fine(box), fill=colour)

    def box(self, colour: str, *box: int, radius: int = 0) -> None:
        self._draw.rounded_rectangle(self._fine(box), radius * _FINE, fill=colour)

    def slice(self, colour: str, start: int, end: int, *box: int) -> None:
        self._draw.chord(self._fine(box), start, end, fill=colour)

    def arc(self, colour: str, start: int, end: int, width: int, *box: int) -> None:
        self._draw.arc(self._fine(box), start, end, fill=colour, width=width * _FINE)


def portrait(look: Look) -> Image.Image:
    image = Image.new("RGB", (SIDE * _FINE, SIDE * _FINE), look.backdrop)
    pencil = Pencil(image)
    if look.head == "robot":
        _robot(pencil, look)
    else:
        _person(pencil, look)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _person(pencil: Pencil, look: Look) -> None:
    _behind(pencil, look)
    pencil.oval(look.clothes, 76, 392, 436, 760)
    pencil.box(look.hair if look.head == "scarf" else look.skin, 216, 330, 296, 440, radius=40)
    pencil.oval(look.skin, 162, 128, 350, 364)
    _on_top(pencil, look)
    for eye in (216, 296):
        pencil.oval("#2a2320", eye - 9, 240, eye + 9, 258)
    pencil.arc("#8a3f36", 25, 155, 6, 220, 268, 292, 318)


def _behind(pencil: Pencil, look: Look) -> None:
    match look.head:
        case "long":
            pencil.box(look.hair, 136, 120, 376, 430, radius=110)
        case "fringe":
            pencil.box(look.hair, 140, 110, 372, 350, radius=100)
        case "bun":
            pencil.oval(look.hair, 204, 44, 308, 148)
            pencil.oval(look.hair, 146, 100, 366, 330)
        case "curly":
            for x, y in ((120, 150), (150, 90), (214, 62), (286, 78), (318, 140), (110, 226), (326, 220)):
                pencil.oval(look.hair, x, y, x + 100, y + 100)
        case "scarf":
            pencil.oval(look.hair, 130, 92, 382, 400)
            pencil.oval(look.hair, 150, 340, 362, 470)


def _on_top(pencil: Pencil, look: Look) -> None:
    match look.head:
        case "long" | "bun" | "short":
            pencil.slice(look.hair, 180, 360, 152, 104, 360, 300)
        case "fringe":
            pencil.box(look.hair, 156, 118, 356, 214, radius=60)
        case "curly":
            pencil.slice(look.hair, 190, 350, 156, 108, 356, 280)
        case "scarf":
            pencil.slice(look.hair, 180, 360, 150, 104, 362, 274)
        case "beard":
            pencil.slice(look.hair, 180, 360, 156, 106, 356, 270)
            pencil.slice(look.hair, 0, 180, 164, 210, 348, 376)
            pencil.oval(look.skin, 206, 250, 306, 326)
        case "bald":
            pencil.slice(look.hair, 5, 175, 168, 260, 344, 372)
            pencil.oval(look.skin, 196, 250, 316, 330)
        case "cap":
            pencil.slice(look.clothes, 180, 360, 150, 100, 362, 310)
            pencil.box(look.clothes, 140, 196, 384, 216, radius=10)


def _robot(pencil: Pencil, look: Look) -> None:
    pencil.box(look.clothes, 110, 400, 402, 600, radius=60)
    pencil.box(look.skin, 226, 340, 286, 420)
    pencil.box(look.clothes, 250, 70, 262, 140)
    pencil.oval(look.hair, 232, 44, 280, 92)
    pencil.box(look.skin, 128, 124, 384, 364, radius=80)
    for eye in (204, 308):
        pencil.oval(look.clothes, eye - 28, 196, eye + 28, 252)
        pencil.oval("#ffffff", eye - 2, 204, eye + 16, 222)
    pencil.box(look.clothes, 200, 296, 312, 316, radius=10)
