"""Several rings of one ask at once: one answer has the call, and the other rings are over.

Who is first is decided by one row, the ask's, whichever servers the answers come to: it leaves *ringing* once. The order of
locks stays that of ending.py: the room of the ring that is answered, the ask, the call. The other rings have rooms of their
own, which are locked after the commit, one at a time; until then an answer to one of them finds the ask decided. If nobody is
left to do that, the sweeper finds their deadline met.
"""

import logging
from datetime import datetime
from functools import partial

from django.db import transaction

from calls.rooms import ending
from calls.rooms.errors import CallOver, CallTaken
from calls.rooms.models import Ask, Call

log = logging.getLogger(__name__)

TAKEN = "taken"  # the reason of a ring that ended because another expert answered


def take(*, call: Call, now: datetime) -> None:
    """This expert answers: the call is theirs. The caller holds the room's lock. Raises CallTaken, CallOver."""
    newest = Call.objects.get(id=call.pk)
    if newest.state != Call.State.RINGING:
        raise CallTaken if newest.end_reason == TAKEN else CallOver
    if not _decide(call.ask_id, Ask.State.ANSWERED, now, but=call.pk):
        raise CallTaken if Ask.objects.filter(id=call.ask_id, state=Ask.State.ANSWERED).exists() else CallOver


def cancel(*, ask: Ask, now: datetime) -> bool:
    """The asker gives up. False: somebody answered first, or nothing of it rings any more."""
    if not ask.calls.filter(state=Call.State.RINGING).exists():
        return False
    return _decide(ask.pk, Ask.State.CANCELLED, now)


def _decide(ask_id: int, state: str, now: datetime, *, but: int | None = None) -> bool:
    cancelled_at = now if state == Ask.State.CANCELLED else None
    ringing = Ask.objects.filter(id=ask_id, state=Ask.State.RINGING)
    if not ringing.update(state=state, cancelled_at=cancelled_at):
        return False
    Call.objects.filter(ask=ask_id, state=Call.State.RINGING).exclude(id=but).update(deadline_at=now)
    transaction.on_commit(partial(_end_rest, ask_id, now), robust=True)
    return True


def _end_rest(ask_id: int, now: datetime) -> None:
    rest = Call.objects.filter(ask=ask_id, state=Call.State.RINGING).select_related("ask", "caller", "expert")
    for call in rest.order_by("id"):
        try:
            end(call=call, now=now)
        except Exception:
            log.exception("A ring could not be ended and will be by the sweeper")


def is_decided(call: Call) -> bool:
    return call.ask is not None and call.ask.state != Ask.State.RINGING


def end(*, call: Call, now: datetime) -> None:
    """A ring of an ask that was answered by another, or cancelled. Nobody missed it."""
    reason = TAKEN if call.ask.state == Ask.State.ANSWERED else ""
    ending.end(call=call, state=Call.State.CANCELLED, reason=reason, now=now)
