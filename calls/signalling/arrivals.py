"""Members come with their first socket on this process, and go AWAY_AFTER_S after their last one closed: at once where it was
silent as long already.

In between nothing is written: going from page to page closes and opens a socket each time. What could not be written is
tried again: a coming by the next socket, a going by itself until it is done.
"""

import asyncio
import logging
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from calls.notices import services as notices
from calls.notices.hub import Hub
from marketplace.accounts.models import User
from marketplace.experts import services as experts

log = logging.getLogger(__name__)

RETRY_S, RETRY_MAX_S = 0.5, 10.0

Key = tuple[UUID, int]  # the process's identity (a reborn one starts anew), the member


class _Here:
    """A member on this process."""

    def __init__(self) -> None:
        self.sockets = 0
        self.visits = 0  # so that a going knows whether somebody has come since
        self.is_written = False
        self.writing = asyncio.Lock()  # a coming and a going must reach the database in their order


_here: dict[Key, _Here] = {}


async def arrive(*, hub: Hub, user: User) -> UUID:
    """A socket of `user` opened. Returns the process's identity, for `depart`. Raises what the database raises: then it
    has departed already."""
    process = hub.id
    here = _here.setdefault((process, user.id), _Here())
    here.sockets += 1
    here.visits += 1
    try:
        async with here.writing:
            if not here.is_written:
                await database_sync_to_async(_arrived)(user, process)
                here.is_written = True
    except BaseException:
        depart(hub=hub, user=user, process=process)
        raise
    return process


def depart(*, hub: Hub, user: User, process: UUID, was_silent: bool = False) -> None:
    """A socket of `user` closed."""
    here = _here[process, user.id]
    here.sockets -= 1
    if here.sockets == 0:
        visit = here.visits
        wait_s = 0 if was_silent else settings.AWAY_AFTER_S
        hub.loop.call_later(wait_s, lambda: hub.spawn(_go(here, visit, user, process)))


async def _go(here: _Here, visit: int, user: User, process: UUID) -> None:
    """A row left behind would show the member as here with no page open, so this ends only when it is gone."""
    wait_s = RETRY_S
    while not await _gone(here, visit, user, process):
        await asyncio.sleep(wait_s)
        wait_s = min(RETRY_MAX_S, 2 * wait_s)


async def _gone(here: _Here, visit: int, user: User, process: UUID) -> bool:
    """True: the row is gone, or somebody has come since."""
    async with here.writing:
        if here.visits != visit:
            return True
        here.is_written = False
        try:
            await database_sync_to_async(_left)(user, process)
        except Exception:
            log.exception("A member's going could not be written down and will be tried again")
            return False
        if here.visits == visit:
            del _here[process, user.id]
        return True


def _arrived(user: User, process: UUID) -> None:
    if experts.arrived(user=user, process=process):
        notices.tell_watchers(user_id=user.id)


def _left(user: User, process: UUID) -> None:
    if experts.left(user=user, process=process):
        notices.tell_watchers(user_id=user.id)
