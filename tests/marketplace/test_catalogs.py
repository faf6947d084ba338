"""The words of the other languages: all there, all up to date, with the same placeholders and the language's own typography."""

import gettext
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError
from django.core.management import call_command

from marketplace import catalogs

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|%%|</?\w+[^>]*>|https?://\S+")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return catalogs.found()


def keys(catalog: Catalog) -> set[tuple]:
    return {
        (message.id if message.id is None else _forms(message.id), message.context) for message in catalog if message.id
    }


def _forms(text: str | list | tuple) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def messages(language: str) -> list[Message]:
    return [message for message in catalogs.kept(language) if message.id]


@pytest.mark.parametrize("language", catalogs.others())
class CatalogTests:
    def test_has_every_text_and_no_other(self, language, texts):
        there, wanted = keys(catalogs.kept(language)), keys(texts)
        assert sorted(map(str, wanted - there)) == [], "run `manage.py words`, then translate them"
        assert sorted(map(str, there - wanted)) == [], "run `manage.py words`: no page shows these"
        assert not catalogs.kept(language).obsolete

    def test_every_text_has_a_translation(self, language):
        assert list(catalogs.untranslated(catalogs.kept(language))) == []

    def test_nothing_is_fuzzy(self, language):
        assert [message.id for message in messages(language) if message.fuzzy] == []

    def test_every_placeholder_tag_and_address_stays(self, language):
        assert [message.id for message in messages(language) if not fits(message)] == []

    def test_line_breaks_at_both_ends_stay(self, language):
        ends = [
            (source, text)
            for message in messages(language)
            for source, text in zip(_forms(message.id), _forms(message.string), strict=False)
            if _ends(source) != _ends(text)
        ]
        assert ends == []


def _ends(text: str) -> tuple[bool, bool]:
    return text.startswith("\n"), text.endswith("\n")


def fits(message: Message) -> bool:
    """A singular may leave its number out: "one call"; what stands in a translation stands in the source."""
    sources = [sorted(PLACEHOLDER.findall(text)) for text in _forms(message.id)]
    forms = [sorted(PLACEHOLDER.findall(text)) for text in _forms(message.string)]
    return all(form in sources for form in forms) and forms[-1] == sources[-1]


class FrenchTests:
    def test_has_its_own_spaces_apostrophes_and_ellipses(self):
        shown = [text for message in messages("fr") for text in _forms(message.string)]
        assert [(text, badly_set(text)) for text in shown if badly_set(text)] == []

    @pytest.mark.parametrize(
        "text", ["Quoi ?", "Non!", "l'appel", "10 %", "Attendez...", "« oui »", "Prix : 2", "1 200"]
    )
    def test_what_is_badly_set_is_found(self, text):
        assert badly_set(text)

    @pytest.mark.parametrize(
        "text",
        [
            "Quoi\u202f?",
            "l\u2019appel",
            "10\u202f%",
            "Attendez…",
            "«\u00a0oui\u00a0»",
            "Prix\u00a0: %(sum)s",
            "{a}:{b}",
        ],
    )
    def test_what_is_well_set_passes(self, text):
        assert not badly_set(text)


BADLY_SET = {
    "no narrow no-break space before it": re.compile(r"(?<![\u202f!?])[!?]|(?<!\u202f);|(?<!\u202f)%(?!%)"),
    "no no-break space before the colon": re.compile(r"(?<!\u00a0):(?=\s|$)"),
    "a straight apostrophe": re.compile(r"\w'\w"),
    "three dots": re.compile(r"\.\.\."),
    "no no-break space inside the quotation marks": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
    "a plain space within a number": re.compile(r"\d \d{3}\b"),
    "straight quotation marks": re.compile(r'"'),
}


def badly_set(text: str) -> list[str]:
    """What is wrong with it, by the rules of docs/FRENCH.md."""
    read = re.sub(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>|https?://\S+|&\w+;|\?\w+=", "x", text).replace("%%", "%")
    return [what for what, pattern in BADLY_SET.items() if pattern.search(read)]


class CompilingTests:
    def test_processes_that_start_at_once_all_read_whole_catalogs(self, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        with ThreadPoolExecutor(4) as pool:
            folders = {made.result() for made in [pool.submit(catalogs.compile_all) for _ in range(4)]}
        (folder,) = folders
        assert gettext.translation("django", folder, ["fr"]).gettext("Sign out") == "Se déconnecter"
        assert [path.name for path in folder.rglob("*") if path.is_file()] == ["django.mo"]

    def test_other_words_are_compiled_into_another_folder(self, settings, tmp_path, monkeypatch):
        settings.VAR_DIR = tmp_path
        before = catalogs.compile_all()
        other = tmp_path / "other.po"
        other.write_bytes(catalogs.path_of("fr").read_bytes() + b'\nmsgid "A new text"\nmsgstr "Un nouveau texte"\n')
        monkeypatch.setattr(catalogs, "path_of", lambda language: other)
        assert catalogs.compile_all() != before

    def test_a_catalog_that_cannot_be_read_stops_the_start(self, settings, tmp_path, monkeypatch):
        settings.VAR_DIR = tmp_path
        broken = tmp_path / "broken.po"
        broken.write_text('msgid "Sign out"\n<<<<<<< HEAD\nmsgstr "Se déconnecter"\n')
        monkeypatch.setattr(catalogs, "path_of", lambda language: broken)
        with pytest.raises(PoFileError):
            catalogs.compile_all()


class CommandTests:
    def test_keeps_translations_drops_what_is_gone_and_names_what_is_missing(self, tmp_path, monkeypatch, capsys):
        path = tmp_path / "django.po"
        path.write_text(
            'msgid ""\nmsgstr "Language: fr\\nContent-Type: text/plain; charset=utf-8\\n"\n\n'
            'msgid "Sign out"\nmsgstr "Se déconnecter"\n\nmsgid "Sign owt"\nmsgstr "Fermer"\n'
        )
        texts = Catalog()
        texts.add("Sign out")
        texts.add("Sign in")
        texts.add(("{count} call", "{count} calls"))
        monkeypatch.setattr(catalogs, "found", lambda: texts)
        monkeypatch.setattr(catalogs, "path_of", lambda language: path)
        monkeypatch.setattr(catalogs.settings, "BASE_DIR", tmp_path)
        call_command("words")
        kept = catalogs.kept("fr")
        assert kept.get("Sign out").string == "Se déconnecter"
        assert kept.get("Sign owt") is None and not kept.obsolete
        assert not kept.get("Sign in").fuzzy
        assert capsys.readouterr().out.splitlines()[:2] == ["Sign in", "{count} call"]
