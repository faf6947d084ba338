from math import sqrt

from PIL import Image, ImageDraw

SIDE = 512
FINE = 2  # drawn larger, then made smaller: smooth edges


class Pencil:
    """Shapes in units of 512 x 512."""

    def __init__(self, backdrop: str) -> None:
        self._image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), backdrop)
        self._draw = ImageDraw.Draw(self._image)

    def picture(self) -> Image.Image:
        return self._image.reduce(FINE)

    def _fine(self, numbers: tuple[int, ...]) -> list[int]:
        return [FINE * number for number in numbers]

    def oval(self, colour: str, *box: int) -> None:
        self._draw.ellipse(self._fine(box), fill=colour)

    def box(self, colour: str, *box: int, radius: int = 0) -> None:
        self._draw.rounded_rectangle(self._fine(box), radius * FINE, fill=colour)

    def frame(self, colour: str, width: int, *box: int, radius: int) -> None:
        self._draw.rounded_rectangle(self._fine(box), radius * FINE, outline=colour, width=width * FINE)

    def slice(self, colour: str, start: int, end: int, *box: int) -> None:
        self._draw.chord(self._fine(box), start, end, fill=colour)

    def arc(self, colour: str, start: int, end: int, width: int, *box: int) -> None:
        self._draw.arc(self._fine(box), start, end, fill=colour, width=width * FINE)

    def shape(self, colour: str, *corners: int) -> None:
        self._draw.polygon(self._fine(corners), fill=colour)

    def line_across(self, colour: str, y: int, width: int, *box: int) -> None:
        """Of an oval, from edge to edge."""
        left, top, right, bottom = box
        half = (right - left) / 2 * sqrt(max(0, 1 - ((y - (top + bottom) / 2) / ((bottom - top) / 2)) ** 2))
        middle = (left + right) / 2
        self.box(colour, round(middle - half), y, round(middle + half), y + width)
