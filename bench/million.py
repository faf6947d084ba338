"""A directory of a million on PostgreSQL, and one of a tenth of it on SQLite: each filled once in a run by `manage.py demo`.

python -m bench.million    makes a member of the site at DATABASE_URL, and says the cookie
"""

import functools
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import django

from bench import PROFILES, cpu
from bench.programs import Program
from bench.servers import Server


@dataclass(frozen=True)
class Directory:
    """`filled_s`: how long that took, the index included."""

    server: Server
    url: str
    profiles: int
    file: Path | None = None  # of SQLite
    filled_s: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.profiles:,} profiles" + (" on SQLite" if self.file else "")

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment(self.url)

    def manage(self, *command: str) -> float:
        """`manage.py COMMAND`, to its end; how many seconds it took."""
        begun = time.monotonic()
        subprocess.run(
            [sys.executable, "manage.py", *command], env=self.environment, check=True, stdout=subprocess.DEVNULL
        )
        return time.monotonic() - begun

    def filled(self) -> "Directory":
        self.manage("migrate", "--verbosity", "0")
        return replace(self, filled_s=self.manage("demo", "--empty-site", "--experts", str(self.profiles)))

    def lines(self, sql: str) -> list[str]:
        """What a question to the database finds, with | between the columns."""
        if not self.file:
            return self.server.ask(sql, self.url).splitlines()
        with closing(sqlite3.connect(self.file)) as database:
            return ["|".join(map(str, row)) for row in database.execute(sql)]

    def dump(self, sql: str, path: Path) -> None:
        """The same into a file, with tabs."""
        with path.open("w") as to:
            if not self.file:
                self.server.dump(f"COPY ({sql}) TO STDOUT", self.url, to)
                return
            with closing(sqlite3.connect(self.file)) as database:
                to.writelines("\t".join(map(str, row)) + "\n" for row in database.execute(sql))

    def used_s(self) -> float:
        """CPU of the database so far. SQLite has none: it is in the process that asks."""
        return 0.0 if self.file else cpu.used_by_tree(self.server.pid)

    def cost_s(self, program: Program, count: int) -> float:
        """CPU of one operation of `program`, and of the database for it."""
        before = self.used_s()
        program.order(count)
        return (program.result().cpu_s + self.used_s() - before) / count

    def cookie(self) -> str:
        """Of a member who is signed in."""
        command = [sys.executable, "-m", "bench.million"]
        done = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def size_mib(self, *relations: str) -> float:
        """Of PostgreSQL's."""
        sizes = " + ".join(f"pg_total_relation_size('{name}')" for name in relations)
        return int(self.server.ask(f"SELECT {sizes}", self.url)) / 2**20


@functools.cache
def filled(server: Server) -> Directory:
    directory = Directory(server, server.new_database("million"), PROFILES).filled()
    server.ask("VACUUM ANALYZE", directory.url)
    return directory


@functools.cache
def filled_on_sqlite(server: Server) -> Directory:
    file = server.folder / "tenth.sqlite3"
    return Directory(server, f"sqlite:///{file}", PROFILES // 10, file).filled()


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "WARNING"}
    django.setup()
    from bench.crowd import sign_in  # noqa: PLC0415 (Django must be set up first)
    from marketplace.accounts.models import User  # noqa: PLC0415

    member, _ = User.objects.get_or_create(email="reader@example.test", defaults={"name": "Alice Reader"})
    print(*sign_in([member]))


if __name__ == "__main__":
    main()
