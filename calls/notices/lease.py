"""The lease row of this server process: taken, refreshed, given up. See `Process`."""

from datetime import datetime
from uuid import UUID

from calls.notices.models import Process


def channel_of(process: UUID) -> str:
    """Where the channel layer reaches a process. Made here alone."""
    return f"ringwise.process.{process.hex}"


def channels_but(*, process: UUID | None) -> list[str]:
    """Of the processes that live, without this one."""
    return list(Process.objects.filter(dead_at=None).exclude(id=process).values_list("channel", flat=True))


def take(*, process: UUID, now: datetime) -> None:
    Process.objects.create(id=process, channel=channel_of(process), started_at=now, beat_at=now)


def beat(*, process: UUID, now: datetime) -> bool:
    """False: this process was declared dead, and what it witnessed is already ended."""
    return Process.objects.filter(id=process, dead_at=None).update(beat_at=now) == 1


def give_up(*, process: UUID, now: datetime) -> None:
    """A process that stops in good order does not wait to be found dead."""
    Process.objects.filter(id=process, dead_at=None).update(beat_at=now, dead_at=now)
