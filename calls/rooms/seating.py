"""Who is in the room: joining, leaving, losing the connection, coming back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from calls.contacts import services as contacts
from calls.conversations import chat
from calls.metering import services as metering
from calls.notices import services as notices
from calls.rooms import attendance, ending, ringing
from calls.rooms.errors import NoCall
from calls.rooms.models import Call, Room, Seat
from marketplace.accounts.models import User
from marketplace.prepared import Prepared, number

State = Call.State
BOTH = 2  # seats that are taken


@Prepared
def _open_calls() -> QuerySet[Call]:
    return Call.objects.filter(room=number("room"), state__in=Call.OPEN).select_related("caller", "expert")


def open_call(room: Room) -> Call | None:
    """A room has one at most."""
    return _open_calls.first(room=room.pk)


def join(*, room: Room, user: User, process: UUID, tab: UUID, now: datetime, page: str = "") -> Call:
    """Takes the member's seat for `tab`, the newest; the second person makes the call live.

    Who is rung and joins while it rings has answered. Raises NoCall when no call is open: ringing again is a step of
    its own.
    """
    with transaction.atomic():
        ending.lock(room.id)
        call = open_call(room)
        if call and call.state == State.RINGING and user.id == call.rung_id:
            call = ringing.answer(call_id=call.id, by=user, now=now)
        if call is None:
            raise NoCall
        taken = {seat.user_id: seat for seat in Seat.objects.filter(room=room)}
        _sit(room, user, taken.get(user.pk), process=process, tab=tab, page=page, taken_at=now)
        attendance.came(call=call, user=user, now=now)
        if len(taken.keys() | {user.pk}) == BOTH and _begins(call, now):
            ending.tell(call=call)
        else:
            notices.tell_room(room_id=room.id)  # no other page shows who has come
        return call


def _sit(room: Room, user: User, before: Seat | None, *, tab: UUID, page: str, **taking) -> None:
    """A page that has the seat already shows what it shows; the room's lock keeps others from sitting down meanwhile."""
    taking |= {"tab": tab, "page": page}
    if before is None:
        Seat.objects.create(room=room, user=user, **taking)
        return
    if tab != before.tab and page != before.page:
        taking |= {"hand": False, "screen": False}
    Seat.objects.filter(pk=before.pk).update(**taking)


def _begins(call: Call, now: datetime) -> bool:
    """Both are there. Whether it is live from now on: for the first time."""
    if call.state == State.ANSWERED:
        Call.objects.filter(id=call.id, state=State.ANSWERED).update(state=State.LIVE, started_at=now, deadline_at=None)
        metering.begin_agreed(call=call, now=now)
        return True
    if call.state == State.LIVE:
        Call.objects.filter(id=call.id, state=State.LIVE).update(deadline_at=None)
    return False


def seated_in(*, user: User, code: str) -> int | None:
    """The room of that code, if `user` has a seat in it and its call is live."""
    seats = Seat.objects.filter(user=user, room__code=code, room__calls__state=State.LIVE)
    return seats.values_list("room_id", flat=True).first()


def sign(*, room: Room, user: User, tab: UUID, what: str, on: bool) -> None:
    """A raised `hand`, or that the `screen` is shared: the other is told where it is news, and only of who has the seat."""
    news = Seat.objects.filter(room=room, user=user, tab=tab, **{what: not on})
    with transaction.atomic():
        if news.update(**{what: on}):
            notices.tell_room(room_id=room.id)


def say_in_chat(*, room: Room, user: User, text: str, now: datetime) -> None:
    """Once both are there: a line before that is the ring's. Raises NoCall, chat's BadChat."""
    call = open_call(room)
    if call is None or call.state != State.LIVE:
        raise NoCall
    with transaction.atomic():
        chat.say(call_id=call.id, author=user, text=text, now=now)
        notices.tell_room(room_id=room.id)


def erase_chat(*, room: Room) -> None:
    """Of the open call, for both. Raises NoCall."""
    call = open_call(room)
    if call is None:
        raise NoCall
    with transaction.atomic():
        if chat.erase(call_id=call.id):
            notices.tell_room(room_id=room.id)


def hang_up(*, room: Room, user: User, now: datetime) -> None:
    """Ends the call for both at once; a ringing one is cancelled by who rings. Raises NoCall."""
    with transaction.atomic():
        ending.lock(room.id)
        call = open_call(room)
        if call is None:
            raise NoCall
        if call.state == State.RINGING:
            ending.end(call=call, state=State.CANCELLED, reason="", now=now)
        else:
            ending.end(call=call, state=State.ENDED, reason="hung_up", now=now, by=user)


def report_and_leave(*, room: Room, user: User, now: datetime) -> None:
    """Ends the call that goes on, reports the other person and blocks them. So does it after a call: who was insulted and hung
    up on still reports. Raises NoCall where the two have not talked."""
    with transaction.atomic():
        ending.lock(room.id)
        call = Call.objects.filter(room=room).order_by("-id").first()
        if call is None or call.started_at is None:
            raise NoCall
        if call.state in Call.OPEN:
            hang_up(room=room, user=user, now=now)
        about = room.expert if user.id == room.caller_id else room.caller
        contacts.report(reporter=user, about=about, call_id=call.pk, now=now)
        notices.tell_room(room_id=room.id)


def explain_report(*, room: Room, user: User, words: str, now: datetime) -> None:
    """Of the room's last call. Raises contacts' NotReported, BadWords."""
    call = Call.objects.filter(room=room).order_by("-id").first()
    contacts.explain(reporter=user, call_id=call.pk if call else 0, words=words, now=now)
    notices.tell_room(room_id=room.id)


def vacate(*, room_id: int, user_id: int, tab: UUID, now: datetime) -> bool:
    """The socket of `tab` is gone. A newer tab keeps the seat. False: it had none any more."""
    return _vacate(room_id, Seat.objects.filter(user_id=user_id, tab=tab), now)


def vacate_process(*, process: UUID, beat_at: datetime) -> None:
    """A server process died: its people are gone since its last beat."""
    theirs = Seat.objects.filter(process=process)
    for room_id in theirs.values_list("room_id", flat=True).distinct().order_by("room_id"):
        _vacate(room_id, theirs, beat_at)


@transaction.atomic
def _vacate(room_id: int, seats: QuerySet[Seat], since: datetime) -> bool:
    """Those of `seats` that are in this room. False: there are none any more."""
    ending.lock(room_id)
    gone = seats.filter(room_id=room_id)
    user_ids = list(gone.values_list("user", flat=True))
    if not gone.delete()[0]:
        return False
    attendance.left(room_id=room_id, user_ids=user_ids, at=since)
    _somebody_is_gone(room_id, since)
    return True


def _somebody_is_gone(room_id: int, since: datetime) -> None:
    """The call ends LOSS_ENDS_S later, unless both are back before."""
    Call.objects.filter(room_id=room_id, state=State.LIVE, deadline_at=None).update(
        deadline_at=since + timedelta(seconds=settings.LOSS_ENDS_S)
    )
    notices.tell_room(room_id=room_id)


def leave(*, room: Room, user: User, tab: UUID, now: datetime, reason: str) -> None:
    """`hung_up`: the call ends. `gone`: the seat is empty, and the call ends if nobody comes back."""
    if reason == "hung_up":
        hang_up(room=room, user=user, now=now)
    else:
        vacate(room_id=room.id, user_id=user.id, tab=tab, now=now)
