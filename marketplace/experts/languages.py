"""The languages that people can say they speak, named in the language of the page."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

from marketplace.experts.folding import fold

# fmt: off
CODES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga",
    "gl", "he", "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lb", "lt", "lv", "mk", "mt", "nl",
    "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur",
    "vi", "zh",
)
# fmt: on


def name(code: str) -> str:
    shown_in = Locale.parse((get_language() or "en").replace("-", "_"))
    spoken = shown_in.languages.get(code, code)
    return spoken[:1].upper() + spoken[1:]


def choices() -> tuple[tuple[str, str], ...]:
    """By their names, É with E."""
    return _choices(get_language())


@cache
def _choices(_shown_in: str | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((code, name(code)) for code in CODES), key=lambda choice: fold(choice[1])))
