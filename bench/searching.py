"""Finding people among a million: how fast, how long the index takes and how large it is, and that reading never waits for it.
And what SQLite does with a tenth of them.
"""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench import tantivy
from bench.million import Directory, filled, filled_on_sqlite
from bench.programs import Program
from bench.report import Goal, Row
from bench.servers import Server
from marketplace.search.analysis import says_something, words_of
from marketplace.search.asking import Question
from marketplace.search.matching import Words
from tests.harness.servers import end_with_parent

TWO_WORDS = Goal("search: two words, 1M profiles, CPU / tantivy in process", 1.5)
ON_SQLITE = Goal("search: two words, CPU / tantivy in process, 100,000 on SQLite", TWO_WORDS.goal)
FILLED = Goal("search: minutes to fill a synthetic million, index included", 20)
SUGGESTED = Goal("search: ms until suggestions are there, 95 of 100", 30)
WAITED = Goal("search: reads that waited for a lock while the index was made anew", 0)
BUILT = Goal("search: minutes to make the index of a million where there is none", 20)
BUILT_ON_SQLITE = Goal("search: minutes to make the index of 100,000 on SQLite", 20)
QUESTIONS, COUNT = 200, 200
REBUILDING_S = 60  # at most: as long as it is watched
LEXEME = re.compile(r"'([^']+)'(:\*)?")  # of a tsquery
INDEX = ("marketplace_entry", "marketplace_here", "marketplace_spelling", "marketplace_slip")


def rows(server: Server) -> Iterator[Row]:
    million = filled(server)
    yield _filled(million)
    asked = _two_words(million)
    yield _compared(TWO_WORDS, million, asked)
    yield _suggested(million, asked)
    yield _waited(million, asked)
    yield _built(million)
    tenth = filled_on_sqlite(server)
    yield _compared(ON_SQLITE, tenth, _two_words(tenth))
    yield _built_on_sqlite(tenth)


def _two_words(directory: Directory) -> list[str]:
    """Of each of some profiles two that say something, so that somebody has them."""
    texts = directory.lines(
        "SELECT p.headline || ' ' || p.place FROM marketplace_profile p JOIN marketplace_entry e ON e.profile_id = p.id"
        f" ORDER BY p.id * 2654435761 % 4294967296 LIMIT {2 * QUESTIONS}"
    )
    chance, found = random.Random(1), []
    for text in texts:
        words = {word.folded for word in words_of(text) if says_something(word.folded) and len(word.folded) > 2}
        if len(words) > 1:
            found.append(" ".join(chance.sample(sorted(words), 2)))
    return found[:QUESTIONS]


def _compared(goal: Goal, directory: Directory, asked: list[str]) -> Row:
    """As the page asks: the last word may go on."""
    theirs = [
        [[_for_the_peer(level) for level in rank] for rank in Question(two).as_typed.ranks or ()] for two in asked
    ]
    return tantivy.compared(goal, directory, "words", asked, theirs, COUNT)


def _for_the_peer(words: Words) -> list:
    """The very condition that we ask: of two words, of which each may stand in several ways."""
    return [
        ["words", [lexeme + "*" * bool(begun) for lexeme, begun in LEXEME.findall(either)]]
        for either in words.postgresql.split(" & ")
    ]


def _told(
    goal: Goal, directory: Directory, value: float, *, unit: str, note: str, spread: tuple[float, float] | None = None
) -> Row:
    """Of a goal that is no ratio."""
    return Row(goal.name, round(value, 2), goal.goal, goal.better, spread, directory.name, None, None, unit, note)


def _filled(million: Directory) -> Row:
    size = million.size_mib(*INDEX)
    whole = int(million.lines("SELECT pg_database_size(current_database())")[0]) / 2**20
    note = f"{million.profiles / million.filled_s:,.0f} a second; the index {size:,.0f} MiB of {whole:,.0f}"
    return _told(FILLED, million, million.filled_s / 60, unit="minutes", note=note)


def _suggested(million: Directory, asked: list[str]) -> Row:
    """For each letter that somebody types of a word, from the second on; and with a slip in it."""
    chance = random.Random(2)
    words = [two.split()[0] for two in asked]
    typed = [word[: chance.randint(2, len(word))] for word in words]
    typed += [word[:at] + word[at + 1 :] for word in words if len(word) > 5 for at in [chance.randrange(1, 5)]]
    took = _times(million, "suggest", typed)
    note = f"half of them {median(took):.1f} ms, the longest {max(took):.0f}; {len(took):,} of them"
    return _told(SUGGESTED, million, quantiles(took, n=20)[-1], unit="ms", note=note)


def _times(million: Directory, kind: str, questions: list[str]) -> list[float]:
    file = million.server.write(f"{kind}.txt", "\n".join(questions))
    with _asker(million, kind, file) as asker:
        for _ in range(5):
            asker.order(len(questions))
            asker.result()
    return json.loads(Path(f"{file}.{kind}").read_text())


def _asker(million: Directory, kind: str, file: Path) -> Program:
    return Program([sys.executable, "-m", "bench.asking", kind, str(file)], DATABASE_URL=million.url)


def _waited(million: Directory, asked: list[str]) -> Row:
    """Whoever reads gives up where it would have to wait for a lock."""
    alone = _times(million, "reads", asked)
    file = million.server.write("reads.txt", "\n".join(asked))
    begun = time.monotonic()
    with _asker(million, "reads", file) as asker, _rebuilding(million) as program:
        while program.poll() is None and time.monotonic() < begun + REBUILDING_S:
            asker.order(20)
            asker.result()
    every = json.loads(Path(f"{file}.reads").read_text())
    beside = [took for took in every if took is not None]
    told = [
        f"95 of 100 within {quantiles(took, n=20)[-1]:.1f} ms, the longest {max(took):.0f}" for took in (beside, alone)
    ]
    note = f"{told[0]}; while nothing is made {told[1]}"
    return _told(WAITED, million, len(every) - len(beside), unit="reads", note=note)


@contextmanager
def _rebuilding(million: Directory) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "manage.py", "index_search"]
    program = subprocess.Popen(
        command,
        env=million.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGINT)  # what it has begun it ends
        program.wait()


def _built(million: Directory) -> Row:
    million.server.ask(f"TRUNCATE {', '.join(INDEX)}", million.url)
    took = million.manage("index_search")
    parts = ", ".join(f"{name.partition('_')[2]} {million.size_mib(name):,.0f} MiB" for name in INDEX)
    return _told(BUILT, million, took / 60, unit="minutes", note=f"{million.profiles / took:,.0f} a second; {parts}")


def _built_on_sqlite(tenth: Directory) -> Row:
    assert tenth.file
    whole = tenth.file.stat().st_size
    took = tenth.manage("index_search")
    size = f"the file is {whole / 2**20:,.0f} MiB"
    note = f"{tenth.profiles:,} profiles filled with their index in {tenth.filled_s / 60:.1f} minutes; {size}"
    return _told(BUILT_ON_SQLITE, tenth, took / 60, unit="minutes", note=note)
