"""What somebody typed, read: words, phrases in quotes, and what a minus excludes. Nothing in it means anything to a database."""

import re
from dataclasses import dataclass, replace

from marketplace.search.analysis import LETTERS_MIN, joined, says_something, words_of

LETTERS_MAX = 200
TERMS_MAX = 8
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
PIECES = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<words>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """One word, or the words of a phrase. `begun`: the word may go on, as the last one does while somebody types. `exact`: it
    stood in quotes. `as_one`: what it is with the word that a hyphen ties it to (wifi for wi-fi), which will do in its place."""

    words: tuple[str, ...]
    excluded: bool = False
    begun: bool = False
    exact: bool = False
    as_one: tuple["Term", ...] = ()

    @property
    def ways(self) -> tuple["Term", ...]:
        """To write it."""
        return self, *self.as_one

    def as_begun(self) -> "Term":
        """As if it went on, unless it is a phrase, or so short that too much begins like it."""
        begun = self.begun or (len(self.words) == 1 and len(self.words[0]) >= LETTERS_MIN)
        return replace(self, begun=begun, as_one=tuple(one.as_begun() for one in self.as_one))


@dataclass(frozen=True)
class Reading:
    """`wanted` all at once, and none of `excluded`. Both empty: everybody fits."""

    wanted: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    def as_begun(self) -> "Reading":
        """As if all of its words went on."""
        return replace(self, wanted=tuple(term.as_begun() for term in self.wanted))

    def with_words(self, instead: dict[str, str]) -> "Reading":
        """With other words in place of some, as they are after a typing error was put right."""
        new = (replace(term, words=tuple(instead.get(word, word) for word in term.words)) for term in self.wanted)
        return replace(self, wanted=tuple(new))


def read(text: str) -> Reading:
    """At most TERMS_MAX terms of the first LETTERS_MAX letters. Words that say nothing count only where there is no other."""
    text = text[:LETTERS_MAX].translate(QUOTES)
    # The word behind which nothing stands, not even a space, may go on.
    end = len(text) if text[-1:].isalnum() else None
    terms = [term for piece in PIECES.finditer(text) for term in _terms_of(piece, goes_on=piece.end() == end)]
    wanted = [term for term in terms if not term.excluded]
    telling = [term for term in wanted if len(term.words) > 1 or says_something(term.words[0])]
    excluded = [term for term in terms if term.excluded]
    return Reading(tuple((telling or wanted)[:TERMS_MAX]), tuple(excluded[:TERMS_MAX]))


def _terms_of(piece: re.Match[str], *, goes_on: bool) -> list[Term]:
    excluded, exact = piece["minus"] is not None, piece["phrase"] is not None
    text = piece["phrase"] or piece["words"] or ""
    words = list(words_of(text))
    hyphened = dict(joined(text, words))
    if words and (exact or excluded):
        # Of more than two words the others would have to stand beside it.
        as_one = [Term((one,), excluded, exact=exact) for one in hyphened.values()] if len(words) == 2 else []
        return [Term(tuple(word.folded for word in words), excluded, exact=exact, as_one=tuple(as_one))]
    last = len(words) - 1
    pairs = {at: Term((one,), begun=goes_on and at + 1 == last) for at, one in hyphened.items()}
    terms = (Term((word.folded,), begun=goes_on and at == last) for at, word in enumerate(words))
    return [
        replace(term, as_one=tuple(pairs[of] for of in (at - 1, at) if of in pairs)) for at, term in enumerate(terms)
    ]
