"""When each of the two came into the room and left it, by the server's clock: a part of the call's line of time.

The room is locked by whoever calls (ending.py). A page that takes the seat over from an older one has not come anew.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from calls.rooms.models import Attendance, Call
from marketplace.accounts.models import User

A_MOMENT = timedelta(seconds=5)


def came(*, call: Call, user: User, now: datetime) -> None:
    """Harmless to repeat. Who left a moment ago has not left: else a page that comes and goes could fill the other's receipt."""
    last = Attendance.objects.filter(call=call, user=user).order_by("pk").last()
    if last is None or (last.left_at and now - last.left_at > A_MOMENT):
        Attendance.objects.create(call=call, user=user, joined_at=now)
    elif last.left_at:
        last.left_at = None
        last.save(update_fields=["left_at"])


def left(*, room_id: int, user_ids: Iterable[int] | None = None, at: datetime) -> None:
    """Those people, or all who are there. A server that died last knew of somebody before they came: they left as they came."""
    there = Attendance.objects.filter(call__room=room_id, left_at=None)
    for each in there if user_ids is None else there.filter(user__in=user_ids):
        each.left_at = max(each.joined_at, at)
        each.save(update_fields=["left_at"])
