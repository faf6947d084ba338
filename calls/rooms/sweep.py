"""What must happen in rooms without anybody pressing anything. Called once a second by the worker."""

import logging
from datetime import datetime

from calls.metering import services as metering
from calls.notices import services as notices
from calls.rooms import ending, ringing, seating
from calls.rooms.models import Call
from marketplace.experts import services as experts
from marketplace.search import services as search

State = Call.State
AT_ONCE = 200

log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> int:
    """Rings that are over, answered calls that nobody joined, live ones that somebody lost for good.

    To be called about once a second, by any number of workers. One call that fails is logged and holds up no other.
    """
    due = Call.objects.filter(deadline_at__lte=now, state__in=Call.OPEN).select_related("caller", "expert", "ask")
    calls = list(due.order_by("deadline_at")[:AT_ONCE])
    for call in calls:
        try:
            _end(call, now)
        except Exception:
            log.exception("A call could not be ended and will be tried again")
    return len(calls)


def _end(call: Call, now: datetime) -> None:
    if call.state == State.RINGING:
        ringing.miss(call=call, now=now)
    else:
        reason = "never_joined" if call.state == State.ANSWERED else "lost"
        ending.end(call=call, state=State.ENDED, reason=reason, now=now, only_if_due=True)


def turn_presence(*, now: datetime) -> int:
    """Quiet hours begin and end; experts who were away for a time are back. How many are seen otherwise now."""
    turned = experts.turn(now=now)
    notices.tell_watchers_of(user_ids=turned)
    return len(turned)


def renew_hours(*, now: datetime) -> int:
    """Weekly hours that have begun without their expert: pages say when they are next there. Of how many experts."""
    renewed = search.renew_next_free(now=now)
    notices.tell_watchers_of(user_ids=renewed)
    return len(renewed)


def reap(*, now: datetime) -> int:
    """Ends at its last beat whatever a dead server process witnessed: hearings, presence, seats. Repeatable.

    To be called before the sweeps, so that no deadline is met on the word of a witness who was dead by then.
    """
    dead = notices.end_dead_processes(now=now)
    for process, beat_at in dead:
        metering.process_died(process=process, beat_at=beat_at, now=now)
        notices.tell_watchers_of(user_ids=experts.process_died(process=process))
        seating.vacate_process(process=process, beat_at=beat_at)
    notices.forget_dead_processes(now=now)
    return len(dead)
