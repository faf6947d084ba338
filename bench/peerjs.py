"""PeerJS: the server that hands two browsers' messages to each other and does nothing else, and its client.

Its packages are none of ours: npm installs them into VAR_DIR, once, at the versions of bench/peer/package-lock.json.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from bench.wires import Wire, together
from tests.harness.servers import end_with_parent, free_port

NAME = "PeerJS (npm peer 1.0.2)"
LISTED = Path(__file__).parent / "peer"
READY_S = 30
SEATS = 20_000  # more than any benchmark takes


class Missing(Exception):
    """The peer cannot be installed; the text says why."""


def packages() -> Path:
    """Its node_modules. Raises Missing."""
    folder = settings.VAR_DIR / "bench" / "peer"
    lock = (LISTED / "package-lock.json").read_bytes()
    installed = folder / "installed"
    if not installed.exists() or installed.read_bytes() != lock:
        shutil.copytree(LISTED, folder, dirs_exist_ok=True)
        command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            said = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()
            raise Missing(said[-1] if said else str(problem)) from problem
        installed.write_bytes(lock)
    return folder / "node_modules"


@dataclass(frozen=True)
class PeerServer:
    pid: int
    port: int

    def address(self, name: str) -> str:
        return f"ws://127.0.0.1:{self.port}/peerjs?key=peerjs&id={name}&token=bench&version=1.5.5"


@contextmanager
def peer_server() -> Iterator[PeerServer]:
    """Raises Missing."""
    program, port = packages() / ".bin" / "peerjs", free_port()
    limits = [
        "--concurrent_limit",
        str(SEATS),
        "--alive_timeout",
        "3600000",
    ]  # it is not its clients' heartbeat that is measured
    with (settings.VAR_DIR / "bench" / "peer.log").open("w") as log:
        process = subprocess.Popen(
            ["node", program, "--host", "127.0.0.1", "--port", str(port), "--path", "/", *limits],
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,
        )
    try:
        give_up_at = time.monotonic() + READY_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise Missing("it did not start")
            time.sleep(0.05)
        yield PeerServer(process.pid, port)
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def wires(server: PeerServer, names: list[str]) -> list[Wire]:
    opened = [
        Wire.open(server.address(name), greeting='{"type":"OPEN"', relayed='{"type":"CANDIDATE"') for name in names
    ]
    made = await together(opened)
    await asyncio.gather(*(wire.ready.wait() for wire in made))
    return made


def candidate(to: str, size: int) -> str:
    """A message of `size` bytes, of those that PeerJS hands over."""
    message = {"type": "CANDIDATE", "payload": {"candidate": ""}, "dst": to}
    message["payload"] = {"candidate": "c" * (size - len(json.dumps(message, separators=(",", ":"))))}
    return json.dumps(message, separators=(",", ":"))
