"""A private PostgreSQL, Redis and coturn, on free ports, in a temporary folder; gone when the block ends.

    with postgres() as database_url, redis() as redis_url, coturn("secret") as relay_port: ...

As root PostgreSQL runs as the user postgres, for it refuses to run as root. A run that is killed takes its servers along.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READY_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent() -> None:
    """In a child before it becomes its program: die when the parent does (Linux; elsewhere only an orderly end is seen)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The address of a database on a server of its own. `durable`: as safe against a power cut as PostgreSQL is by itself."""
    owner = "postgres" if os.geteuid() == 0 else None
    programs = postgres_programs()
    with _folder(owner) as folder:
        data, log, port = folder / "data", folder / "log", free_port()
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "ringwise", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            user=owner,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 200,
        }
        if not durable:
            # Nothing here outlives the run: what makes a database safe against a power cut only costs time.
            # Nor does a compiler of queries pay that are asked once.
            options |= {"jit": "off", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        url = f"postgres://ringwise@127.0.0.1:{port}/postgres"
        with _server([programs / "postgres", "-D", data, *arguments], log, lambda: _psql_answers(programs, url), owner):
            yield url


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """The address of a Redis that keeps nothing. `port`: where one was before; else a free one."""
    with _folder() as folder:
        port = port or free_port()
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with _server(command, folder / "log", lambda: _listens(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def coturn(secret: str, *more: str, script: Path = ROOT / "deploy/turn.sh") -> Iterator[int]:
    """The port of a relay on loopback, started as deploy/ does. `more`: lines of its configuration."""
    with _folder() as folder:
        port = free_port()
        lines = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", f"listening-port={port}", *more]
        settings = {"TURN_SECRET": secret, "TURN_REALM": "turn.example.test", "TURN_DIR": folder}
        settings["TURN_MORE"] = "\n".join(lines)
        command = ["env", *[f"{name}={value}" for name, value in settings.items()], "sh", script]
        with _server(command, folder / "log", lambda: _listens(port)):
            yield port


@contextmanager
def _folder(owner: str | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ringwise-"))
    if owner:
        shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(command: list, log: Path, is_ready: Callable[[], bool], owner: str | None = None) -> Iterator[None]:
    with log.open("w") as output:
        server = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=output,
            cwd=log.parent,
            user=owner,
            preexec_fn=end_with_parent,
            start_new_session=True,  # Ctrl-C in the terminal is for the tests; they end their servers afterwards
        )
    try:
        give_up_at = time.monotonic() + READY_S
        while not is_ready():
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # to PostgreSQL: end now, whoever is connected
        with suppress(subprocess.TimeoutExpired):
            server.wait(5)
        server.kill()
        server.wait()


def postgres_programs() -> Path:
    """Where initdb and postgres are: Debian keeps them out of PATH, by version; the newest."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    if found := shutil.which("initdb"):
        return Path(found).parent
    raise RuntimeError("PostgreSQL is not installed (Debian: apt install postgresql)")


def _psql_answers(programs: Path, url: str) -> bool:
    return subprocess.run([programs / "psql", url, "-c", "select 1"], capture_output=True).returncode == 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
