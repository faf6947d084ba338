"""What it costs the server to hand a message of one browser to the other, beside PeerJS, which does nothing else."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import ROUNDS, cpu, crowd, peerjs, sites
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
PAIRS, IDLE = 500, 4_000
EACH = 10  # messages that every socket of a pair sends in a round: what it may send at once
IN_TURN = 50
MICRO = 1e6


@dataclass
class Side:
    """A server with its sockets, and what a message cost it in each round. `texts`: what each wire sends."""

    pid: int
    wires: Sequence[Wire]
    texts: Sequence[str]
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

    def _received(self) -> int:
        return sum(wire.received for wire in self.wires)


def rows(server: Server) -> list[Row]:
    allow_many_files()
    return asyncio.run(_rows(server))


async def _rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "relay", members=IDLE, pairs=PAIRS)
    with ExitStack() as running:
        daphne, uvicorn, many = [
            running.enter_context(sites.served(kind, server.copy_of("relay", name), server.folder / name, *arguments))
            for kind, name, *arguments in (
                (Site, "relay_daphne", "--no-worker"),
                (OnUvicorn, "relay_uvicorn"),
                (Site, "relay_many", "--no-worker"),
            )
        ]
        ours = [await _seated(site, people) for site in (daphne, uvicorn, many)]
        idle = await sites.idle(many, people.members)
        theirs, why = await _peers(running)
        for _ in range(ROUNDS):
            for side in (*ours, *([theirs] if theirs else [])):
                await side.relay()
        if not all(wire.is_open for wire in idle):
            raise RuntimeError("an idle socket was closed")
        return [*_beside_peerjs(ours[1], ours[0], theirs, why), _beside_fewer(ours[2], ours[0])]


async def _seated(site: Site, people: crowd.Crowd) -> Side:
    wires = [wire for pair in await sites.seated(site, people) for wire in pair]
    return Side(sites.pid(site), wires, [sites.signal(BYTES)] * len(wires))


async def _peers(running: ExitStack) -> tuple[Side | None, str]:
    """None, and why, where PeerJS is missing."""
    try:
        peer = running.enter_context(peerjs.peer_server())
    except peerjs.Missing as missing:
        return None, str(missing)
    names = [f"peer-{number}" for number in range(2 * PAIRS)]
    texts = [peerjs.candidate(names[number ^ 1], BYTES) for number in range(2 * PAIRS)]
    return Side(peer.pid, await peerjs.wires(peer, names), texts), ""


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
        note=f"{2 * PAIRS:,} in rooms, sending; {IDLE:,} members' pages beside them, answering pings",
    )
