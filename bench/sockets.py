"""What a member's open page costs while nothing happens, beside a client of PeerJS; and how many one process holds.

Memory is compared on uvicorn, which is for those who have many sockets; what Daphne takes is told with it.
"""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from django.conf import settings

from bench import ROUNDS, crowd, peerjs, sites, size
from bench.report import Goal, Row, compare, without_peer
from bench.servers import Server
from bench.wires import Wire, allow_many_files
from tests.journeys.site import OnUvicorn, Site

MEMORY = Goal("sockets: RSS per idle authenticated socket / PeerJS", 2.5)
HELD = Goal("sockets: idle authenticated sockets that one process holds", 5_000, "higher")
DATABASE = Goal("sockets: PostgreSQL connections with 5,000 idle sockets / with 1,000", 1)
STEP = size(1_000, small=10)
LIVES = 1.2  # times the silence after which a socket that answers no ping is closed


def rows(server: Server) -> list[Row]:
    allow_many_files()
    return asyncio.run(_rows(server))


async def _rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "sockets", members=ROUNDS * STEP)
    with ExitStack() as running:
        uvicorn, daphne = [
            running.enter_context(sites.served(kind, people.url, server.folder / kind.__name__, "--no-worker"))
            for kind in (OnUvicorn, Site)
        ]
        peer, why = _peer(running)
        ours, on_daphne = Memory(sites.pid(uvicorn)), Memory(sites.pid(daphne))
        theirs = Memory(peer.pid) if peer else None
        wires: list[Wire] = []
        on_daphne_wires: list[Wire] = []
        others: list[Wire] = []
        connections = []
        for number in range(ROUNDS):
            begin, end = number * STEP, (number + 1) * STEP
            wires += await sites.idle(uvicorn, people.members[begin:end])
            ours.note(end)
            on_daphne_wires += await sites.idle(daphne, people.members[begin:end])
            on_daphne.note(end)
            if peer and theirs:
                others += await _peers(peer, begin, end)
                theirs.note(end)
            connections.append(_connections(server))
        await asyncio.sleep(LIVES * settings.SOCKET_SILENCE_S)
        held = _held_row(uvicorn=wires, daphne=on_daphne_wires)
        return [_memory_row(ours, theirs, on_daphne, why), held, _connections_row(connections)]


class Memory:
    """Of one process: how much more it is, for each socket, than before the first. It grows by leaps: all are counted."""

    def __init__(self, pid: int) -> None:
        self.status = Path(f"/proc/{pid}/status")
        self.before = self._kib()
        self.kib_per_socket: list[float] = []

    def note(self, sockets: int) -> None:
        self.kib_per_socket.append((self._kib() - self.before) / sockets)

    def _kib(self) -> int:
        line = next(line for line in self.status.read_text().splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1])


def _peer(running: ExitStack) -> tuple[peerjs.PeerServer | None, str]:
    try:
        return running.enter_context(peerjs.peer_server()), ""
    except peerjs.Missing as missing:
        return None, str(missing)


async def _peers(peer: peerjs.PeerServer, begin: int, end: int) -> list[Wire]:
    return await peerjs.wires(peer, [f"peer-{number}" for number in range(begin, end)])


def _connections(server: Server) -> int:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'sockets' AND backend_type = 'client backend'"
    return int(server.ask(asked))


def _memory_row(ours: Memory, theirs: Memory | None, on_daphne: Memory, why: str) -> Row:
    if theirs is None:
        return without_peer(MEMORY, peer=peerjs.NAME, why=why)
    note = f"on uvicorn; on Daphne {median(on_daphne.kib_per_socket):.1f} KiB"
    told = {"peer": peerjs.NAME, "unit": "KiB a socket", "note": note}
    return compare(MEMORY, ours=ours.kib_per_socket, theirs=theirs.kib_per_socket, **told)


def _held_row(**wires: list[Wire]) -> Row:
    """On the server that holds fewer."""
    alive = min(sum(wire.is_open for wire in held) for held in wires.values())
    return Row(
        name=HELD.name,
        ratio=alive,
        goal=HELD.goal,
        better=HELD.better,
        spread=None,
        peer=f"{ROUNDS * STEP:,} opened on uvicorn and as many on Daphne",
        ours=None,
        theirs=None,
        unit="sockets",
        note=f"open for more than {LIVES * settings.SOCKET_SILENCE_S:.0f} s, answering pings",
    )


def _connections_row(connections: list[int]) -> Row:
    return Row(
        name=DATABASE.name,
        ratio=round(connections[-1] / connections[0], 3),
        goal=DATABASE.goal,
        better=DATABASE.better,
        spread=(round(min(connections) / connections[0], 3), round(max(connections) / connections[0], 3)),
        peer="ourselves with 1,000",
        ours=connections[-1],
        theirs=connections[0],
        unit="connections",
    )
