"""What live paid calls cost the database while nothing changes: the same with a hundred times as many of them."""

import subprocess
import sys
from dataclasses import dataclass, field
from statistics import median

from bench import ROUNDS, cpu, size
from bench.programs import Program
from bench.report import Goal, Row, compare
from bench.servers import Server

CPU = Goal("metering: database CPU per minute with 10,000 live paid calls / with 100", 1.5)
WAL = Goal("metering: bytes of WAL per live paid call between acceptance and end, while no state changes", 0)
MANY, FEW = size(10_000, small=20), size(100, small=10)
ROUNDS_OF_REPORTS = size(6, small=1)  # in a window; one every REPORT_S
MILLI, MINUTE_S = 1e3, 60


@dataclass
class Side:
    """One database full of live calls, the server that lives with them, and what that cost in each window."""

    count: int
    server: Server
    url: str
    program: Program
    cpu_ms: list[float] = field(default_factory=list)  # of the database, for a minute
    wal: list[int] = field(default_factory=list)  # bytes written in a window

    def live(self) -> None:
        used, written = cpu.used_by_tree(self.server.pid), self._wal()
        self.program.order(ROUNDS_OF_REPORTS)
        lived_s = self.program.result().wall_s
        self.cpu_ms.append((cpu.used_by_tree(self.server.pid) - used) * MILLI * MINUTE_S / lived_s)
        self.wal.append(self._wal() - written)

    def _wal(self) -> int:
        return int(self.server.ask("SELECT pg_current_wal_insert_lsn() - '0/0'"))


def rows(server: Server) -> list[Row]:
    urls = {count: _database(server, count) for count in (FEW, MANY)}
    command = [sys.executable, "-m", "bench.paid_calls", "live"]
    with Program(command, DATABASE_URL=urls[FEW]) as few, Program(command, DATABASE_URL=urls[MANY]) as many:
        sides = [Side(FEW, server, urls[FEW], few), Side(MANY, server, urls[MANY], many)]
        for side in sides:
            server.ask("VACUUM ANALYZE", side.url)  # or it would happen by itself in the middle of a window
        server.ask("ALTER SYSTEM SET autovacuum = off")  # its own writes are no call's
        server.ask("SELECT pg_reload_conf()")
        server.ask("CHECKPOINT")
        for _ in range(ROUNDS):
            for side in sides:
                side.live()
    hundred, thousands = sides
    return [
        compare(
            CPU,
            ours=thousands.cpu_ms,
            theirs=hundred.cpu_ms,
            peer="ourselves with 100",
            unit="ms of database CPU a minute",
        ),
        _wal_row(hundred, thousands),
    ]


def _database(server: Server, count: int) -> str:
    url = server.new_database(f"live{count}")
    for command in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "bench.paid_calls", "make", str(count)]):
        subprocess.run([sys.executable, *command], env=server.environment(url), check=True)
    return url


def _wal_row(few: Side, many: Side) -> Row:
    """What more calls wrote more, for each of them: the lease and the worker write the same with any number of calls."""
    more = many.count - few.count
    each = [round((one - other) / more, 1) + 0.0 for one, other in zip(many.wal, few.wal, strict=True)]
    return Row(
        name=WAL.name,
        ratio=max(0.0, median(each)),
        goal=WAL.goal,
        better=WAL.better,
        spread=(min(each), max(each)),
        peer="ourselves with 100",
        ours=median(many.wal),
        theirs=median(few.wal),
        unit="bytes of WAL in a window, all calls together",
    )
