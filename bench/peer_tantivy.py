"""The same searches with tantivy in its own process. Runs in a virtual environment of its own.

    PYTHON-OF-THAT-VENV -m bench.peer_tantivy index FOLDER TEXTS
    PYTHON-OF-THAT-VENV -m bench.peer_tantivy orders FOLDER QUESTIONS

TEXTS: profile, category, place in the order and the words of a profile, separated by tabs. QUESTIONS: one a line, as ranks of
levels. Who has an earlier rank comes first; within one presence decides, then the level. A level is a list of [field, [words of
which one must be there]], all of which must hold; a word that ends with * may go on. The words are those of our analyser, so
that both find the same people and neither reads the question. It fetches what stands first by rank, presence, level and points,
without the places that our order keeps for who is new.
"""

import json
import sys
from collections.abc import Collection
from pathlib import Path

import tantivy

from bench.programs import take_orders

FIRST_PAGE = 24
POINTS = 1_000_000  # more than anybody has: a place is presence times this, and points
HEAP = 500_000_000


def schema() -> "tantivy.Schema":
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("profile", stored=True, indexed=True)
    builder.add_text_field("category", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("place", fast=True, indexed=True)
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    return builder.build()


def index(folder: str, texts: str) -> None:
    Path(folder).mkdir()
    writer = tantivy.Index(schema(), path=folder).writer(HEAP)
    with Path(texts).open() as lines:
        for line in lines:
            profile, category, place, words = line.rstrip("\n").split("\t")
            writer.add_document(
                tantivy.Document(profile=int(profile), category=category, place=int(place), words=words)
            )
    writer.commit()
    writer.wait_merging_threads()


def orders(folder: str, questions: str) -> None:
    searcher = tantivy.Index.open(folder).searcher()
    asked = [json.loads(line) for line in Path(questions).read_text().splitlines()]

    take_orders(lambda number: first_page(searcher, asked[number % len(asked)]), warm_up=len(asked))


def first_page(searcher: "tantivy.Searcher", ranks: list) -> list[int]:
    first: dict[tuple[int, int], tuple] = {}
    for levels in ranks:
        if len(first) < FIRST_PAGE:
            first |= _best(searcher, levels, first, FIRST_PAGE - len(first))
    return [searcher.doc(address)["profile"][0] for *_, address in first.values()]


def _best(searcher: "tantivy.Searcher", levels: list, placed: Collection[tuple[int, int]], most: int) -> dict:
    """Who has the first level has every later one, so the first page of each is enough to put together that of all."""
    found: dict[tuple[int, int], tuple] = {}
    for level, terms in enumerate(levels):
        hits = searcher.search(_query(terms), FIRST_PAGE, count=False, order_by_field="place").hits
        for place, address in hits:
            presence, points = divmod(place, POINTS)
            found.setdefault((address.segment_ord, address.doc), (-presence, level, -points, address))
    new = [one for one in found.items() if one[0] not in placed]
    return dict(sorted(new, key=lambda one: one[1][:3])[:most])


def _query(terms: list) -> "tantivy.Query":
    known = schema()
    every = []
    for field, words in terms:
        some = [(tantivy.Occur.Should, _word(known, field, word)) for word in words]
        every.append((tantivy.Occur.Must, tantivy.Query.boolean_query(some)))
    return tantivy.Query.boolean_query(every)


def _word(known: "tantivy.Schema", field: str, word: str) -> "tantivy.Query":
    if word.endswith("*"):
        # A quarter of what a regular expression takes; a prefix of a phrase is read as 50 words at most.
        return tantivy.Query.fuzzy_term_query(known, field, word[:-1], distance=0, prefix=True)
    return tantivy.Query.term_query(known, field, word)


if __name__ == "__main__":
    {"index": index, "orders": orders}[sys.argv[1]](*sys.argv[2:])
