"""What rings a member: the `rings` message of signalling/PROTOCOL.md."""

from datetime import datetime, timedelta

from django.db.models import Q

from calls.metering.moments import to_ms
from calls.rooms.admission import covers_ten_minutes
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.experts.models import Profile

State = Call.State

SHOWN_AFTER = timedelta(seconds=30)  # how long a page can still learn how a ring ended


def rings_state(*, user: User, now: datetime) -> dict:
    return {
        "type": "rings",
        "now": to_ms(now),
        **_at_expert(user, now),
        "outgoing": _outgoing(user, now),
    }


def _at_expert(expert: User, now: datetime) -> dict:
    """What rings, and what was just answered: the expert's other windows stop ringing and can say why."""
    told = Q(state=State.RINGING) | Q(answered_at__gt=now - SHOWN_AFTER)
    calls = list(Call.objects.filter(told, expert=expert).select_related("caller").order_by("id"))
    return {
        "incoming": [_incoming(call) for call in calls if call.state == State.RINGING],
        "answered": [call.id for call in calls if call.answered_at],
    }


def _incoming(call: Call) -> dict:
    caller = call.caller
    before = Call.objects.filter(caller=caller, expert_id=call.expert_id, started_at__isnull=False)
    return {
        "call": call.id,
        "caller": {"id": caller.id, "name": caller.name, "language": caller.language, "past_calls": before.count()},
        "line": call.line,
        "has_ten_minutes": covers_ten_minutes(caller, call.expert_id),
        "until": to_ms(call.ring_until),
    }


def _outgoing(caller: User, now: datetime) -> dict | None:
    told = Q(state__in=[State.RINGING, State.ANSWERED]) | Q(
        state__in=[State.DECLINED, State.MISSED, State.CANCELLED], ended_at__gt=now - SHOWN_AFTER
    )
    call = Call.objects.filter(told, caller=caller).select_related("room", "expert").order_by("-id").first()
    if call is None:
        return None
    slug = Profile.objects.filter(user_id=call.expert_id).values_list("slug", flat=True).first()
    return {
        "call": call.id,
        "expert": {"id": call.expert_id, "name": call.expert.name, "slug": slug},
        "state": call.state,
        "until": to_ms(call.ring_until),
        "room": call.room.code if call.state == State.ANSWERED else None,
    }
