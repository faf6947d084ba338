"""Text as it is searched: no accents, no capitals, words between single spaces. The query and the profile go the same way."""

import unicodedata

WITHOUT_DECOMPOSITION = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """ "  Élodie's  Œuvre" -> "elodie s oeuvre". Only letters and digits are left, so nothing in it means anything to SQL."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(WITHOUT_DECOMPOSITION)
    kept = (" " if not mark.isalnum() else mark for mark in plain if not unicodedata.combining(mark))
    return " ".join("".join(kept).split())
