"""A reading as a condition on the index, in the words of the database at hand: tsquery of PostgreSQL, FTS5 of SQLite."""

from collections.abc import Iterable, Sequence

from django.db.models import BooleanField, F, Func, TextField, Value

from marketplace.search.analysis import LETTERS_MIN, stems
from marketplace.search.meanings import same_meaning
from marketplace.search.reading import Reading, Term

FTS_TABLE = "marketplace_search"  # SQLite's; its rowid is the profile's id
STRONG, WEAK = "A", "D"  # weights: what a profile is about (name, headline, skills), and all else
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
    return Words(f"'{word}':*{STRONG if strong else ''}", ("strong : " if strong else "") + f'"{word}" *')


def phrase(words: Sequence[str], *, strong: bool = False) -> Words:
    return Words(
        "(" + " <-> ".join(f"'{word}'{':' + STRONG if strong else ''}" for word in words) + ")",
        ("strong : " if strong else "") + '"' + " ".join(words) + '"',
    )


def _one(lexeme: str, *, strong: bool) -> Words:
    return Words(f"'{lexeme}'{':' + STRONG if strong else ''}", ("strong : " if strong else "") + f'"{lexeme}"')


def of_term(term: Term, *, strong: bool = False, may_go_on: bool = False) -> Words:
    if len(term.words) > 1:
        return phrase(term.words, strong=strong)
    (word,) = term.words
    if may_go_on and len(word) >= BEGUN_MIN:
        return joined([whole(word), begun(word)], every=False)
    return whole(word, strong=strong)


def all_whole(reading: Reading) -> Words:
    return joined((of_term(term) for term in reading.wanted), every=True)


def all_strong(reading: Reading) -> Words:
    return joined((of_term(term, strong=True) for term in reading.wanted), every=True)


def all_meant(reading: Reading, *, strong: bool = False) -> Words:
    """Whoever has each word, or another for the same thing; the others only where they are `strong`, if asked."""
    return joined((meant(term, others_strong=strong) for term in reading.wanted), every=True)


def last_begun(reading: Reading, *, strong: bool = False) -> Words:
    """As all_meant, or the last word goes on."""
    return joined((_going_on(term, strong) if term.begun else meant(term) for term in reading.wanted), every=True)


def last_begun_only(reading: Reading) -> Words:
    """All words as they are, the last of which may go on."""
    return joined((of_term(term, may_go_on=term.begun) for term in reading.wanted), every=True)


def _going_on(term: Term, strong: bool) -> Words:
    (word,) = term.words
    return joined([meant(term), begun(word, strong=strong)], every=False) if len(word) >= BEGUN_MIN else meant(term)


def meant(term: Term, *, strong: bool = False, others_strong: bool = False) -> Words:
    others = (whole(word, strong=strong or others_strong) for word in other_words(term))
    return joined([of_term(term, strong=strong), *others], every=False)


def other_words(term: Term) -> tuple[str, ...]:
    """For the same thing. A phrase has none: who puts words in quotes wants these."""
    return same_meaning(term.words[0]) if len(term.words) == 1 else ()


def all_begun(reading: Reading) -> Words:
    """Whoever wrote words that begin as these do."""
    return joined((of_term(term, may_go_on=len(term.words[0]) >= LETTERS_MIN) for term in reading.wanted), every=True)


def any_of(terms: Iterable[Term]) -> Words:
    return joined((of_term(term) for term in terms), every=False)


class Matches(Func):
    """True of an entry whose words are as `condition` says: `Entry.objects.filter(Matches(whole("piano")))`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, condition: Words) -> None:
        self.condition = condition
        super().__init__(F("words"), F("pk"))

    def as_sql(self, compiler, connection, **_more):
        words, pk = self.source_expressions
        if connection.vendor == "postgresql":
            looked_in, values = compiler.compile(words)
            asked, more = compiler.compile(Value(self.condition.postgresql))
            return f"{looked_in} @@ {asked}::tsquery", [*values, *more]
        looked_in, values = compiler.compile(pk)
        return (
            f"{looked_in} IN (SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s)",
            [*values, self.condition.sqlite],
        )
