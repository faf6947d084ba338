"""A private PostgreSQL that flushes every commit as in production, and what a benchmark needs to know of it.

Its files lie in memory where there is such a place: the same statements wait for the same disk whoever sends them, so on
a slow disk every ratio would look well.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.harness.servers import postgres, postgres_programs

IN_MEMORY = "/dev/shm"


@dataclass(frozen=True)
class Server:
    """`pid` of the server, whose children are its connections; `url` of its first database."""

    url: str
    pid: int
    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def new_database(self, name: str) -> str:
        self.ask(f"CREATE DATABASE {name}")
        return self.url.rpartition("/")[0] + "/" + name

    def ask(self, sql: str, url: str = "") -> str:
        return _ask(url or self.url, sql)

    def environment(self, url: str) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": url}


def _ask(url: str, sql: str) -> str:
    done = subprocess.run([postgres_programs() / "psql", url, "-XAtc", sql], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def private_server() -> Iterator[Server]:
    with (
        postgres(durable=True, within=IN_MEMORY if Path(IN_MEMORY).is_dir() else None) as url,
        TemporaryDirectory(prefix="ringwise-bench-") as folder,
    ):
        data = Path(_ask(url, "SHOW data_directory"))
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        yield Server(url=url, pid=pid, folder=Path(folder))
