"""Telling open pages that something changed, whichever process holds their sockets.

A notice has no content: who hears it asks the services for their own fresh state. So notices can be lost, doubled and
reordered without harm. They go out when the transaction is committed, from any thread of any process; to other processes
together with what else is told at that time (hub.TOGETHER_S).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.db import transaction

from calls.notices import hub as hubs
from calls.notices import lease
from calls.notices.models import Process

FORGET_DEAD_AFTER = timedelta(minutes=1)


def tell_room(*, room_id: int) -> None:
    """Something in the room, its call, its offers or its meter changed."""
    _tell("room", room_id)


def tell_member(*, user_id: int) -> None:
    """The member's rings changed."""
    _tell("member", user_id)


def tell_watchers(*, user_id: int) -> None:
    """The expert's presence changed."""
    _tell("watchers", user_id)


def tell_watchers_of(*, user_ids: Iterable[int]) -> None:
    """The presence of all these experts changed."""
    _tell("watchers", *user_ids)


def _tell(topic: str, *abouts: int) -> None:
    transaction.on_commit(lambda: _send([(topic, about) for about in abouts]), robust=True)


def _send(notices: Sequence[hubs.Topic]) -> None:
    hub, layer = hubs.current(), get_channel_layer()
    alone = isinstance(layer, InMemoryChannelLayer)
    if hub:
        for notice in notices:
            hub.call_from_thread(hub.tell, *notice)
            if not alone:
                hub.call_from_thread(hub.tell_others, *notice)
    elif not alone and notices and (channels := lease.channels_but(process=None)):
        async_to_sync(hubs.send_notices)(layer, channels, notices)


def end_dead_processes(*, now: datetime) -> list[tuple[UUID, datetime]]:
    """Declares dead every process whose last beat is older than LEASE_DEAD_S; all dead ones with their last beat.

    A process stays in the answer for FORGET_DEAD_AFTER: whoever clears up after it can be killed half-way, and a
    process that was only asleep can write a last row before it notices. Clearing up must therefore be repeatable.
    Where the clock was set back a beat can lie ahead: from then on it was now, or who dies next would live until that moment.
    """
    silent_since = now - timedelta(seconds=settings.LEASE_DEAD_S)
    Process.objects.filter(dead_at=None, beat_at__gt=now).update(beat_at=now)
    Process.objects.filter(dead_at=None, beat_at__lt=silent_since).update(dead_at=now)
    return list(Process.objects.exclude(dead_at=None).values_list("id", "beat_at"))


def forget_dead_processes(*, now: datetime) -> None:
    """Drops the rows of processes that were cleared up after, at the earliest FORGET_DEAD_AFTER they were declared dead."""
    Process.objects.filter(dead_at__lt=now - FORGET_DEAD_AFTER).delete()
