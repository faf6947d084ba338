"""A private PostgreSQL that flushes every commit as in production, and what a benchmark needs to know of it.

Its files lie where temporary files do. The same statements wait for the same disk whoever sends them, and other connections
run meanwhile: the slower the disk, the better a throughput looks beside a peer's. So `flush_us` is told with each.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TextIO

from tests.harness.servers import postgres, postgres_programs

FLUSHES = 200


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

    def copy_of(self, original: str, name: str) -> str:
        """A database like another one, to which nobody is connected."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE {original}")
        return self.url.rpartition("/")[0] + "/" + name

    def ask(self, sql: str, url: str = "") -> str:
        return _ask(url or self.url, sql)

    def dump(self, copy: str, url: str, file: TextIO) -> None:
        """What a COPY ... TO STDOUT says."""
        subprocess.run([postgres_programs() / "psql", url, "-XAtc", copy], check=True, stdout=file)

    def flush_us(self) -> float:
        """The median time that this disk takes to keep a page, as each commit asks of it."""
        took = []
        with (self.folder / "page").open("wb") as file:
            for _ in range(FLUSHES):
                start = time.perf_counter()
                file.write(bytes(8192))
                file.flush()
                os.fdatasync(file.fileno())
                took.append(time.perf_counter() - start)
        return median(took) * 1e6

    def environment(self, url: str) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": url}


def _ask(url: str, sql: str) -> str:
    done = subprocess.run([postgres_programs() / "psql", url, "-XAtc", sql], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def private_server() -> Iterator[Server]:
    with (
        postgres(durable=True) as url,
        TemporaryDirectory(prefix="ringwise-bench-") as folder,
    ):
        data = Path(_ask(url, "SHOW data_directory"))
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        yield Server(url=url, pid=pid, folder=Path(folder))
