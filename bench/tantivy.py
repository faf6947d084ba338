"""tantivy beside us: the same words of the same profiles, asked the same questions."""

import functools
import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from bench import ROUNDS
from bench.million import Directory
from bench.programs import Program
from bench.report import Goal, Row, compare, without_peer
from marketplace.search.matching import FTS_TABLE, STRONG_MARK

PACKAGE = "tantivy==0.27.0"
PEER = f"{PACKAGE.replace('==', ' ')} in process"
MICRO = 1e6
# What stands first on our pages: who is free, then who is busy, and among these the points of RANKING.md. With what a profile is
# about once more, marked as it is in our index.
TEXTS = """
    SELECT e.profile_id, e.category_id,
        CASE p.state WHEN 'free' THEN 2 WHEN 'busy' THEN 1 ELSE 0 END * 1000000 + e.quality,
        {words}
    FROM marketplace_entry e JOIN marketplace_presence p ON p.user_id = e.user_id {more} ORDER BY e.profile_id
"""
ON_POSTGRESQL = TEXTS.format(words="array_to_string(tsvector_to_array(e.words), ' ')", more="")
ON_SQLITE = TEXTS.format(
    words=f"s.strong || ' ' || s.weak || ' {STRONG_MARK}' || replace(s.strong, ' ', ' {STRONG_MARK}')",
    more=f"JOIN {FTS_TABLE} s ON s.rowid = e.profile_id",
)


def compared(
    goal: Goal, directory: Directory, kind: str, questions: Sequence[str], theirs: Sequence[list], count: int
) -> Row:
    """`theirs`: the same questions as the peer understands them, each in its ranks and their levels."""
    try:
        python, folder = _python(), _index(directory)
    except (subprocess.CalledProcessError, OSError) as problem:
        why = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()[-1]
        return without_peer(goal, peer=PEER, why=why)
    our_file = directory.server.write(f"{kind}.txt", "\n".join(questions))
    their_file = directory.server.write(f"{kind}.json", "\n".join(map(json.dumps, theirs)))
    ours_us, theirs_us = [], []
    with (
        Program([sys.executable, "-m", "bench.asking", kind, str(our_file)], DATABASE_URL=directory.url) as us,
        Program([str(python), "-m", "bench.peer_tantivy", "orders", str(folder), str(their_file)]) as them,
    ):
        for _ in range(ROUNDS):
            ours_us.append(directory.cost_s(us, count) * MICRO)
            them.order(count)
            theirs_us.append(them.result().cpu_s / count * MICRO)
    database = "SQLite in it" if directory.file else "PostgreSQL together"
    return compare(
        goal,
        ours=ours_us,
        theirs=theirs_us,
        peer=PEER,
        unit="us of CPU each",
        note=f"at {directory.name}: who stands on the first page, Python and {database}",
    )


def _python() -> Path:
    """A virtual environment for the peer alone: its packages are none of ours."""
    folder = settings.VAR_DIR / "bench" / "tantivy"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PACKAGE], check=True, capture_output=True, text=True)
        (folder / "installed").touch()
    return python


@functools.cache
def _index(directory: Directory) -> Path:
    texts = directory.server.folder / "texts.tsv"
    folder = directory.server.folder / f"tantivy-{directory.profiles}"
    directory.dump(ON_SQLITE if directory.file else ON_POSTGRESQL, texts)
    subprocess.run(
        [_python(), "-m", "bench.peer_tantivy", "index", folder, texts], check=True, capture_output=True, text=True
    )
    texts.unlink()
    return folder
