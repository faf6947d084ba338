"""How a call ends, whoever ends it: the call, then its meter, then the seats, then everybody is told."""

from datetime import datetime

from django.db import transaction

from calls.metering import services as metering
from calls.notices import services as notices
from calls.rooms import attendance
from calls.rooms.models import Call, Room, Seat
from marketplace.accounts.models import User
from marketplace.experts import services as experts

State = Call.State


def lock(room_id: int) -> None:
    """To be called first by whatever answers, changes or ends a room's call, or takes or gives up its seats.

    Then what is read of them stays true, and the locks of all are taken in one order: people (of a ring), the room, the
    call, what the metering needs, seats, presence.
    """
    Room.objects.select_for_update(no_key=True).get(id=room_id)


def end(
    *, call: Call, state: str, reason: str, now: datetime, by: User | None = None, only_if_due: bool = False
) -> bool:
    """Takes an open call to a closed `state`, settling what runs. `by` hung up.

    False: somebody else changed it first, or (`only_if_due`) came back and so took the deadline away.
    """
    mine = Call.objects.filter(id=call.id, state=call.state)
    if only_if_due:
        mine = mine.filter(deadline_at__lte=now)
    with transaction.atomic():
        lock(call.room_id)
        if not mine.update(state=state, end_reason=reason, ended_at=now, deadline_at=None):
            return False
        if call.state == State.LIVE:
            metering.end_for_call(call=call, now=now, reason=reason, by=by)
        else:
            metering.drop_agreed(call=call, now=now)
        Seat.objects.filter(room_id=call.room_id).delete()
        attendance.left(room_id=call.room_id, at=now)
        if call.state != State.RINGING:
            set_in_call(call=call, in_call=False)
        call.state, call.end_reason, call.ended_at, call.deadline_at = state, reason, now, None
        tell(call=call)
        return True


def set_in_call(*, call: Call, in_call: bool, answered_by: User | None = None) -> None:
    """Both are busy while in a call: a caller can be an expert too. Their rows are locked in one order, whoever calls."""
    for user in sorted((call.caller, call.expert), key=lambda user: user.id):
        if experts.set_in_call(user=user, in_call=in_call, has_answered=user == answered_by):
            notices.tell_watchers(user_id=user.id)


def tell(*, call: Call) -> None:
    """The room and every open page of both."""
    notices.tell_room(room_id=call.room_id)
    notices.tell_member(user_id=call.caller_id)
    notices.tell_member(user_id=call.expert_id)
