"""Finding people among a million: how fast, how long the index takes and how large it is, and that reading never waits for it.

What SQLite does with a tenth of them is told beside it.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench import PROFILES, tantivy
from bench.million import NAME, Million, filled, size_mib
from bench.programs import Program
from bench.report import Goal, Row
from bench.servers import Server
from marketplace.search.analysis import says_something, stems, words_of
from marketplace.search.matching import STRONG_MARK
from tests.harness.servers import end_with_parent

TWO_WORDS = Goal("search: two words, 1M profiles, CPU / tantivy in process", 1.5)
FILLED = Goal("search: minutes to fill a synthetic million, index included", 20)
SUGGESTED = Goal("search: ms until suggestions are there, 95 of 100", 30)
WAITED = Goal("search: reads that waited for a lock while the index was made anew", 0)
BUILT = Goal("search: minutes to make the index of a million where there is none", 20)
SQLITE_BUILT = Goal("search: minutes to make the index of 100,000 on SQLite", 20)
QUESTIONS, COUNT = 200, 200
REBUILDING_S = 60  # at most: as long as it is watched
INDEX = ("marketplace_entry", "marketplace_here", "marketplace_spelling", "marketplace_slip")


def rows(server: Server) -> Iterator[Row]:
    million = filled(server)
    yield _filled(server, million)
    lines = server.ask(
        "SELECT p.headline || ' ' || p.place FROM marketplace_profile p JOIN marketplace_entry e ON e.profile_id = p.id"
        f" ORDER BY md5(p.id::text) LIMIT {2 * QUESTIONS}",
        million.url,
    ).splitlines()
    asked = list(_two_words(lines))[:QUESTIONS]
    theirs = [
        [[["words", [mark + stem for stem in stems(word)]] for word in two.split()] for mark in (STRONG_MARK, "")]
        for two in asked
    ]
    # With a space behind it, the last word is whole.
    yield tantivy.compared(TWO_WORDS, server, million, "words", [f"{two} " for two in asked], theirs, COUNT)
    yield _suggested(server, million, asked)
    yield _waited(server, million, asked)
    yield _built(server, million)
    yield _on_sqlite(server)


def _two_words(texts: list[str]) -> Iterator[str]:
    """Of each text two that say something, so that somebody has them."""
    chance = random.Random(1)
    for text in texts:
        words = {word.folded for word in words_of(text) if says_something(word.folded) and len(word.folded) > 2}
        if len(words) > 1:
            yield " ".join(chance.sample(sorted(words), 2))


def _told(goal: Goal, value: float, *, unit: str, note: str, spread: tuple[float, float] | None = None) -> Row:
    """Of a goal that is no ratio."""
    return Row(goal.name, round(value, 2), goal.goal, goal.better, spread, NAME, None, None, unit, note)


def _filled(server: Server, million: Million) -> Row:
    size = size_mib(server, million.url, *INDEX)
    whole = int(server.ask("SELECT pg_database_size(current_database())", million.url)) / 2**20
    note = f"{PROFILES / million.filled_s:,.0f} a second; the index {size:,.0f} MiB of {whole:,.0f}"
    return _told(FILLED, million.filled_s / 60, unit="minutes", note=note)


def _suggested(server: Server, million: Million, asked: list[str]) -> Row:
    """For each letter that somebody types of a word, from the second on; and with a slip in it."""
    chance = random.Random(2)
    words = [two.split()[0] for two in asked]
    typed = [word[: chance.randint(2, len(word))] for word in words]
    typed += [word[:at] + word[at + 1 :] for word in words if len(word) > 5 for at in [chance.randrange(1, 5)]]
    took = _times(server, million, "suggest", typed)
    note = f"half of them {median(took):.1f} ms, the longest {max(took):.0f}; {len(took):,} of them"
    return _told(SUGGESTED, quantiles(took, n=20)[-1], unit="ms", note=note)


def _times(server: Server, million: Million, kind: str, questions: list[str]) -> list[float]:
    file = server.write(f"{kind}.txt", "\n".join(questions))
    with _asker(million, kind, file) as asker:
        for _ in range(5):
            asker.order(len(questions))
            asker.result()
    return json.loads(Path(f"{file}.{kind}").read_text())


def _asker(million: Million, kind: str, file: Path) -> Program:
    return Program([sys.executable, "-m", "bench.asking", kind, str(file)], DATABASE_URL=million.url)


def _waited(server: Server, million: Million, asked: list[str]) -> Row:
    """Whoever reads gives up where it would have to wait for a lock."""
    alone = _times(server, million, "reads", asked)
    file = server.write("reads.txt", "\n".join(asked))
    begun = time.monotonic()
    with _asker(million, "reads", file) as asker, _rebuilding(server, million) as program:
        while program.poll() is None and time.monotonic() < begun + REBUILDING_S:
            asker.order(20)
            asker.result()
    every = json.loads(Path(f"{file}.reads").read_text())
    beside = [took for took in every if took is not None]
    told = [
        f"95 of 100 within {quantiles(took, n=20)[-1]:.1f} ms, the longest {max(took):.0f}" for took in (beside, alone)
    ]
    note = f"{told[0]}; while nothing is made {told[1]}"
    return _told(WAITED, len(every) - len(beside), unit="reads", note=note)


@contextmanager
def _rebuilding(server: Server, million: Million) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "manage.py", "index_search"]
    program = subprocess.Popen(
        command,
        env=server.environment(million.url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGINT)  # what it has begun it ends
        program.wait()


def _built(server: Server, million: Million) -> Row:
    server.ask(f"TRUNCATE {', '.join(INDEX)}", million.url)
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "manage.py", "index_search"],
        env=server.environment(million.url),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    took = time.monotonic() - begun
    parts = ", ".join(f"{name.partition('_')[2]} {size_mib(server, million.url, name):,.0f} MiB" for name in INDEX)
    return _told(BUILT, took / 60, unit="minutes", note=f"{PROFILES / took:,.0f} a second; {parts}")


def _on_sqlite(server: Server) -> Row:
    count = PROFILES // 10
    path = server.folder / "tenth.sqlite3"
    environment = server.environment(f"sqlite:///{path}")

    def manage(*command: str) -> float:
        begun = time.monotonic()
        subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - begun

    manage("migrate", "--verbosity", "0")
    filled_s = manage("demo", "--empty-site", "--experts", str(count))
    whole = path.stat().st_size
    indexed_s = manage("index_search")
    size = f"the file is {whole / 2**20:,.0f} MiB"
    note = f"{count:,} profiles filled with their index in {filled_s / 60:.1f} minutes; {size}"
    return _told(SQLITE_BUILT, indexed_s / 60, unit="minutes", note=note)
