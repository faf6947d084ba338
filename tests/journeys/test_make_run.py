"""`make run`: one command that starts everything, and Ctrl-C ends everything it started."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.harness.servers import free_port
from tests.journeys.site import ROOT

START_S, STOP_S = 90, 15
ANOTHER_SITES = {
    "DATABASE_URL": "postgres://nobody@nowhere.invalid/none",
    "REDIS_URL": "redis://nowhere.invalid:6379/0",
    "EMAIL_URL": "smtp://nowhere.invalid",
    "ALLOWED_HOSTS": "ringwise.example",
}


@pytest.fixture
def run(tmp_path: Path) -> Iterator["Run"]:
    running = Run(tmp_path)
    yield running
    running.end(signal.SIGKILL)


class Run:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        shell = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.output = (folder / "output").open("w+")
        self.make = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=shell | ANOTHER_SITES | {"VAR_DIR": str(folder / "var"), "PORT": str(self.port)},
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,  # a terminal of its own, so that Ctrl-C reaches what runs there and nothing else
        )

    def said(self) -> str:
        return (self.folder / "output").read_text()

    def waits_until(self, is_so, seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < give_up_at, self.said()
            time.sleep(0.1)

    def answers(self) -> bool:
        with suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status == 200
        return False

    def processes(self) -> list[str]:
        """Every process that works for this run, whoever started it: they have its folder in their environment."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"VAR_DIR={self.folder}".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text().replace("\0", " "))
        return found

    def end(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.make.pid, number)
        self.make.wait(STOP_S)


class MakeRunTests:
    def test_it_serves_a_demo_with_robots_and_ctrl_c_ends_it_all(self, run):
        run.waits_until(run.answers, START_S)
        run.waits_until(lambda: f"http://127.0.0.1:{run.port}" in run.said(), 5)
        assert "use a private window for the second person" in run.said()
        run.waits_until(lambda: sum("manage.py robot" in command for command in run.processes()) == 2, START_S)
        run.end(signal.SIGINT)
        run.waits_until(lambda: run.processes() == [], STOP_S)
        assert "Traceback" not in run.said()
