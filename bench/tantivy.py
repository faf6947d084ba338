"""tantivy beside us: the same words of the same profiles, asked the same questions."""

import functools
import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from bench import ROUNDS, cpu
from bench.million import NAME, Million
from bench.programs import Program
from bench.report import Goal, Row, compare, without_peer
from bench.servers import Server

PACKAGE = "tantivy==0.27.0"
PEER = f"{PACKAGE.replace('==', ' ')} in process"
MICRO = 1e6
# What stands first on our pages: who is free, then who is busy, and among these the points of RANKING.md. With what a profile is
# about once more, marked as it is in our index.
TEXTS = r"""COPY (
    SELECT e.profile_id, e.category_id,
        CASE p.state WHEN 'free' THEN 2 WHEN 'busy' THEN 1 ELSE 0 END * 1000000 + e.quality,
        (SELECT string_agg(word, ' ') FROM unnest(tsvector_to_array(e.words)) AS word)
    FROM marketplace_entry e JOIN marketplace_presence p ON p.user_id = e.user_id ORDER BY e.profile_id
) TO STDOUT"""


def compared(
    goal: Goal,
    server: Server,
    million: Million,
    kind: str,
    questions: Sequence[str],
    theirs: Sequence[list],
    count: int,
) -> Row:
    """`theirs`: the same questions as the peer understands them, each in its levels."""
    try:
        python, folder = _python(), _index(server, million)
    except (subprocess.CalledProcessError, OSError) as problem:
        why = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()[-1]
        return without_peer(goal, peer=PEER, why=why)
    our_file = server.write(f"{kind}.txt", "\n".join(questions))
    their_file = server.write(f"{kind}.json", "\n".join(map(json.dumps, theirs)))
    ours_us, theirs_us = [], []
    with (
        Program([sys.executable, "-m", "bench.asking", kind, str(our_file)], DATABASE_URL=million.url) as us,
        Program([str(python), "-m", "bench.peer_tantivy", "orders", str(folder), str(their_file)]) as them,
    ):
        for _ in range(ROUNDS):
            before = cpu.used_by_tree(server.pid)
            us.order(count)
            work = us.result()
            ours_us.append((work.cpu_s + cpu.used_by_tree(server.pid) - before) / count * MICRO)
            them.order(count)
            work = them.result()
            theirs_us.append(work.cpu_s / count * MICRO)
    return compare(
        goal,
        ours=ours_us,
        theirs=theirs_us,
        peer=PEER,
        unit="us of CPU each",
        note=f"at {NAME}: who stands on the first page, Python and PostgreSQL together",
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
def _index(server: Server, million: Million) -> Path:
    texts = server.write("texts.tsv", "")
    folder = server.folder / "tantivy"
    with texts.open("w") as file:
        server.dump(TEXTS, million.url, file)
    subprocess.run(
        [_python(), "-m", "bench.peer_tantivy", "index", folder, texts], check=True, capture_output=True, text=True
    )
    texts.unlink()
    return folder
