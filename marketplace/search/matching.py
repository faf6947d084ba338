"""A reading as a condition on the index, in the words of the database at hand: tsquery of PostgreSQL, FTS5 of SQLite."""

from collections.abc import Iterable, Sequence

from django.db.models import TextField

from marketplace.search.analysis import stems
from marketplace.search.meanings import same_meaning
from marketplace.search.reading import Reading, Term
from marketplace.search.statements import POSTGRESQL, Condition

FTS_TABLE = "marketplace_search"  # SQLite's; its rowid is the profile's id
# Before a lexeme of what a profile is about (name, headline, skills). Not a weight: GIN does not know those, so that each text
# that may fit would be read. SQLite has columns for it.
STRONG_MARK = "+"
BEGUN_MIN = 2  # letters that are the beginning of a word


class WordsField(TextField):
    """What PostgreSQL searches in. SQLite has a table of its own for that, and nothing here."""

    def db_type(self, connection) -> str | None:
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_placeholder(self, value, compiler, connection) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


class Words:
    """A condition on words, as each database understands it. They are folded, so hold no mark that means anything to either."""

    def __init__(self, postgresql: str, sqlite: str) -> None:
        self.postgresql, self.sqlite = postgresql, sqlite

    @property
    def asked(self) -> str:
        """Of the database at hand."""
        return self.postgresql if POSTGRESQL else self.sqlite


def joined(conditions: Iterable[Words], *, every: bool) -> Words:
    parts = list(conditions)
    if len(parts) == 1:
        return parts[0]
    return Words(
        "(" + (" & " if every else " | ").join(part.postgresql for part in parts) + ")",
        "(" + (" AND " if every else " OR ").join(part.sqlite for part in parts) + ")",
    )


def whole(word: str, *, strong: bool = False) -> Words:
    """The word, whatever its ending."""
    return joined((_one(stem, strong=strong) for stem in stems(word)), every=False)


def begun(word: str, *, strong: bool = False) -> Words:
    return Words(f"'{_mark(strong)}{word}':*", ("strong : " if strong else "") + f'"{word}" *')


def phrase(words: Sequence[str], *, strong: bool = False) -> Words:
    return Words(
        "(" + " <-> ".join(f"'{_mark(strong)}{word}'" for word in words) + ")",
        ("strong : " if strong else "") + '"' + " ".join(words) + '"',
    )


def _one(lexeme: str, *, strong: bool) -> Words:
    return Words(f"'{_mark(strong)}{lexeme}'", ("strong : " if strong else "") + f'"{lexeme}"')


def _mark(strong: bool) -> str:
    return STRONG_MARK if strong else ""


def of_term(term: Term, *, strong: bool = False) -> Words:
    return joined((_written(way.words, strong=strong) for way in term.ways), every=False)


def _written(words: tuple[str, ...], *, strong: bool) -> Words:
    return phrase(words, strong=strong) if len(words) > 1 else whole(words[0], strong=strong)


def _going_on(term: Term, *, strong: bool = False) -> list[Words]:
    """Words that begin as it does, if it may go on."""
    beginnings = (way.words[0] for way in term.ways if way.begun)
    return [begun(word, strong=strong) for word in beginnings if len(word) >= BEGUN_MIN]


def all_whole(reading: Reading) -> Words:
    return joined((of_term(term) for term in reading.wanted), every=True)


def all_strong(reading: Reading) -> Words:
    return joined((of_term(term, strong=True) for term in reading.wanted), every=True)


def all_meant(reading: Reading, *, strong: bool = False) -> Words:
    """Whoever has each word, or another for the same thing; the others only where they are `strong`, if asked."""
    return joined((meant(term, others_strong=strong) for term in reading.wanted), every=True)


def last_begun(reading: Reading, *, strong: bool = False) -> Words:
    """As all_meant, or the last word goes on."""
    terms = ([meant(term), *_going_on(term, strong=strong)] for term in reading.wanted)
    return joined((joined(ways, every=False) for ways in terms), every=True)


def as_begun(reading: Reading) -> Words:
    """All words as they are, or going on where they may."""
    terms = ([of_term(term), *_going_on(term)] for term in reading.wanted)
    return joined((joined(ways, every=False) for ways in terms), every=True)


def meant(term: Term, *, strong: bool = False, others_strong: bool = False) -> Words:
    others = (whole(word, strong=strong or others_strong) for word in other_words(term))
    return joined([of_term(term, strong=strong), *others], every=False)


def other_words(term: Term) -> tuple[str, ...]:
    """For the same thing. What stands in quotes has none: these words are wanted."""
    return () if term.exact else tuple(other for way in term.ways for other in same_meaning(way.words[0]))


def any_of(terms: Iterable[Term]) -> Words:
    return joined((of_term(term) for term in terms), every=False)


# Of an entry `e`. PostgreSQL does not see which words when it plans, so that one plan is for all.
MATCHES = (
    "e.words @@ (SELECT %s::tsquery)"
    if POSTGRESQL
    else f"e.profile_id IN (SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s)"
)
# The same, by reading the words of each entry that is asked: for a few, or where most have them.
MATCHES_READ = "ts_match_vq(e.words, (SELECT %s::tsquery))" if POSTGRESQL else MATCHES


def matches(words: Words) -> Condition:
    return Condition(MATCHES, (words.asked,))
