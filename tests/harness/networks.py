"""Two machines and a server between them, as far as networks can tell: namespaces, joined by a bridge in ours, which must not be
that of the machine itself. Linux, as root.

with two_machines() as (hers, his): ...; hers.cut(); hers.join_again("10.88.0.11")
"""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SERVER = "10.88.0.254"
PIECE = 65_536
NOBODY = "nobody"  # the cable of a network of our own at whose end there is nobody: stages.py, A_NETWORK


def ip(*words: str, inside: str = "") -> None:
    command = ["ip", *(["-n", inside] if inside else []), *words]
    subprocess.run(command, check=True, capture_output=True, text=True)


@dataclass
class Machine:
    """`name` of its namespace; its one address."""

    name: str
    address: str

    def set_up(self, bridge: str) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", self.outside, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        # An address that came by itself, later, would be a change of network to Chromium, which then drops what it loads.
        ip("link", "set", self.outside, "addrgenmode", "none")
        ip("link", "set", "eth0", "addrgenmode", "none", inside=self.name)
        ip("link", "set", self.outside, "master", bridge, "up")
        ip("link", "set", "lo", "up", inside=self.name)
        self._connect()

    def take_down(self) -> None:
        """Its cable first: what is left to the kernel goes some time after its namespace, and the next machine of this name
        found it there."""
        for words in (("link", "delete", self.outside), ("netns", "delete", self.name)):
            with suppress(subprocess.CalledProcessError):
                ip(*words)

    @property
    def outside(self) -> str:
        """Our end of its cable."""
        return f"to-{self.name}"[:15]

    def _connect(self) -> None:
        ip("addr", "add", f"{self.address}/24", "dev", "eth0", inside=self.name)
        ip("link", "set", "eth0", "up", inside=self.name)
        ip("route", "add", "default", "via", SERVER, inside=self.name)  # without one a browser looks for no candidates

    def cut(self) -> None:
        ip("link", "set", "eth0", "down", inside=self.name)

    def join_again(self, address: str = "") -> None:
        """At `address` where that is another: from one network to the next, as a telephone does on its way out."""
        ip("addr", "flush", "dev", "eth0", inside=self.name)
        self.address = address or self.address
        self._connect()

    def lose(self, share: float) -> None:
        """So much of the media that comes in, by chance; 1: all of it, 0: nothing. Sockets are not touched."""
        self._firewall("-F")
        if share:
            by_chance = ["-m", "statistic", "--mode", "random", "--probability", str(share)] if share < 1 else []
            self._firewall("-A", "INPUT", "-p", "udp", *by_chance, "-j", "DROP")

    def narrow(self, kbit: int) -> None:
        """So many thousand bits a second leave it, the rest waits for up to a second; 0: as many as there are."""
        line = ["tc", "-n", self.name, "qdisc", "replace" if kbit else "delete", "dev", "eth0", "root"]
        how = ["tbf", "rate", f"{kbit}kbit", "burst", "4kb", "latency", "1s"] if kbit else []
        subprocess.run([*line, *how], check=True, capture_output=True, text=True)

    def _firewall(self, *words: str) -> None:
        command = ["ip", "netns", "exec", self.name, "iptables", "-w", *words]
        subprocess.run(command, check=True, capture_output=True, text=True)

    def program(self, program: str, folder: Path) -> Path:
        """A program that runs there, as one that can be started from here."""
        wrapper = folder / f"in-{self.name}"
        wrapper.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n')
        wrapper.chmod(0o755)
        return wrapper


def must_be_alone() -> None:
    """Raises RuntimeError in the network of the machine itself: bridges and cables of tests have no business there."""
    if NOBODY not in {name for _, name in socket.if_nameindex()}:
        raise RuntimeError("Machines of a test need a network of their own: python -m tests.harness alone pytest ...")


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    must_be_alone()
    here = os.getpid()
    bridge = f"br{here}"[:15]
    machines = Machine(f"rw{here}a", "10.88.0.1"), Machine(f"rw{here}b", "10.88.0.2")
    ip("link", "add", bridge, "type", "bridge")
    try:
        ip("addr", "add", f"{SERVER}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for machine in machines:
            machine.set_up(bridge)
        yield machines
    finally:
        for machine in machines:
            machine.take_down()
        ip("link", "delete", bridge)


@contextmanager
def reached_from_outside(port: int) -> Iterator[None]:
    """A server that listens on our loopback alone is reached at SERVER and the same port too."""
    with socket.create_server((SERVER, port)) as door:
        threading.Thread(target=_let_in, args=[door, port], daemon=True).start()
        yield
        door.shutdown(socket.SHUT_RDWR)


def _let_in(door: socket.socket, port: int) -> None:
    with suppress(OSError):  # the door is shut
        while True:
            outside, _ = door.accept()
            inside = socket.create_connection(("127.0.0.1", port))
            for one, other in ((outside, inside), (inside, outside)):
                threading.Thread(target=_carry, args=[one, other], daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(PIECE):
            other.sendall(piece)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
