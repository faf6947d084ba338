"""A category's first page, beside tantivy."""

from collections.abc import Iterator

from bench import tantivy
from bench.million import Directory, filled, filled_on_sqlite
from bench.report import Goal, Row
from bench.servers import Server

CATEGORY = Goal("browse: category page, 1M profiles, CPU / tantivy", 0.6)
ON_SQLITE = Goal("browse: category page, CPU / tantivy, 100,000 on SQLite", CATEGORY.goal)
COUNT = 300  # in a round


def rows(server: Server) -> Iterator[Row]:
    yield _compared(CATEGORY, filled(server))
    yield _compared(ON_SQLITE, filled_on_sqlite(server))


def _compared(goal: Goal, directory: Directory) -> Row:
    lines = directory.lines(
        "SELECT slug, id FROM marketplace_category WHERE id IN (SELECT category_id FROM marketplace_entry)"
        " ORDER BY slug"
    )
    slugs, numbers = zip(*(line.split("|") for line in lines), strict=True)
    theirs = [[[[["category", [number]]]]] for number in numbers]
    return tantivy.compared(goal, directory, "category", slugs, theirs, COUNT)
