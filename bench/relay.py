"""What it costs the server to hand a message of one browser to the other, beside PeerJS, which does nothing else."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import ROUNDS, cpu, crowd, peerjs, sites, size
from bench.report import Goal, Row, compare, without_peer
from bench.servers import Server
from bench.wires import Wire, allow_many_files, until
from tests.journeys.site import OnUvicorn, Site

UVICORN = Goal(
    "relay: CPU per 1 KB message, 1,000 sockets, through our own consumer, on uvicorn (a documented option) / PeerJS",
    1.3,
)
DAPHNE = Goal("relay: same, on Daphne / PeerJS", 5)
MANY = Goal("relay: CPU per message at 5,000 sockets / at 1,000", 1.15)
BYTES = 1024
# Who send; the others are members' open pages, which answer pings: what a server of calls holds.
PAIRS = size(200, small=10)
FEW, MANY_SOCKETS = size(1_000, small=30), size(5_000, small=40)
EACH = 25  # messages that every socket of a pair sends in a round: what it may send at once
IN_TURN = 50
MICRO = 1e6


@dataclass
class Side:
    """A server with its sockets, and what a message cost it in each round. `texts`: what each of `wires` sends."""

    pid: int
    wires: Sequence[Wire]
    texts: Sequence[str]
    idle: Sequence[Wire]
    cost_us: list[float] = field(default_factory=list)

    async def relay(self) -> None:
        before = self._received()
        used = cpu.used_by_tree(self.pid)
        for _ in range(EACH):
            for number, (wire, text) in enumerate(zip(self.wires, self.texts, strict=True)):
                await wire.socket.send(text)
                if number % IN_TURN == 0:
                    await asyncio.sleep(0)  # those who receive have their turn
        count = EACH * len(self.wires)
        await until(lambda: self._received() >= before + count)
        self.cost_us.append((cpu.used_by_tree(self.pid) - used) / count * MICRO)
        if not all(wire.is_open for wire in (*self.wires, *self.idle)):
            raise RuntimeError("a socket was closed")

    def _received(self) -> int:
        return sum(wire.received for wire in self.wires)


def rows(server: Server) -> list[Row]:
    allow_many_files()
    return asyncio.run(_rows(server))


async def _rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "relay", members=MANY_SOCKETS - 2 * PAIRS, pairs=PAIRS)
    with ExitStack() as running:
        daphne, uvicorn, many = [
            running.enter_context(sites.served(kind, server.copy_of("relay", name), server.folder / name, *arguments))
            for kind, name, *arguments in (
                (Site, "relay_daphne", "--no-worker"),
                (OnUvicorn, "relay_uvicorn", "--no-worker"),
                (Site, "relay_many", "--no-worker"),
            )
        ]
        ours = await asyncio.gather(
            _filled(daphne, people, FEW), _filled(uvicorn, people, FEW), _filled(many, people, MANY_SOCKETS)
        )
        theirs, why = await _peers(running)
        for _ in range(ROUNDS):
            for side in (*ours, *([theirs] if theirs else [])):
                await side.relay()
        return [*_beside_peerjs(ours[1], ours[0], theirs, why), _beside_fewer(ours[2], ours[0])]


async def _filled(site: Site, people: crowd.Crowd, count: int) -> Side:
    """With `count` sockets."""
    wires = [wire for pair in await sites.seated(site, people) for wire in pair]
    idle = await sites.idle(site, people.members[: count - len(wires)])
    return Side(sites.pid(site), wires, [sites.signal(BYTES)] * len(wires), idle)


async def _peers(running: ExitStack) -> tuple[Side | None, str]:
    """None, and why, where PeerJS is missing."""
    try:
        peer = running.enter_context(peerjs.peer_server())
    except peerjs.Missing as missing:
        return None, str(missing)
    names = [f"peer-{number}" for number in range(FEW)]
    wires = await peerjs.wires(peer, names)
    texts = [peerjs.candidate(names[number ^ 1], BYTES) for number in range(2 * PAIRS)]
    return Side(peer.pid, wires[: 2 * PAIRS], texts, wires[2 * PAIRS :]), ""


def _beside_peerjs(uvicorn: Side, daphne: Side, theirs: Side | None, why: str) -> list[Row]:
    found = []
    for goal, side in ((UVICORN, uvicorn), (DAPHNE, daphne)):
        if theirs:
            told = {"peer": peerjs.NAME, "unit": "us of CPU a message"}
            found.append(compare(goal, ours=side.cost_us, theirs=theirs.cost_us, **told))
        else:
            found.append(without_peer(goal, peer=peerjs.NAME, why=why))
    return found


def _beside_fewer(many: Side, few: Side) -> Row:
    return compare(
        MANY,
        ours=many.cost_us,
        theirs=few.cost_us,
        peer="ourselves with 1,000",
        unit="us of CPU a message",
        note=f"{2 * PAIRS} of them in rooms, sending; the others are members' open pages",
    )
