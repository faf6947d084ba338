"""The words of the site in its other languages: found in code and templates, kept in `locale/<language>/LC_MESSAGES/django.po`,
and compiled by whichever process needs them first. All of it by Babel: no gettext programs are needed anywhere.
"""

import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("calls", "marketplace", "payouts")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
COMMENTS = ("Translators",)
LINE_WIDTH = 100


def others() -> list[str]:
    """The languages that need a catalog: all but the one that the code is written in."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def path_of(language: str) -> Path:
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"


def found() -> Catalog:
    """Every text that the code and the templates mark, as Django's own `makemessages` finds them; without translations."""
    catalog = Catalog()
    for path in _sources():
        shown = path.relative_to(settings.BASE_DIR).as_posix()
        # Files alone and no lines: else a catalog changes with every line that moves.
        for _line, texts, comments, context in extract("python", _as_python(path), KEYWORDS, COMMENTS):
            catalog.add(texts, None, [(shown, 0)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((settings.BASE_DIR / app).rglob("*.py"))
    templates = settings.BASE_DIR / "templates"
    yield from sorted(path for path in templates.rglob("*") if path.suffix in (".html", ".txt"))


def _as_python(path: Path) -> BytesIO:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":  # what is no word becomes letters in place, whose indentation means nothing
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
    return BytesIO(text.encode())


def kept(language: str) -> Catalog:
    """What lies in the repository."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def renewed(language: str, texts: Catalog) -> Catalog:
    """`texts` with the translations that there are. A text that changed is a new one: nothing is guessed from the old."""
    catalog = kept(language) if path_of(language).exists() else Catalog(locale=language)
    catalog.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    catalog.fuzzy = False
    return catalog


def write(language: str, catalog: Catalog) -> None:
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        write_po(file, catalog, width=LINE_WIDTH, ignore_obsolete=True, include_lineno=False, sort_by_file=False)


def untranslated(catalog: Catalog) -> Iterable[str | tuple[str, ...]]:
    """The ids of texts that have no translation, or none of one of their plural forms."""
    for message in catalog:
        forms = [message.string] if isinstance(message.string, str) else message.string
        if message.id and not (forms and all(forms)):
            yield message.id


def digest() -> str:
    """Of all catalogs: other words are compiled into another folder, so that no process reads what another one rewrites."""
    summed = sha256()
    for language in others():
        summed.update(path_of(language).read_bytes())
    return summed.hexdigest()[:16]


def compile_all() -> Path:
    """Compiles what is not compiled yet, whoever else does so at the same moment; the folder for LOCALE_PATHS."""
    folder = settings.VAR_DIR / "locale" / digest()
    for language in others():
        compiled = folder / language / "LC_MESSAGES" / "django.mo"
        if not compiled.exists():
            compiled.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=compiled.parent, delete=False) as file:
                write_mo(file, kept(language))
            Path(file.name).chmod(0o644)
            Path(file.name).replace(compiled)  # whole from the first moment that it is there
    return folder
