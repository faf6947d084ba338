"""What the asker's pages show of it: `asking` of the `rings` message (signalling/PROTOCOL.md)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from calls.metering.moments import to_ms
from calls.rooms.models import Ask, Call
from calls.rooms.rings import SHOWN_AFTER
from marketplace.accounts.models import User
from marketplace.prepared import Prepared, moment, number


def asking_state(*, user: User, now: datetime) -> dict | None:
    """Their newest ask: while it rings, for 30 s after it ended without an answer, and from an answer until the call is live."""
    longest = timedelta(seconds=settings.RING_S + settings.LOSS_ENDS_S) + SHOWN_AFTER
    ask = _newest_ask.first(caller=user.pk, since=now - longest)
    if ask is None:
        return None
    calls = list(ask.calls.select_related("room", "expert__profile").order_by("id"))
    answered = next((call for call in calls if call.answered_at), None)
    ringing = [call for call in calls if call.state == Call.State.RINGING and call.ring_until > now]
    state, ended_at = _state(ask, calls, answered, ringing)
    if (ended_at and ended_at <= now - SHOWN_AFTER) or (answered and answered.state != Call.State.ANSWERED):
        return None
    return {
        "ask": ask.pk,
        "state": state,
        "category": str(ask.category) if ask.category else "",
        "rung": ask.rung,
        "ringing": len(ringing) if state == "ringing" else 0,
        "until": to_ms(calls[0].ring_until),
        "expert": _expert(answered) if answered else None,
        "room": answered.room.code if answered else None,
        "others": [_expert(call) for call in calls] if state == "missed" else [],
    }


@Prepared
def _newest_ask() -> QuerySet[Ask]:
    asked = Ask.objects.filter(caller=number("caller"), asked_at__gt=moment("since"))
    return asked.select_related("category").order_by("-id")[:1]


def _state(ask: Ask, calls: list[Call], answered: Call | None, ringing: list[Call]) -> tuple[str, datetime | None]:
    """And when it ended without an answer."""
    if answered:
        return "answered", None
    if ask.state == Ask.State.CANCELLED:
        return "cancelled", ask.cancelled_at
    if ringing:
        return "ringing", None
    return "missed", max(call.ended_at or call.ring_until for call in calls)


def _expert(call: Call) -> dict:
    return {"id": call.expert_id, "name": call.expert.name, "slug": call.expert.profile.slug}
