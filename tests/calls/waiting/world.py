"""Calls and moments that the tests of waiting share."""

from datetime import datetime, timedelta
from uuid import UUID

from calls.rooms import services as rooms
from calls.rooms.models import Call, Room
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.accounts.models import User

HERE = UUID(int=1)
SECOND = timedelta(seconds=1)
TURN, RING, DAY = timedelta(seconds=60), timedelta(seconds=45), timedelta(hours=24)


def talk(caller: User, expert: User, now: datetime) -> Call:
    """A call that goes on."""
    call = rooms.ring(caller=caller, expert=expert, line="", now=now)
    for user in (expert, caller):
        rooms.join(room=call.room, user=user, process=HERE, tab=UUID(int=user.pk), now=now)
    call.refresh_from_db()
    return call


def hang_up(call: Call, now: datetime) -> None:
    rooms.leave(room=call.room, user=call.caller, tab=HERE, now=now, reason="hung_up")


def waits(member: User, expert: User, now: datetime, line: str = "") -> Waiting:
    return waiting.wait(member=member, expert=expert, line=line, now=now)


def waited(member: User, expert: User, now: datetime) -> None:
    """They began to wait while the expert was busy."""
    waits(member, expert, now)
    Waiting.objects.filter(member=member, expert=expert).update(may_have_turn=True)


def turn_of(expert: User) -> User | None:
    entry = Waiting.objects.filter(expert=expert, turn_until__isnull=False).select_related("member").first()
    return entry and entry.member


def in_line(expert: User) -> list[User]:
    return [entry.member for entry in Waiting.objects.filter(expert=expert).select_related("member").order_by("pk")]


def answer_to(caller: User, expert: User, now: datetime) -> str:
    """ "rings", or why not."""
    try:
        rooms.ring(caller=caller, expert=expert, line="", now=now)
    except rooms.CannotRing as refused:
        return refused.code
    return "rings"


def past_calls(caller: User, expert: User, *minutes: float, now: datetime) -> None:
    """Calls of these lengths, all of them over."""
    room, _ = Room.objects.get_or_create(caller=caller, expert=expert, defaults={"created_at": now})
    for length in minutes:
        Call.objects.create(
            room=room,
            caller=caller,
            expert=expert,
            state=Call.State.ENDED,
            rang_at=now - DAY,
            ring_until=now - DAY,
            started_at=now - DAY,
            ended_at=now - DAY + timedelta(minutes=length),
        )
