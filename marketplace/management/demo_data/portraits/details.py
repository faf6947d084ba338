"""What else is seen of somebody, by its name."""

from marketplace.management.demo_data.portraits.colours import is_dark, mixed
from marketplace.management.demo_data.portraits.pencil import Pencil

ON_CLOTHES = {"apron", "collar", "hoodie", "necklace", "stripes", "tie"}
ON_FACE = {"beard", "blush", "freckles", "goatee", "lines", "moustache", "stubble"}
OVER_ALL = {"earrings", "glasses", "headphones", "hoops", "round-glasses", "square-glasses"}
OF_THE_FACE = {"calm", "grin", "round"}  # how it is drawn in the first place
NAMES = ON_CLOTHES | ON_FACE | OVER_ALL | OF_THE_FACE
BODY = (76, 392, 436, 760)
GOLD, DARK, EYES = "#d8a93a", "#2b2b33", (216, 296)


def on_clothes(pencil: Pencil, name: str, clothes: str) -> None:
    light = mixed(clothes, "#ffffff", 0.75)
    match name:
        case "apron":
            pencil.box(light, 196, 462, 316, 520, radius=10)
            pencil.shape(light, 196, 470, 210, 470, 190, 400, 176, 404)
            pencil.shape(light, 316, 470, 302, 470, 322, 400, 336, 404)
        case "collar":
            pencil.shape(light, 212, 398, 256, 440, 222, 470, 186, 408)
            pencil.shape(light, 300, 398, 256, 440, 290, 470, 326, 408)
        case "hoodie":
            pencil.arc(mixed(clothes, "#000000", 0.2), 0, 180, 16, 192, 360, 320, 450)
            for x in (230, 276):
                pencil.box(light, x, 440, x + 6, 500, radius=3)
        case "necklace":
            pencil.arc(GOLD, 10, 170, 6, 206, 360, 306, 462)
            pencil.oval(GOLD, 246, 452, 266, 474)
        case "stripes":
            for y in range(428, 512, 34):
                pencil.line_across(light, y, 14, *BODY)
        case "tie":
            pencil.shape("#ffffff", 206, 400, 306, 400, 256, 484)
            pencil.shape("#a9483c", 244, 424, 268, 424, 280, 500, 256, 512, 232, 500)


def on_face(pencil: Pencil, name: str, skin: str, hair: str) -> None:
    match name:
        case "beard":
            pencil.slice(hair, 0, 180, 160, 204, 352, 382)
            pencil.oval(skin, 206, 250, 306, 324)
            pencil.oval(hair, 206, 276, 260, 302)
            pencil.oval(hair, 252, 276, 306, 302)
        case "stubble":
            shadow = mixed(skin, hair, 0.28)
            pencil.slice(shadow, 10, 170, 164, 214, 348, 366)
            pencil.oval(skin, 208, 252, 304, 322)
        case "goatee":
            pencil.oval(hair, 224, 312, 288, 378)
            pencil.slice(skin, 180, 360, 216, 278, 296, 336)
        case "moustache":
            pencil.oval(hair, 206, 276, 262, 304)
            pencil.oval(hair, 250, 276, 306, 304)
        case "blush":
            for x in (182, 282):
                pencil.oval(mixed(skin, "#d9564a", 0.28), x, 268, x + 48, 298)
        case "freckles":
            spot = mixed(skin, "#8a4a2a", 0.45)
            for x, y in (
                (190, 272),
                (206, 282),
                (222, 270),
                (284, 270),
                (300, 282),
                (316, 272),
                (198, 294),
                (308, 294),
            ):
                pencil.oval(spot, x, y, x + 6, y + 6)
        case "lines":
            crease = mixed(skin, "#000000", 0.22)
            pencil.arc(crease, 120, 230, 4, 334 - 156, 236, 350 - 156, 264)
            pencil.arc(crease, -50, 60, 4, 162 + 156, 236, 178 + 156, 264)
            pencil.arc(crease, 200, 340, 4, 206, 186, 306, 230)


def over_all(pencil: Pencil, name: str, skin: str) -> None:
    match name:
        case "glasses" | "round-glasses" | "square-glasses":
            _glasses(pencil, name, GOLD if is_dark(skin) else DARK)
        case "earrings":
            for x in (150, 346):
                pencil.oval(GOLD, x, 286, x + 16, 308)
        case "hoops":
            for x in (138, 336):
                pencil.arc(GOLD, 0, 360, 6, x, 282, x + 38, 326)
        case "headphones":
            pencil.arc(DARK, 180, 360, 16, 134, 74, 378, 400)
            for x in (124, 344):
                pencil.box(DARK, x, 214, x + 44, 296, radius=20)


def _glasses(pencil: Pencil, name: str, frame: str) -> None:
    half, top, bottom, radius = {
        "glasses": (34, 222, 278, 22),
        "round-glasses": (33, 216, 282, 33),
        "square-glasses": (36, 226, 274, 8),
    }[name]
    for eye in EYES:
        pencil.frame(frame, 6, eye - half, top, eye + half, bottom, radius=radius)
    pencil.box(frame, EYES[0] + half - 2, 242, EYES[1] - half + 2, 248)
    pencil.box(frame, 162, 242, EYES[0] - half + 2, 248)
    pencil.box(frame, EYES[1] + half - 2, 242, 350, 248)
