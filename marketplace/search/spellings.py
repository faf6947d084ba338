"""The words that listed profiles have, counted: what half a word can become, what a mistyped one may have meant."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from django.db import connection

from marketplace.search.batches import batches
from marketplace.search.models import Spelling
from marketplace.search.slips import left_of

AT_ONCE = 300  # rows of a statement: SQLite takes 999 values

ADDED = """
INSERT INTO marketplace_spelling (word, shown, profiles) VALUES {rows}
ON CONFLICT (word) DO UPDATE SET profiles = marketplace_spelling.profiles + excluded.profiles
"""
ADDED_MANY = """
INSERT INTO marketplace_spelling (word, shown, profiles) SELECT word, shown, profiles FROM counted ORDER BY word COLLATE "C"
ON CONFLICT (word) DO UPDATE SET profiles = marketplace_spelling.profiles + excluded.profiles
RETURNING word, xmax = 0  -- true of a new row
"""
SLIPS = "INSERT INTO marketplace_slip (letters, spelling_id) VALUES {rows} ON CONFLICT DO NOTHING"
# No fewer than none: a word that has since become one that says nothing was not counted in all that have it.
TAKEN = (
    "UPDATE marketplace_spelling SET profiles = CASE WHEN profiles > %s THEN profiles - %s ELSE 0 END WHERE word = %s"
)


def count(*, before: Sequence[Set[str]], now: Sequence[Mapping[str, str]]) -> None:
    """Some profiles had the words `before`, and have those `now` (word -> as it is written). To be called in the transaction
    that changes their entries. All rows are locked first, in the order of their words, then new ones are added in that order:
    two who write at once never wait in a circle."""
    change: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for words in now:
        change.update(words.keys())
        shown |= words
    for had in before:
        change.subtract(had)
    more = [(word, shown[word], number) for word, number in sorted(change.items()) if number > 0]
    fewer = [(-number, word) for word, number in sorted(change.items()) if number < 0]
    known = _locked([word for word, number in sorted(change.items()) if number])
    _add(more, known)
    _take(fewer)


def _locked(words: list[str]) -> set[str]:
    """Those that there are."""
    known: set[str] = set()
    for some in batches(words, AT_ONCE):
        rows = Spelling.objects.filter(word__in=some).order_by("word").select_for_update()
        known.update(rows.values_list("word", flat=True))
    return known


def _add(more: list[tuple[str, str, int]], known: Set[str]) -> None:
    if connection.vendor == "postgresql" and len(more) > AT_ONCE:
        _add_many(more)
        return
    for rows in batches(more, AT_ONCE):
        words = [word for word, _, _ in rows]
        with connection.cursor() as cursor:
            values = [value for row in rows for value in row]
            cursor.execute(ADDED.format(rows=", ".join(["(%s, %s, %s)"] * len(rows))), values)
            # Not as objects: a new word has thirty of them.
            slips = [(left, word) for word in words if word not in known for left in sorted(left_of(word))]
            for some in batches(slips, AT_ONCE):
                cursor.execute(
                    SLIPS.format(rows=", ".join(["(%s, %s)"] * len(some))), [text for slip in some for text in slip]
                )


def _add_many(more: list[tuple[str, str, int]]) -> None:
    """A third of the time that long statements take."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE counted (word text, shown text, profiles integer) ON COMMIT DROP")
        with cursor.copy("COPY counted FROM STDIN") as copy:
            for row in more:
                copy.write_row(row)
        cursor.execute(ADDED_MANY)
        new = [word for word, is_new in cursor.fetchall() if is_new]
        cursor.execute("DROP TABLE counted")
        with cursor.copy("COPY marketplace_slip (letters, spelling_id) FROM STDIN") as copy:
            for word in new:
                for left in left_of(word):
                    copy.write_row((left, word))


def _take(fewer: list[tuple[int, str]]) -> None:
    if not fewer:
        return
    with connection.cursor() as cursor:
        cursor.executemany(TAKEN, [(number, number, word) for number, word in fewer])
    for rows in batches(fewer, AT_ONCE):
        Spelling.objects.filter(word__in=[word for _, word in rows], profiles=0).delete()
