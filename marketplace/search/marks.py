"""The words that were looked for, marked where they stand; and where they stand at all."""

from collections.abc import Iterator
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from marketplace.search.analysis import Word, joined, stems, words_of
from marketplace.search.matching import other_words
from marketplace.search.reading import Reading, Term
from marketplace.search.texts import Parts

EXCERPT_LETTERS = 180
BEFORE_LETTERS = 60  # of the excerpt, before the first word that was looked for


def marked(text: str, reading: Reading) -> SafeString:
    return _mark(text, list(_found(text, reading)))


def excerpt(text: str, reading: Reading) -> SafeString:
    """The part of a long text around the first word that was looked for; nothing if none is there."""
    found = list(_found(text, reading))
    if not found:
        return mark_safe("")
    start = _between_words(text, max(0, found[0].start - BEFORE_LETTERS))
    end = _between_words(text, min(len(text), start + EXCERPT_LETTERS))
    shown = _mark(text[start:end], [word.moved(-start) for word in found if start <= word.start and word.end <= end])
    return mark_safe(f"{'… ' if start else ''}{shown.strip()}{' …' if end < len(text) else ''}")  # noqa: S308


def stands_in(parts: Parts, reading: Reading) -> list[Promise]:
    """Those of a profile, as people call them, that have any of the words: why somebody is found."""
    names = (_("name"), _("headline"), _("skills"), _("category"), _("what is offered"), _("place"), _("about"))
    named = zip(names, parts, strict=True)
    return [name for name, text in named if any(True for _word in _found(text, reading))]


def _found(text: str, reading: Reading) -> Iterator[Word]:
    words = list(words_of(text))
    with_next = dict(joined(text, words))
    terms = [(way, _meant(way)) for term in reading.wanted for way in term.ways]
    for at, word in enumerate(words):
        with_hyphen = [with_next[one] for one in (at - 1, at) if one in with_next]
        if any(_stands_here(words, at, with_hyphen, *term) for term in terms):
            yield word


@lru_cache(maxsize=1_000)
def _meant(term: Term) -> frozenset[str]:
    """Stems, of one word."""
    return frozenset(stem for word in (term.words[0], *other_words(term)) for stem in stems(word))


def _stands_here(words: list[Word], at: int, with_hyphen: list[str], term: Term, meant: frozenset[str]) -> bool:
    """`with_hyphen`: the word at that place and its neighbour, written as one."""
    if len(term.words) > 1:
        return any(
            tuple(word.folded for word in words[begin : begin + len(term.words)]) == term.words
            for begin in range(max(0, at - len(term.words) + 1), at + 1)
        )
    return any(
        (term.begun and here.startswith(term.words[0])) or not meant.isdisjoint(stems(here))
        for here in (words[at].folded, *with_hyphen)
    )


def _mark(text: str, found: list[Word]) -> SafeString:
    parts, at = [], 0
    for start, end in sorted({(word.start, word.end) for word in found}):
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 (every part of it is escaped)


def _between_words(text: str, at: int) -> int:
    """The nearest place at or before `at` where no word is cut."""
    while 0 < at < len(text) and not text[at - 1].isspace():
        at -= 1
    return at
