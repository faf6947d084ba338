"""Names of places as they are compared, in the list and in what people type."""

import unicodedata

WITHOUT_DECOMPOSITION = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
SHORT = {"st": "saint", "ste": "sainte"}


def fold(text: str) -> str:
    """ "St-Étienne" and "SAINT ETIENNE" -> "saint etienne". Half a surrogate is no letter, so it is gone."""
    return " ".join(SHORT.get(word, word) for word in words(text))


def words(text: str) -> list[str]:
    """Without accents and capitals, but short as they were written."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(WITHOUT_DECOMPOSITION)
    return "".join(" " if not mark.isalnum() else mark for mark in plain if not unicodedata.combining(mark)).split()
