"""Presence, told to all pages of this process that show it.

Changes are collected for TICK_S. Then there is one question to the database for all of them, and one message to each page
with all of its changes: neither is asked or sent for each watcher and change. A tick begins when the one before is told, so
that a process with more pages than it can tell in one collects more.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from channels.db import database_sync_to_async

from calls.contacts import services as contacts
from calls.metering.moments import to_ms
from calls.notices.hub import Hub
from marketplace.accounts.models import User
from marketplace.experts import services as experts

log = logging.getLogger(__name__)

TICK_S = 0.2
AGAIN_S = 1.0  # when the database did not answer
CHUNK = 500  # experts in one question
IN_TURN = 50  # pages that are told before all else of the process has its turn


class Page(Protocol):
    person: User | None

    def shows(self, expert: int) -> bool: ...
    def lose(self, expert: int) -> None: ...
    async def send_text(self, text: str) -> None: ...


@dataclass(frozen=True)
class Looks:
    """What everybody sees of some experts, each as it is sent; to whom which of them are away all the same; and of the private
    ones who else may see them."""

    seen: Mapping[int, str]
    hidden: Mapping[int, set[int]]
    private: Mapping[int, set[int]]

    def told(self, page: Page, ids: Iterable[int]) -> str:
        """The `presence` message for this page, or nothing where it shows none of them any more."""
        hidden = self.hidden.get(page.person.id, set()) if page.person else set()
        hidden = hidden | self.closed_to(page)
        shown = [
            _piece(expert, experts.NOT_THERE) if expert in hidden else self.seen[expert]
            for expert in ids
            if page.shows(expert)
        ]
        return message(shown) if shown else ""

    def closed_to(self, page: Page) -> set[int]:
        """Those who have become private since the page began to show them."""
        person = page.person.id if page.person else None
        return {expert for expert, people in self.private.items() if person not in people}


def message(pieces: Iterable[str]) -> str:
    return '{"type": "presence", "experts": [' + ", ".join(pieces) + "]}"


def pieces(seen: Mapping[int, experts.Seen]) -> list[str]:
    return [_piece(expert, one) for expert, one in seen.items()]


def _piece(expert: int, seen: experts.Seen) -> str:
    back_at = seen.back_at and to_ms(seen.back_at)
    return json.dumps({"expert": expert, "state": seen.state, "back_at": back_at})


def look(expert_ids: Iterable[int]) -> Looks:
    ids, seen, hidden = sorted(expert_ids), dict[int, str](), defaultdict[int, set[int]](set)
    private = list[int]()
    for begin in range(0, len(ids), CHUNK):
        chunk = ids[begin : begin + CHUNK]
        found = experts.seen(chunk)
        seen |= {expert: _piece(expert, one) for expert, one in found.items()}
        private += [expert for expert, one in found.items() if one.is_private]
        for expert, person in contacts.blocks_by(member_ids=chunk):
            hidden[person].add(expert)
    return Looks(seen, hidden, contacts.who_see(private))


class Watching:
    """Of one server process; lives on its hub's loop."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.changed: dict[Page, set[int]] = {}
        self.telling: asyncio.Task | None = None

    def note(self, page: Page, expert: int) -> None:
        """What others see of this expert may be another by now."""
        self.changed.setdefault(page, set()).add(expert)
        if self.telling is None:
            self.telling = self.hub.spawn(self._tell_each_tick())

    async def _tell_each_tick(self) -> None:
        wait_s = TICK_S
        try:
            while self.changed:
                await asyncio.sleep(wait_s)
                changed, self.changed = self.changed, {}
                wait_s = TICK_S if await self._told(changed) else AGAIN_S
        finally:
            self.telling = None

    async def _told(self, changed: dict[Page, set[int]]) -> bool:
        """False: what they are now cannot be known yet."""
        try:
            looks = await database_sync_to_async(look)(set().union(*changed.values()))
        except Exception:
            log.exception("Presence could not be read and will be asked for again")
            for page, ids in changed.items():
                self.changed.setdefault(page, set()).update(ids)
            return False
        for number, (page, ids) in enumerate(changed.items()):
            await self._tell(page, looks.told(page, ids))
            for expert in looks.closed_to(page):  # told once that they are away, and no more
                page.lose(expert)
            if number % IN_TURN == 0:
                await asyncio.sleep(0)
        return True

    async def _tell(self, page: Page, text: str) -> None:
        try:
            if text:
                await page.send_text(text)
        except Exception:
            log.exception("A page could not be told of presence")


_watching: Watching | None = None


def of(hub: Hub) -> Watching:
    global _watching  # noqa: PLW0603  (one per process is what it is)
    if _watching is None or _watching.hub is not hub:
        _watching = Watching(hub)
    return _watching
