"""From *Call now*, or *Call back*, to an answer, or to none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from calls.contacts import services as contacts
from calls.metering import services as metering
from calls.notices import services as notices
from calls.rooms import admission, ending, in_vain, together
from calls.rooms.errors import CallOver, CannotRing
from calls.rooms.models import Ask, Call, Room, Seat
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from payouts.mail import services as mail

State = Call.State


@dataclass(frozen=True)
class Agreement:
    """The caller agreed to the listed rate: to the card that `terms` stands for, and no more than the cap."""

    terms: str
    cap_minor: int


def ring(*, caller: User, expert: User, line: str, now: datetime, agreed: Agreement | None = None) -> Call:
    """Rings every open page of the expert for RING_S. The same call again while it rings, and then nothing is `agreed` anew.

    Raises CannotRing; with what is `agreed` also metering's OfferRefused.
    """
    if caller.id == expert.id:
        raise CannotRing("self")
    with transaction.atomic():
        lock(caller, expert)
        _miss_overdue(caller, expert, now)
        if call := _same(caller, expert, rung_by_expert=False):
            return call
        _leave_behind(caller, now, kept=Q(caller=caller, expert=expert))
        if open_calls(caller).exists():
            raise CannotRing("already_in_call")
        check_expert(caller, expert, now)
        waiting.leave(member=caller, expert_id=expert.pk)
        call = start(caller, expert, line, now)
        if agreed:
            _agree(call, agreed, now)
        ending.tell(call=call)
        return call


def ring_back(*, expert: User, member: User, now: datetime) -> Call:
    """Rings every open page of a member who waits for this expert, and nobody else. The two keep their roles: the expert is who
    earns. The same call again while it rings. Raises CannotRing."""
    with transaction.atomic():
        lock(expert, member)
        _miss_overdue(member, expert, now)
        if call := _same(member, expert, rung_by_expert=True):
            return call
        _leave_behind(expert, now, kept=Q(caller=member, expert=expert))
        entry = _check_back(expert, member, now)
        call = start(member, expert, entry.line, now, rung_by_expert=True)
        ending.tell(call=call)
        return call


def _same(caller: User, expert: User, *, rung_by_expert: bool) -> Call | None:
    ringing = Call.objects.filter(
        caller=caller, expert=expert, state=State.RINGING, rung_by_expert=rung_by_expert, ask=None
    )
    return ringing.select_related("room").first()


def lock(*people: User) -> None:
    """Two rings for one expert, or by one caller, must see each other: one after the other, in one order.

    So must the rooms of the calls that a ring may end, of which there can be several.
    """
    ids = [one.id for one in people]
    list(User.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    theirs = Call.objects.filter(Q(caller__in=ids) | Q(expert__in=ids), state__in=Call.OPEN)
    list(Room.objects.select_for_update(no_key=True).filter(id__in=theirs.values("room")).order_by("id"))


def settle(ringer: User, now: datetime) -> None:
    """Rings of theirs that are over, and calls that they have left, make nobody busy. The caller holds their lock."""
    _miss_overdue(ringer, ringer, now)
    _leave_behind(ringer, now)


def check_expert(caller: User, expert: User, now: datetime) -> None:
    """Whether this expert can be rung by this caller. The caller holds the locks of both. Raises CannotRing."""
    if not contacts.may_see(person=caller, expert=expert):
        raise CannotRing("not_an_expert")
    # First: what they do while they are away is not told.
    seen = contacts.seen_by(person=caller, expert_ids=[expert.pk])[expert.pk]
    if seen.state != "away" and open_calls(expert).exists():
        raise CannotRing("busy")
    if seen.state != "free":
        raise CannotRing(seen.state)
    if code := admission.refusal(caller=caller, expert=expert):
        raise CannotRing(code)
    turn = waiting.whose_turn(expert=expert, now=now)
    if turn is None:
        in_vain.check(caller=caller, expert=expert, rung_by_expert=False, now=now)
    elif turn != caller.pk:
        raise CannotRing("in_line")


def _check_back(expert: User, member: User, now: datetime) -> Waiting:
    entry = waiting.entry_of(member=member, expert=expert)
    if entry is None or not contacts.may_see(person=member, expert=expert):
        raise CannotRing("not_waiting")
    if open_calls(expert).exists():
        raise CannotRing("already_in_call")
    if entry.in_call:
        raise CannotRing("member_busy")
    if not entry.is_here:
        raise CannotRing("not_here")
    in_vain.check(caller=member, expert=expert, rung_by_expert=True, now=now)
    return entry


def start(
    caller: User, expert: User, line: str, now: datetime, *, rung_by_expert: bool = False, ask: Ask | None = None
) -> Call:
    room, _ = Room.objects.get_or_create(caller=caller, expert=expert, defaults={"created_at": now})
    until = now + timedelta(seconds=settings.RING_S)
    return Call.objects.create(
        room=room,
        caller=caller,
        expert=expert,
        rung_by_expert=rung_by_expert,
        ask=ask,
        line=line,
        rang_at=now,
        ring_until=until,
        deadline_at=until,
    )


def _agree(call: Call, agreed: Agreement, now: datetime) -> None:
    try:
        metering.agree(call=call, terms=agreed.terms, cap_minor=agreed.cap_minor, now=now)
    except metering.TermsChanged:
        raise CannotRing("terms_changed") from None


def open_calls(user: User):
    return Call.objects.filter(Q(caller=user) | Q(expert=user), state__in=Call.OPEN)


def _miss_overdue(caller: User, expert: User, now: datetime) -> None:
    """A ring that is over but not yet swept must not make anybody busy."""
    for call in (open_calls(caller) | open_calls(expert)).filter(state=State.RINGING, deadline_at__lte=now):
        miss(call=call, now=now)


def _leave_behind(ringer: User, now: datetime, *, kept: Q | None = None) -> None:
    """Who closed a call's window without hanging up and rings someone else has left that call; `kept` is no other one."""
    elsewhere = open_calls(ringer).exclude(state=State.RINGING).exclude(kept or Q(pk=None))
    for call in elsewhere.select_related("caller", "expert"):
        if not Seat.objects.filter(room_id=call.room_id, user=ringer).exists():
            ending.end(call=call, state=State.ENDED, reason="left", now=now)


def cancel(*, call_id: int, by: User, now: datetime) -> None:
    """Raises Call.DoesNotExist for anybody but who rings, CallOver when it does not ring."""
    call = Call.objects.select_related("caller", "expert").get(Call.rung_by(by), id=call_id)
    with transaction.atomic():
        _close(call, State.CANCELLED, now)
        called_them = not call.rung_by_expert and call.ask_id is None  # an ask calls nobody in particular
        if called_them and now - call.rang_at >= timedelta(seconds=settings.RING_NOTICED_S):
            _tell_missed(call, is_away=False, now=now)


def decline(*, call_id: int, by: User, now: datetime) -> None:
    """Raises Call.DoesNotExist for anybody but who is rung, CallOver when it does not ring."""
    call = Call.objects.get(Call.ringing_at(by), id=call_id)
    with transaction.atomic():
        _close(call, State.DECLINED, now)
        if not call.rung_by_expert:
            experts.note_ring_answered(user=call.expert)
        _wait_no_more(call)


def _close(call: Call, state: str, now: datetime) -> None:
    if call.state != State.RINGING or not ending.end(call=call, state=state, reason="", now=now):
        raise CallOver


def _wait_no_more(call: Call) -> None:
    """Somebody answered. Who was called back waits no longer, even after a no; nor does who asked, once somebody takes it."""
    if call.rung_by_expert or (call.ask_id and call.answered_at):
        waiting.leave(member=call.caller, expert_id=call.expert_id)


def answer(*, call_id: int, by: User, now: datetime) -> Call:
    """The first answer wins, among all experts of an ask; both then have LOSS_ENDS_S to join. Raises Call.DoesNotExist for all
    but who is rung, CallOver, CallTaken."""
    call = Call.objects.select_related("room", "caller", "expert").get(Call.ringing_at(by), id=call_id)
    call.answered_at, call.deadline_at = now, now + timedelta(seconds=settings.LOSS_ENDS_S)
    with transaction.atomic():
        ending.lock(call.room_id)
        if call.ask_id:
            together.take(call=call, now=now)
        mine = Call.objects.filter(id=call.id, state=State.RINGING, ring_until__gt=now).update(
            state=State.ANSWERED, answered_at=call.answered_at, deadline_at=call.deadline_at
        )
        if not mine:
            raise CallOver
        call.state = State.ANSWERED
        ending.set_in_call(call=call, in_call=True, answered_by=None if call.rung_by_expert else call.expert)
        _wait_no_more(call)
        ending.tell(call=call)
    return call


@transaction.atomic
def miss(*, call: Call, now: datetime) -> None:
    """Nobody answered in time. Who was rung gets a mail; of an ask, which called nobody in particular, only who is away now."""
    if together.is_decided(call):
        together.end(call=call, now=now)
        return
    if not ending.end(call=call, state=State.MISSED, reason="", now=now, only_if_due=True):
        return
    if call.rung_by_expert:
        _missed_back(call, now)
        return
    if is_away := experts.note_missed_ring(user=call.expert, caller=call.caller):
        notices.tell_watchers(user_id=call.expert_id)
    if is_away or call.ask_id is None:
        _tell_missed(call, is_away=is_away, now=now)


def _tell_missed(call: Call, *, is_away: bool, now: datetime) -> None:
    facts = {"name": call.caller.shown_name, "line": call.line, "rang_at": call.rang_at, "is_away": int(is_away)}
    mail.enqueue(member=call.expert, template="missed_call", facts=facts, key=missed_key(call), now=now)


def missed_key(call: Call) -> str:
    """Of the mail about it: one an hour of the same person."""
    return f"missed:{call.expert_id}:{call.caller_id}:{call.rang_at:%Y-%m-%dT%H}"


def _missed_back(call: Call, now: datetime) -> None:
    """The expert was there; the member was not, and may wait anew."""
    waiting.leave(member=call.caller, expert_id=call.expert_id)
    slug = Profile.objects.values_list("slug", flat=True).get(user=call.expert_id)
    facts = {"name": call.expert.name, "slug": slug, "rang_at": call.rang_at}
    key = f"missed_back:{call.caller_id}:{call.expert_id}:{call.rang_at:%Y-%m-%dT%H}"
    mail.enqueue(member=call.caller, template="missed_back", facts=facts, key=key, now=now)
