"""Members come with their first socket on this process, and go AWAY_AFTER_S after their last one closed.

In between nothing is written: going from page to page closes and opens a socket each time.
"""

import asyncio
from collections import Counter
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from calls.notices import services as notices
from calls.notices.hub import Hub
from marketplace.accounts.models import User
from marketplace.experts import services as experts

Key = tuple[UUID, int]  # the process's identity (a reborn one starts anew), the member

_sockets: Counter[Key] = Counter()
_going: dict[Key, asyncio.TimerHandle] = {}


async def arrive(*, hub: Hub, user: User) -> UUID:
    """A socket of `user` opened. Returns the process's identity, for `depart`."""
    process = hub.id
    key = process, user.id
    _sockets[key] += 1
    if timer := _going.pop(key, None):
        timer.cancel()
    elif _sockets[key] == 1:
        await database_sync_to_async(_arrived)(user, process)
    return process


def depart(*, hub: Hub, user: User, process: UUID) -> None:
    """A socket of `user` closed."""
    key = process, user.id
    _sockets[key] -= 1
    if _sockets[key] <= 0:
        del _sockets[key]
        _going[key] = hub.loop.call_later(settings.AWAY_AFTER_S, _go, hub, user, process)


def _go(hub: Hub, user: User, process: UUID) -> None:
    _going.pop((process, user.id), None)
    hub.spawn(database_sync_to_async(_left)(user, process))


def _arrived(user: User, process: UUID) -> None:
    if experts.arrived(user=user, process=process):
        notices.tell_watchers(user_id=user.id)


def _left(user: User, process: UUID) -> None:
    if experts.left(user=user, process=process):
        notices.tell_watchers(user_id=user.id)
