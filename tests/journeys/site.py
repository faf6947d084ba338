"""A real server of the site for one journey: its own database, its own folder, its own port."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dj_database_url
from django.conf import settings
from django.db import connections

from tests.harness.servers import end_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
READY_S = 30
# Times that people wait for, short enough for a test and long enough for a slow machine.
QUICK = {
    "ACCEPT_INERT_S": "1",
    "COUNTDOWN_S": "1",
    "REPORT_S": "1",
    "AWAY_AFTER_S": "5",
    "LEASE_BEAT_S": "1",
    "LEASE_DEAD_S": "4",
    "FREE_TIME_S": "2",
}


def manage(environment: dict[str, str], *command: str) -> str:
    """Runs `manage.py COMMAND` to its end and gives its output; it must succeed."""
    answer = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert answer.returncode == 0, f"manage.py {' '.join(command)}:\n{answer.stdout}{answer.stderr}"
    return answer.stdout


@dataclass
class Site:
    """`manage.py serve` with `environment`. Several may share a database and a Redis: give them the same folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    server: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / f"server-{self.port}.log"
        shell = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {"VAR_DIR": str(self.folder), "SITE_URL": self.url, "SECRET_KEY": settings.SECRET_KEY}
        self.environment = shell | own | {"STRIPE_SANDBOX": "1", "PYTHONUNBUFFERED": "1"} | QUICK | self.environment

    @property
    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "serve", "--port", str(self.port), *self.arguments]

    @property
    def database_url(self) -> str:
        return self.environment.get("DATABASE_URL", f"sqlite:///{self.folder / 'ringwise.sqlite3'}")

    def start(self) -> None:
        with self.log.open("a") as output:
            self.server = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,
                start_new_session=True,
            )
        give_up_at = time.monotonic() + READY_S
        while not self.answers():
            assert self.server.poll() is None and time.monotonic() < give_up_at, f"no server:\n{self.log.read_text()}"
            time.sleep(0.05)

    def answers(self) -> bool:
        with suppress(OSError):
            return urllib.request.urlopen(self.url + "/healthz", timeout=5).status == 200
        return False

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self.server is None:
            return 0
        self.server.send_signal(number)
        try:
            code = self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            code = self.server.wait()
        self.server = None
        return code

    def mails_to(self, address: str) -> list[str]:
        """The mails sent to `address`, oldest first."""
        mails = (
            path.read_text() for path in sorted((self.folder / "mails").glob("*"), key=lambda p: p.stat().st_mtime)
        )
        return [mail for mail in mails if f"To: {address}" in mail]

    def errors(self) -> list[str]:
        """What the server complained about."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback")]


class OnUvicorn(Site):
    """The same site on the other server."""

    @property
    def command(self) -> list[str]:
        return [*super().command, "--uvicorn"]


@contextmanager
def in_the_background(site: Site, *command: str) -> Iterator[None]:
    """`manage.py COMMAND` beside a site, until the block ends."""
    with (site.folder / f"{command[0]}.log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=site.environment,
            stdout=output,
            stderr=output,
            preexec_fn=end_with_parent,
        )
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(10) == 0


@contextmanager
def looking_into(database_url: str) -> Iterator[None]:
    """Django of this process on the server's database: models and services can be asked what the pages should say."""
    connections["default"].close()
    before = connections.databases["default"]
    there = dj_database_url.parse(database_url)
    if there["ENGINE"].endswith("sqlite3"):
        there["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    connections.databases.update(connections.configure_settings({"default": there}))
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.databases["default"] = before
        del connections["default"]
