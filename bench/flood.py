"""How long a signal of one call takes while a hundred other sockets flood the same server process."""

import asyncio

from bench import crowd, sites
from bench.report import Goal, Row
from bench.servers import Server
from tests.calls.signalling.floods import KINDS, Flooder, seat, talk_beside
from tests.journeys.site import Site

DELAY = Goal("flood: longest delay of another call's signal, seconds", 1)
PAIRS, SECONDS = 50, 10
WHAT = {"signals": "signals to each other", "junk": "what cannot be read", "joins": "the costliest message, `join`"}


def rows(server: Server) -> list[Row]:
    return asyncio.run(_rows(server))


async def _rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "flood", pairs=PAIRS + 1)
    with sites.served(Site, people.url, server.folder / "flood", "--no-worker") as site:
        rooms = zip(people.rooms, zip(people.callers, people.experts, strict=True), strict=True)
        hers, his, *others = [line for code, cookies in rooms for line in await seat(site, code, cookies)]
        longest, told = [], []
        for kind, what in WHAT.items():
            talk = await talk_beside(
                [Flooder(line, KINDS[kind]) for line in others], hers, his, seconds=SECONDS, per_s=20
            )
            if any(heard != list(range(talk.sent)) for heard in talk.heard.values()):
                raise RuntimeError(f"signals were lost among {what}")
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
            peer=f"{2 * PAIRS} sockets sending 20 messages a second each",
            ours=None,
            theirs=None,
            unit="s",
            note="; ".join(told),
        )
    ]
