"""Addresses of this site's pages: each language has its own, `/fr/wallet/` beside `/wallet/`. What is kept (a receipt of a
charge, a page to go back to) is shown to whoever reads it later in a language of theirs."""

import re

from django.conf import settings
from django.utils.translation import get_language


def language_of(path: str) -> str:
    """Of the page at this path of the site."""
    code = path.split("?")[0].split("/")[1:2]
    others = (other for other, _name in settings.LANGUAGES if other != settings.LANGUAGE_CODE)
    return next((other for other in others if code == [other]), settings.LANGUAGE_CODE)


def in_language(path: str, language: str) -> str:
    """`path` of this site, in whichever language, as the page of `language`: "/wallet/?a=1" -> "/fr/wallet/?a=1"."""
    there = language_of(path)
    if there != settings.LANGUAGE_CODE:
        path = re.sub(f"^/{there}/?", "/", path)
    return path if language == settings.LANGUAGE_CODE or not path.startswith("/") else f"/{language}{path}"


def here(path: str) -> str:
    """In the language of the page, or of the mail, that is being written."""
    return in_language(path, get_language() or settings.LANGUAGE_CODE)
