"""How long a signal of one call takes while a hundred other sockets flood the same server process."""

import asyncio
import time

from bench import crowd, sites, size
from bench.report import Goal, Row
from bench.servers import Server
from tests.calls.signalling.floods import KINDS, PER_S, Flooder, seat, talk_beside
from tests.journeys.site import Site

DELAY = Goal("flood: longest delay of another call's signal, seconds", 1)
PAIRS, SECONDS = size(50, small=2), size(10, small=2)
ENOUGH = 0.95  # of what they should send
WHAT = {"signals": "signals to each other", "junk": "what cannot be read", "joins": "the costliest message, `join`"}


def rows(server: Server) -> list[Row]:
    return asyncio.run(_rows(server))


async def _rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "flood", pairs=PAIRS + 1)
    with sites.served(Site, people.url, server.folder / "flood", "--no-worker") as site:
        rooms = zip(people.rooms, zip(people.callers, people.experts, strict=True), strict=True)
        hers, his, *others = [line for code, cookies in rooms for line in await seat(site, code, cookies)]
        longest, told, rates = [], [], []
        for kind, what in WHAT.items():
            flood = [Flooder(line, KINDS[kind]) for line in others]
            begun = time.monotonic()
            talk = await talk_beside(flood, hers, his, seconds=SECONDS, per_s=20)
            rates.append(sum(flooder.sent for flooder in flood) / len(flood) / (time.monotonic() - begun))
            if any(heard != list(range(talk.sent)) for heard in talk.heard.values()):
                raise RuntimeError(f"signals were lost among {what}")
            if rates[-1] < ENOUGH * PER_S:
                raise RuntimeError(
                    f"of {what} only {rates[-1]:.1f} a second were sent: this machine is too slow for it"
                )
            longest.append(max(talk.delays_s))
            told.append(f"{what} {max(talk.delays_s):.3f}")
        for line in (hers, his, *others):
            await line.close()
    return [
        Row(
            name=DELAY.name,
            ratio=round(max(longest), 3),
            goal=DELAY.goal,
            better=DELAY.better,
            spread=(round(min(longest), 3), round(max(longest), 3)),
            peer=f"{2 * PAIRS} sockets sending {min(rates):.1f} messages a second each",
            ours=None,
            theirs=None,
            unit="s",
            note="; ".join(told),
        )
    ]
