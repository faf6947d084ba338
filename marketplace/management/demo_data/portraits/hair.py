"""What is on a head, by its name: what hangs behind the face, then what lies over it."""

from marketplace.management.demo_data.portraits.colours import mixed
from marketplace.management.demo_data.portraits.pencil import Pencil

COVERED = {"scarf", "turban", "headwrap", "bandana"}  # the colour is that of the cloth
HATS = {"cap", "beanie", "hat"}  # made of the colour of the clothes
NAMES = COVERED | HATS | {
    "afro", "bald", "bob", "braids", "bun", "crop", "curly", "fringe", "locs", "long", "ponytail", "receding", "short",
    "side", "waves",
}  # fmt: skip
CURLS = ((120, 150), (150, 90), (214, 62), (286, 78), (318, 140), (110, 226), (326, 220))
WAVES = (130, 180, 230, 280, 330, 376)


def behind(pencil: Pencil, hair: str, colour: str) -> None:
    match hair:
        case "long":
            pencil.box(colour, 136, 116, 376, 440, radius=110)
        case "waves":
            pencil.oval(colour, 140, 90, 372, 300)
            for number, y in enumerate(WAVES):
                out = 10 * (number % 2)
                pencil.oval(colour, 118 - out, y, 198 - out, y + 84)
                pencil.oval(colour, 314 + out, y, 394 + out, y + 84)
        case "bob":
            pencil.box(colour, 138, 104, 374, 344, radius=96)
        case "fringe":
            pencil.box(colour, 140, 104, 372, 352, radius=100)
        case "bun":
            pencil.oval(colour, 204, 44, 308, 148)
            pencil.oval(colour, 146, 100, 366, 330)
        case "ponytail":
            pencil.oval(colour, 318, 96, 420, 250)
            pencil.oval(colour, 350, 150, 418, 372)
            pencil.oval(colour, 148, 100, 364, 320)
        case "locs":
            pencil.oval(colour, 138, 84, 374, 330)
            for number, x in enumerate(range(116, 390, 32)):
                pencil.box(colour, x, 200, x + 26, (392, 424)[number % 2], radius=13)
        case "braids":
            pencil.oval(colour, 146, 98, 366, 330)
        case "curly":
            for x, y in CURLS:
                pencil.oval(colour, x, y, x + 100, y + 100)
        case "afro":
            pencil.oval(colour, 96, 36, 416, 330)
        case "receding":
            pencil.oval(colour, 146, 142, 366, 300)
        case "scarf":
            pencil.oval(colour, 130, 92, 382, 400)
            pencil.oval(colour, 150, 340, 362, 470)
        case "bandana":
            pencil.oval("#5b3a29", 146, 110, 366, 350)
            pencil.oval(colour, 340, 196, 404, 232)
            pencil.oval(colour, 346, 216, 392, 270)
        case "cap" | "beanie" | "hat":
            pencil.oval(colour, 150, 130, 362, 310)


def on_top(pencil: Pencil, hair: str, colour: str, clothes: str) -> None:
    match hair:
        case "long" | "bun" | "short" | "ponytail" | "locs":
            pencil.slice(colour, 180, 360, 152, 104, 360, 300)
        case "waves":
            pencil.slice(colour, 165, 300, 150, 100, 362, 300)
            pencil.slice(colour, 265, 372, 156, 104, 362, 270)
        case "bob":
            pencil.slice(colour, 180, 360, 150, 100, 362, 296)
            pencil.box(colour, 140, 190, 176, 336, radius=18)
            pencil.box(colour, 336, 190, 372, 336, radius=18)
        case "fringe":
            pencil.box(colour, 156, 114, 356, 214, radius=56)
        case "braids":
            pencil.slice(colour, 180, 272, 150, 100, 362, 330)
            pencil.slice(colour, 268, 360, 150, 100, 362, 330)
            for number, y in enumerate(range(280, 480, 34)):
                for x in (124, 340):
                    pencil.oval(mixed(colour, "#ffffff", 0.06 * (number % 2)), x, y, x + 48, y + 46)
        case "curly":
            pencil.slice(colour, 190, 350, 156, 108, 356, 280)
            for x in (160, 206, 252, 296):
                pencil.oval(colour, x, 104, x + 62, 166)
        case "afro":
            pencil.slice(colour, 190, 350, 150, 96, 362, 274)
        case "side":
            pencil.slice(colour, 180, 360, 150, 96, 362, 268)
            pencil.slice(colour, 150, 300, 150, 84, 330, 220)
        case "crop":
            pencil.slice(colour, 194, 346, 158, 118, 354, 288)
        case "scarf":
            pencil.slice(colour, 180, 360, 150, 104, 362, 274)
        case "turban" | "headwrap" | "bandana":
            _cloth(pencil, hair, colour)
        case "cap" | "beanie" | "hat":
            _hat(pencil, hair, mixed(clothes, "#000000", 0.15))


def _cloth(pencil: Pencil, hair: str, colour: str) -> None:
    fold = mixed(colour, "#000000", 0.18)
    if hair == "bandana":
        pencil.slice(colour, 176, 364, 148, 100, 364, 312)
        for x, y in ((196, 140), (244, 122), (294, 142), (220, 176), (272, 170), (324, 184)):
            pencil.oval("#fdf6e8", x, y, x + 12, y + 12)
        return
    if hair == "headwrap":
        pencil.oval(fold, 226, 14, 306, 104)
        pencil.oval(colour, 276, 22, 366, 112)
    pencil.oval(colour, 138, 66, 374, 236)
    for number in range(3):
        pencil.arc(fold, 196, 300, 5, 150 + 22 * number, 92 + 26 * number, 420, 300)


def _hat(pencil: Pencil, hair: str, colour: str) -> None:
    if hair == "cap":
        pencil.slice(colour, 180, 360, 148, 92, 364, 312)
        pencil.box(mixed(colour, "#000000", 0.2), 140, 192, 392, 214, radius=11)
    elif hair == "beanie":
        pencil.slice(colour, 180, 360, 146, 76, 366, 330)
        pencil.box(mixed(colour, "#ffffff", 0.18), 142, 176, 370, 216, radius=18)
        pencil.oval(mixed(colour, "#ffffff", 0.18), 232, 52, 280, 100)
    else:
        pencil.box(colour, 162, 60, 350, 190, radius=44)
        pencil.box(mixed(colour, "#ffffff", 0.25), 162, 152, 350, 178)
        pencil.box(colour, 96, 174, 416, 198, radius=12)
