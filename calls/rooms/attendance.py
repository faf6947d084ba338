"""When each of the two came into the room and left it, by the server's clock: a part of the call's line of time.

The room is locked by whoever calls (ending.py). A page that takes the seat over from an older one has not come anew.
"""

from collections.abc import Iterable
from datetime import datetime

from calls.rooms.models import Attendance, Call
from marketplace.accounts.models import User


def came(*, call: Call, user: User, now: datetime) -> None:
    """Harmless to repeat."""
    Attendance.objects.get_or_create(call=call, user=user, left_at=None, defaults={"joined_at": now})


def left(*, room_id: int, user_ids: Iterable[int] | None = None, at: datetime) -> None:
    """Those people, or all who are there. A server that died last knew of somebody before they came: they left as they came."""
    there = Attendance.objects.filter(call__room=room_id, left_at=None)
    for each in there if user_ids is None else there.filter(user__in=user_ids):
        each.left_at = max(each.joined_at, at)
        each.save(update_fields=["left_at"])
