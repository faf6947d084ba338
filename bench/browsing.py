"""A category's first page, beside tantivy."""

from collections.abc import Iterator

from bench import tantivy
from bench.million import filled
from bench.report import Goal, Row
from bench.servers import Server

CATEGORY = Goal("browse: category page, 1M profiles, CPU / tantivy", 0.6)
COUNT = 300  # in a round


def rows(server: Server) -> Iterator[Row]:
    million = filled(server)
    lines = server.ask(
        "SELECT slug, id FROM marketplace_category WHERE id IN (SELECT category_id FROM marketplace_entry)"
        " ORDER BY slug",
        million.url,
    ).splitlines()
    slugs, numbers = zip(*(line.split("|") for line in lines), strict=True)
    theirs = [[[["category", [number]]]] for number in numbers]
    yield tantivy.compared(CATEGORY, server, million, "category", slugs, theirs, COUNT)
