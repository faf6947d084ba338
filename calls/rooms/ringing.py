"""From *Call now* to an answer, or to none."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from calls.notices import services as notices
from calls.rooms import admission, ending
from calls.rooms.errors import CallOver, CannotRing
from calls.rooms.models import Call, Room, Seat
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from payouts.mail import services as mail

State = Call.State


def ring(*, caller: User, expert: User, line: str, now: datetime) -> Call:
    """Rings every open page of the expert for RING_S. The same call again while it rings. Raises CannotRing."""
    if caller.id == expert.id:
        raise CannotRing("self")
    with transaction.atomic():
        _lock(caller, expert)
        _miss_overdue(caller, expert, now)
        same = Call.objects.filter(caller=caller, expert=expert, state=State.RINGING)
        if call := same.select_related("room").first():
            return call
        _leave_behind(caller, expert, now)
        _check(caller, expert)
        call = _start_ringing(caller, expert, line, now)
        ending.tell(call=call)
        return call


def _lock(*people: User) -> None:
    """Two rings for one expert, or by one caller, must see each other: one after the other, in one order.

    So must the rooms of the calls that a ring may end, of which there can be several.
    """
    ids = [one.id for one in people]
    list(User.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    theirs = Call.objects.filter(Q(caller__in=ids) | Q(expert__in=ids), state__in=Call.OPEN)
    list(Room.objects.select_for_update(no_key=True).filter(id__in=theirs.values("room")).order_by("id"))


def _check(caller: User, expert: User) -> None:
    if not Profile.objects.filter(user=expert, published_at__isnull=False, user__is_active=True).exists():
        raise CannotRing("not_an_expert")
    if open_calls(caller).exists():
        raise CannotRing("already_in_call")
    if open_calls(expert).exists():
        raise CannotRing("busy")
    if (state := experts.state(expert)) != "free":
        raise CannotRing(state)
    if code := admission.refusal(caller=caller, expert=expert):
        raise CannotRing(code)


def _start_ringing(caller: User, expert: User, line: str, now: datetime) -> Call:
    room, _ = Room.objects.get_or_create(caller=caller, expert=expert, defaults={"created_at": now})
    until = now + timedelta(seconds=settings.RING_S)
    return Call.objects.create(
        room=room, caller=caller, expert=expert, line=line, rang_at=now, ring_until=until, deadline_at=until
    )


def open_calls(user: User):
    return Call.objects.filter(Q(caller=user) | Q(expert=user), state__in=Call.OPEN)


def _miss_overdue(caller: User, expert: User, now: datetime) -> None:
    """A ring that is over but not yet swept must not make anybody busy."""
    for call in (open_calls(caller) | open_calls(expert)).filter(state=State.RINGING, deadline_at__lte=now):
        miss(call=call, now=now)


def _leave_behind(caller: User, expert: User, now: datetime) -> None:
    """Who closed a call's window without hanging up and rings someone else has left that call."""
    elsewhere = open_calls(caller).exclude(state=State.RINGING).exclude(caller=caller, expert=expert)
    for call in elsewhere.select_related("caller", "expert"):
        if not Seat.objects.filter(room_id=call.room_id, user=caller).exists():
            ending.end(call=call, state=State.ENDED, reason="left", now=now)


def cancel(*, call_id: int, caller: User, now: datetime) -> None:
    """Raises Call.DoesNotExist for anybody but the caller, CallOver when it does not ring."""
    _close(caller.calls_made.get(id=call_id), State.CANCELLED, now)


def decline(*, call_id: int, expert: User, now: datetime) -> None:
    """Raises Call.DoesNotExist for anybody but the expert, CallOver when it does not ring."""
    _close(expert.calls_received.get(id=call_id), State.DECLINED, now)
    experts.note_ring_answered(user=expert)


def _close(call: Call, state: str, now: datetime) -> None:
    if call.state != State.RINGING or not ending.end(call=call, state=state, reason="", now=now):
        raise CallOver


def answer(*, call_id: int, expert: User, now: datetime) -> Call:
    """The first answer wins; both then have LOSS_ENDS_S to join. Raises Call.DoesNotExist, CallOver."""
    call = expert.calls_received.select_related("room", "caller", "expert").get(id=call_id)
    call.answered_at, call.deadline_at = now, now + timedelta(seconds=settings.LOSS_ENDS_S)
    with transaction.atomic():
        ending.lock(call.room_id)
        mine = Call.objects.filter(id=call.id, state=State.RINGING, ring_until__gt=now).update(
            state=State.ANSWERED, answered_at=call.answered_at, deadline_at=call.deadline_at
        )
        if not mine:
            raise CallOver
        call.state = State.ANSWERED
        ending.set_in_call(call=call, in_call=True)
        experts.note_ring_answered(user=expert)
        ending.tell(call=call)
    return call


@transaction.atomic
def miss(*, call: Call, now: datetime) -> None:
    """Nobody answered in time. The expert gets a mail, but one an hour of the same caller."""
    if not ending.end(call=call, state=State.MISSED, reason="", now=now, only_if_due=True):
        return
    if is_away := experts.note_missed_ring(user=call.expert, caller=call.caller):
        notices.tell_watchers(user_id=call.expert_id)
    facts = {"name": call.caller.name, "line": call.line, "rang_at": call.rang_at, "is_away": int(is_away)}
    key = f"missed:{call.expert_id}:{call.caller_id}:{call.rang_at:%Y-%m-%dT%H}"
    mail.enqueue(member=call.expert, template="missed_call", facts=facts, key=key, now=now)
