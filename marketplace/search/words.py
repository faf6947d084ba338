"""Where the words of entries lie: in the entry itself on PostgreSQL, in a full-text table beside it on SQLite."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from marketplace.search.analysis import STEM_MARK
from marketplace.search.matching import FTS_TABLE, STRONG_MARK
from marketplace.search.texts import Text

POSITIONS_MAX = 16_383  # that a tsvector can tell apart
BETWEEN = 2  # positions from one part to the next, so that no phrase goes over from one to the other
INDEXES = {"entry_words": "marketplace_entry", "here_words": "marketplace_here"}  # of PostgreSQL


@contextmanager
def indexed_afterwards() -> Iterator[None]:
    """For who writes most of the entries there will be. An index of a million texts is made in minutes from all of them, and
    in hours from one after the other. Until then a search for words looks through every entry. Killed in between, the index
    is not there: the next to come here makes it."""
    if connection.vendor != "postgresql":
        yield
        return
    _on_the_tables(*(f"DROP INDEX IF EXISTS {name}" for name in INDEXES))
    try:
        yield
    finally:
        ensure_index()


def ensure_index() -> None:
    """Reading goes on meanwhile; writing waits."""
    if connection.vendor != "postgresql":
        return
    _on_the_tables(
        "SET LOCAL maintenance_work_mem = '512MB'",
        *(
            # Without a list of what is still to be put in: each search would look through it.
            f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (words) WITH (fastupdate = off)"
            for name, table in INDEXES.items()
        ),
    )


def _on_the_tables(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # What the transaction around it has written, if there is one, must not wait to be checked.
        for statement in ("SET CONSTRAINTS ALL IMMEDIATE", *statements, "SET CONSTRAINTS ALL DEFERRED"):
            cursor.execute(statement)


def in_entry(text: Text) -> str:
    """The value of `Entry.words`."""
    return _tsvector(text) if connection.vendor == "postgresql" else ""


def store(profile_ids: Sequence[int], texts: Mapping[int, Text]) -> None:
    """Those of SQLite: `texts` of the `profile_ids` that are still listed."""
    if connection.vendor == "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {FTS_TABLE} WHERE rowid = %s", [(pk,) for pk in profile_ids])
        cursor.executemany(
            f"INSERT INTO {FTS_TABLE} (rowid, strong, weak) VALUES (%s, %s, %s)",
            [(pk, *(_indexed(lexemes) for lexemes in text.lexemes())) for pk, text in texts.items()],
        )


def stored(profile_ids: Sequence[int]) -> list[set[str]]:
    """The words of each of these entries, as they are now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tsvector_to_array(words) FROM marketplace_entry WHERE profile_id = ANY(%s)", [list(profile_ids)]
            )
            lexemes = [row[0] for row in cursor.fetchall()]
        else:
            places = ", ".join(["%s"] * len(profile_ids))
            cursor.execute(f"SELECT strong || ' ' || weak FROM {FTS_TABLE} WHERE rowid IN ({places})", profile_ids)
            lexemes = [row[0].split() for row in cursor.fetchall()]
    marks = (STEM_MARK, STRONG_MARK)
    return [{lexeme for lexeme in found if not lexeme.startswith(marks)} for found in lexemes]


def _indexed(lexemes: Sequence[tuple[str, ...]]) -> str:
    """The words in their order, then all else that they are found by, which begins with a stem: no phrase goes over."""
    return " ".join([*(word for word, *_ in lexemes), *dict.fromkeys(stem for _, *stems in lexemes for stem in stems)])


def _tsvector(text: Text) -> str:
    """Words with their positions, for phrases; stems, and what was made one of two words, without: they stand in none. What is
    strong is there twice: with its mark, too."""
    places: dict[str, list[str]] = {}
    position = 0
    for words, marks in zip(text.lexemes(), (("", STRONG_MARK), ("",)), strict=True):
        for word, *stems in words:
            position += 1
            for mark in marks:
                places.setdefault(mark + word, []).append(str(min(position, POSITIONS_MAX)))
                for stem in stems:
                    places.setdefault(mark + stem, [])
        position += BETWEEN
    return " ".join([f"'{lexeme}'{_at(found)}" for lexeme, found in places.items()])


def _at(places: list[str]) -> str:
    return f":{','.join(places[:255])}" if places else ""
