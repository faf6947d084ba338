"""Where the words of entries lie: in the entry itself on PostgreSQL, in a full-text table beside it on SQLite."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from marketplace.search.analysis import STEM_MARK
from marketplace.search.matching import FTS_TABLE, STRONG, WEAK
from marketplace.search.texts import Text

POSITIONS_MAX = 16_383  # that a tsvector can tell apart
BETWEEN = 2  # positions from one part to the next, so that no phrase goes over from one to the other
INDEX = "entry_words"  # of PostgreSQL


@contextmanager
def indexed_afterwards() -> Iterator[None]:
    """For who writes most of the entries there will be. An index of a million texts is made in minutes from all of them, and
    in hours from one after the other. Until then a search for words looks through every entry. Killed in between, the index
    is not there: the next to come here makes it."""
    if connection.vendor != "postgresql":
        yield
        return
    _on_the_table(f"DROP INDEX IF EXISTS {INDEX}")
    try:
        yield
    finally:
        ensure_index()


def ensure_index() -> None:
    """Reading goes on meanwhile; writing waits."""
    if connection.vendor != "postgresql":
        return
    _on_the_table(
        "SET LOCAL maintenance_work_mem = '512MB'",
        f"CREATE INDEX IF NOT EXISTS {INDEX} ON marketplace_entry USING gin (words)",
    )


def _on_the_table(*statements: str) -> None:
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
            marks = ", ".join(["%s"] * len(profile_ids))
            cursor.execute(f"SELECT strong || ' ' || weak FROM {FTS_TABLE} WHERE rowid IN ({marks})", profile_ids)
            lexemes = [row[0].split() for row in cursor.fetchall()]
    return [{lexeme for lexeme in found if not lexeme.startswith(STEM_MARK)} for found in lexemes]


def _indexed(lexemes: Sequence[tuple[str, ...]]) -> str:
    """The words in their order, then their stems."""
    return " ".join([*(word for word, *_ in lexemes), *dict.fromkeys(stem for _, *stems in lexemes for stem in stems)])


def _tsvector(text: Text) -> str:
    places: dict[str, list[str]] = {}
    position = 0
    for words, weight in zip(text.lexemes(), (STRONG, WEAK), strict=True):
        for lexemes in words:
            position += 1
            place = f"{min(position, POSITIONS_MAX)}{weight}"
            for lexeme in lexemes:
                if lexeme in places:
                    places[lexeme].append(place)
                else:
                    places[lexeme] = [place]
        position += BETWEEN
    return " ".join([f"'{lexeme}':{','.join(found[:255])}" for lexeme, found in places.items()])
