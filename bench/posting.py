"""The ledger beside pgbench sending the same statements, and beside django-hordak."""

import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench import ROUNDS, cpu, pgbench, settlement, size
from bench.programs import Program, Work
from bench.report import Goal, Row, compare, without_peer
from bench.servers import Server

SETTLEMENT = Goal(
    "posting: a three-leg settlement through our service, Python + PostgreSQL CPU / pgbench of the same statements", 2.0
)
THROUGHPUT = Goal("posting: throughput with 4 connections / pgbench", 0.7, "higher")
HORDAK = Goal("posting: CPU / django-hordak's", 0.2)
ONE_EXPERT = Goal("posting: throughput all on one expert and the commission / spread over 1,000 experts", 0.9, "higher")
COUNT, CLIENTS = size(3_000, small=40), 4
HORDAK_COUNT = size(300, small=4)
HORDAK_PACKAGES = ("django-hordak==2.0.0", "Django==5.2.19", "psycopg[binary]==3.3.9")
MICRO = 1e6


def rows(server: Server) -> Iterator[Row]:
    call_command("migrate", verbosity=0)
    first_ids = settlement.make_accounts()
    statements = pgbench.record()
    script = pgbench.script(statements, first_ids)
    connection.close()
    peer = Peer(server.write("settlement.sql", script.text), script.fixed)
    yield _one_settlement(server, peer)
    yield _with_hordak(server)
    yield from _throughput(server, peer)


@dataclass
class Peer:
    """pgbench with the recorded settlement; hands out ranges of keys that never overlap."""

    path: Path
    fixed: dict[str, str]
    taken: int = 0

    def run(self, *, clients: int, count: int) -> Work:
        self.taken += count
        return pgbench.run(self.path, self.fixed, clients=clients, count=count, start=self.taken - count)


def _per_operation(server: Server, do: Callable[[], Work]) -> float:
    """Microseconds of CPU for one operation: the client's and the database's."""
    connections = cpu.children(server.pid)
    before = cpu.used_by_tree(server.pid)
    work = do()
    cpu.wait_for_the_end_of(cpu.children(server.pid) - connections)
    return (work.cpu_s + cpu.used_by_tree(server.pid) - before) / work.count * MICRO


def _ordered(program: Program, count: int) -> Callable[[], Work]:
    def do() -> Work:
        program.order(count)
        return program.result()

    return do


def _poster(server: Server, experts: str, name: str, *, connections: int = 1) -> Program:
    return Program([sys.executable, "-m", "bench.settlement", experts, name, str(connections)], DATABASE_URL=server.url)


def _one_settlement(server: Server, peer: Peer) -> Row:
    ours, theirs = [], []
    with _poster(server, "spread", "one") as poster:
        for _ in range(ROUNDS):
            ours.append(_per_operation(server, _ordered(poster, COUNT)))
            theirs.append(_per_operation(server, lambda: peer.run(clients=1, count=COUNT)))
    return compare(SETTLEMENT, ours=ours, theirs=theirs, peer="pgbench -M prepared", unit="us of CPU each")


def _throughput(server: Server, peer: Peer) -> list[Row]:
    """Both rows from the same run: ours spread, ours on one expert, pgbench, in turns.

    The connections are threads of one process on both sides: so does pgbench hold them, and so does a server of the site,
    whose requests are threads.
    """
    spread: list[float] = []
    hot: list[float] = []
    theirs: list[float] = []
    with (
        _poster(server, "spread", "many", connections=CLIENTS) as to_many,
        _poster(server, "hot", "hot", connections=CLIENTS) as to_one,
    ):
        for _ in range(ROUNDS):
            for poster, found in ((to_many, spread), (to_one, hot)):
                found.append(_per_second(_ordered(poster, COUNT)()))
            theirs.append(_per_second(peer.run(clients=CLIENTS, count=COUNT // CLIENTS)))
    name = f"pgbench -M prepared -c {CLIENTS} -j {CLIENTS}"
    told = {"unit": "settlements a second", "note": f"a commit's flush to this disk takes {server.flush_us():.0f} us"}
    return [
        compare(THROUGHPUT, ours=spread, theirs=theirs, peer=name, **told),
        compare(ONE_EXPERT, ours=hot, theirs=spread, peer="ourselves, spread", **told),
    ]


def _per_second(work: Work) -> float:
    return work.count / work.wall_s


def _with_hordak(server: Server) -> Row:
    try:
        python = _hordak_python()
        url = server.new_database("hordak")
        subprocess.run([python, "-m", "bench.peer_hordak", "migrate", url], check=True, capture_output=True, text=True)
    except (subprocess.CalledProcessError, OSError) as problem:
        why = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()[-1]
        return without_peer(HORDAK, peer="django-hordak 2.0.0", why=why)
    ours, theirs = [], []
    with (
        _poster(server, "spread", "hordak") as poster,
        Program([str(python), "-m", "bench.peer_hordak", "orders", url]) as peer,
    ):
        for _ in range(ROUNDS):
            ours.append(_per_operation(server, _ordered(poster, COUNT)))
            theirs.append(_per_operation(server, _ordered(peer, HORDAK_COUNT)))
    return compare(HORDAK, ours=ours, theirs=theirs, peer="django-hordak 2.0.0", unit="us of CPU each")


def _hordak_python() -> Path:
    """A virtual environment for the peer alone: its packages are none of ours."""
    folder = settings.VAR_DIR / "bench" / "hordak"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", *HORDAK_PACKAGES], check=True, capture_output=True, text=True
        )
        (folder / "installed").touch()
    return python
