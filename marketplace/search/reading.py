"""What somebody typed, read: words, phrases in quotes, and what a minus excludes. Nothing in it means anything to a database."""

import re
from dataclasses import dataclass, replace

from marketplace.search.analysis import says_something, words_of

LETTERS_MAX = 200
TERMS_MAX = 8
PIECES = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<words>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """One word, or the words of a phrase. `begun`: the word may go on, as the last one does while somebody types. `exact`: it
    stood in quotes."""

    words: tuple[str, ...]
    excluded: bool = False
    begun: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Reading:
    """`wanted` all at once, and none of `excluded`. Both empty: everybody fits."""

    wanted: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for term in self.wanted for word in term.words)

    def with_words(self, instead: dict[str, str]) -> "Reading":
        """With other words in place of some, as they are after a typing error was put right."""
        new = (replace(term, words=tuple(instead.get(word, word) for word in term.words)) for term in self.wanted)
        return replace(self, wanted=tuple(new))


def read(text: str) -> Reading:
    """At most TERMS_MAX terms of the first LETTERS_MAX letters. Words that say nothing count only where there is no other."""
    text = text[:LETTERS_MAX]
    terms = [term for piece in PIECES.finditer(text) for term in _terms_of(piece)]
    wanted = [term for term in terms if not term.excluded]
    telling = [term for term in wanted if len(term.words) > 1 or says_something(term.words[0])]
    wanted = (telling or wanted)[:TERMS_MAX]
    if wanted and wanted[-1] is _typed_last(terms, text):
        wanted[-1] = replace(wanted[-1], begun=True)
    excluded = [term for term in terms if term.excluded][:TERMS_MAX]
    return Reading(tuple(wanted), tuple(excluded))


def _terms_of(piece: re.Match[str]) -> list[Term]:
    excluded = piece["minus"] is not None
    words = tuple(word.folded for word in words_of(piece["phrase"] or piece["words"] or ""))
    if not words:
        return []
    if piece["phrase"] is not None or excluded:
        return [Term(words, excluded, exact=piece["phrase"] is not None)]
    return [Term((word,)) for word in words]


def _typed_last(terms: list[Term], text: str) -> Term | None:
    """The word behind which nothing stands, not even a space."""
    last = terms[-1] if terms else None
    return last if last and len(last.words) == 1 and not last.excluded and text[-1].isalnum() else None
