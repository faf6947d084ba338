"""What rings a member: the `rings` message of signalling/PROTOCOL.md."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from calls.metering import services as metering
from calls.metering.moments import to_ms
from calls.rooms.admission import covers_ten_minutes
from calls.rooms.models import Call
from calls.rooms.together import TAKEN
from calls.waiting import services as waiting
from marketplace.accounts.models import User
from marketplace.prepared import Prepared, moment, number

State = Call.State

SHOWN_AFTER = timedelta(seconds=30)  # how long a page can still learn how a ring ended


def rings_state(*, user: User, now: datetime) -> dict:
    calls = _told.ask(user=user.pk, since=now - SHOWN_AFTER)
    return {
        "type": "rings",
        "now": to_ms(now),
        **_ringing_at([call for call in calls if call.rung_id == user.pk], now),
        "outgoing": _outgoing([call for call in calls if call.ringer_id == user.pk and call.ask_id is None], now),
        **waiting.waiting_state(member=user),
    }


@Prepared
def _told() -> QuerySet[Call]:
    """All that somebody rings, or rang lately, and all that rings or rang at them, in one look: of most pages it is nothing."""
    since, user = moment("since"), number("user")
    lately = Q(state__in=[State.RINGING, State.ANSWERED]) | Q(answered_at__gt=since) | Q(ended_at__gt=since)
    calls = Call.objects.filter(lately, Q(caller=user) | Q(expert=user))
    return calls.select_related("room", "caller", "expert__profile", "ask").order_by("id")


def _ringing_at(calls: list[Call], now: datetime) -> dict:
    """What rings, and what was just answered, here or by another expert: windows that stop ringing can say why."""
    since = now - SHOWN_AFTER
    ringing = [call for call in calls if call.state == State.RINGING]
    agreed = metering.agreed_rates(calls=ringing) if ringing else {}
    return {
        "incoming": [_incoming(call, agreed.get(call.id)) for call in ringing],
        "answered": [call.id for call in calls if call.answered_at and call.answered_at > since],
        "taken": [call.id for call in calls if call.end_reason == TAKEN and call.ended_at and call.ended_at > since],
    }


def _incoming(call: Call, agreed_rate: str | None) -> dict:
    return {
        "call": call.id,
        "room": None if call.ask_id else call.room.code,  # at the others it rings as well, mostly in vain
        "back": call.rung_by_expert,
        "asked": call.ask_id is not None,
        "line": call.line,
        "until": to_ms(call.ring_until),
        **({"expert": _expert(call.expert)} if call.rung_by_expert else _caller(call, agreed_rate)),
    }


def _caller(call: Call, agreed_rate: str | None) -> dict:
    """What the expert decides by."""
    caller = call.caller
    before = Call.objects.filter(caller=caller, expert_id=call.expert_id, started_at__isnull=False)
    return {
        "caller": {
            "id": caller.id,
            "name": caller.name,
            "guest": caller.is_guest,
            "language": caller.language,
            "past_calls": before.count(),
        },
        "has_ten_minutes": not caller.is_guest and covers_ten_minutes(caller, call.expert_id),
        "agreed_rate": agreed_rate,
        "max_rate": metering.per_minute(call.ask.max_rate) if call.ask and call.ask.max_rate else None,
    }


def _expert(expert: User) -> dict:
    profile = getattr(expert, "profile", None)  # a row that may be missing
    return {"id": expert.id, "name": expert.name, "slug": profile.slug if profile else None}


def _called(call: Call) -> dict:
    return {"expert": _expert(call.expert), "agreed_rate": metering.agreed_rates(calls=[call]).get(call.id)}


def _is_shown(call: Call, now: datetime) -> bool:
    if call.state in (State.RINGING, State.ANSWERED):
        return True
    in_vain = call.state in (State.DECLINED, State.MISSED, State.CANCELLED)
    return in_vain and call.ended_at is not None and call.ended_at > now - SHOWN_AFTER


def _outgoing(calls: list[Call], now: datetime) -> dict | None:
    call = next((call for call in reversed(calls) if _is_shown(call, now)), None)
    if call is None:
        return None
    back = call.rung_by_expert
    return {
        "call": call.id,
        "back": back,
        **({"caller": {"id": call.caller_id, "name": call.caller.name}} if back else _called(call)),
        "state": call.state,
        "until": to_ms(call.ring_until),
        "room": call.room.code if call.state == State.ANSWERED else None,
    }
