"""The colours that looks are described with."""

BACKDROPS = {
    "apricot": "#fbdcc0", "fog": "#dfe7ea", "lemon": "#f6ecc0", "lilac": "#e4ddf0", "mint": "#d3ecdf", "mist": "#dce3f0",
    "peach": "#f9d9cf", "pistachio": "#e3ead8", "rose": "#f3d5dc", "sage": "#cfdccb", "sand": "#efe3cc", "seafoam": "#cfe6e4",
    "shell": "#f6e3da", "sky": "#d3e6f5", "stone": "#e3e0da", "wheat": "#f2e2b8",
    "amethyst": "#5b4b8a", "lagoon": "#2f6f73",
}  # fmt: skip
SKINS = {
    "ivory": "#f6d9c3", "fair": "#f0c8a8", "rosy": "#eebba0", "olive": "#dba982", "tan": "#c98f68", "brown": "#9a6242",
    "umber": "#7a4b32", "ebony": "#553222",
    "frost": "#9fd3cf", "wisteria": "#c9bdf0",
}  # fmt: skip
HAIR = {
    "auburn": "#7d3420", "black": "#1f1917", "blond": "#d9b15f", "brown": "#4a2f22", "chestnut": "#6e4128", "ginger": "#c2652d",
    "grey": "#8f8a85", "silver": "#c4c0ba", "white": "#f1eee9",
    "ember": "#f06a5f", "jade": "#7fd1ae",
}  # fmt: skip
CLOTHES = {
    "brick": "#a9483c", "charcoal": "#3c4048", "coral": "#e0705f", "cream": "#f4ecdc", "denim": "#466690", "emerald": "#1f7a5c",
    "forest": "#27483d", "lavender": "#9d8cc4", "moss": "#647a3b", "mustard": "#d09a2c", "navy": "#2a3b63", "plum": "#6b3a5e",
    "rust": "#b2612f", "slate": "#53657a", "teal": "#27707c", "violet": "#6a4ca0", "wine": "#7b2b40",
    "abyss": "#1d4447", "midnight": "#342a57",
}  # fmt: skip


def mixed(one: str, other: str, share: float) -> str:
    """`share` of the other colour in the first."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def is_dark(colour: str) -> bool:
    return sum(_parts(colour)) < 330


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
