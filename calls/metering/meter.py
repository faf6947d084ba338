"""The states of a paid period and what moves it from one to the next without anybody pressing anything.

countdown -> running <-> paused | stopped -> ended. `running` means: both sides hear each other and nothing stands still,
so its end is known in advance and `deadline_at` says when. Every service locks the period, catches up with the
deadlines that have passed (each at its own moment, however late that is noticed), acts, and catches up again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from calls.metering import settlement, witness
from calls.metering.errors import MeterRefused
from calls.metering.models import PaidPeriod, Stop
from calls.metering.moments import from_ms, to_ms
from calls.metering.terms import captures_after, is_act, is_stored, limit_ms
from calls.notices.services import tell_room
from marketplace.accounts.models import User

State, Reason = PaidPeriod.State, Stop.Reason
LOSS_WINDOW = timedelta(minutes=10)


def lock(period_id: int) -> PaidPeriod:
    """The period, for this transaction alone. Raises PaidPeriod.DoesNotExist."""
    return PaidPeriod.objects.select_for_update(of=("self",)).select_related("call").get(pk=period_id)


def lock_for(period_id: int, member: User) -> PaidPeriod:
    """The period, if `member` is one of its two. Raises MeterRefused not_yours."""
    if not PaidPeriod.objects.filter(Q(payer=member.pk) | Q(expert=member.pk), pk=period_id).exists():
        raise MeterRefused("not_yours")
    return lock(period_id)


def side_of(period: PaidPeriod, member: User) -> str:
    return witness.PAYER if member.pk == period.payer_id else witness.EXPERT


def is_over(period: PaidPeriod) -> bool:
    return period.state == State.ENDED


# --- Moves, in the order in which a period can meet them ------------------------------------------------------------


def count_down(period: PaidPeriod, *, until: datetime) -> None:
    _enter(period, State.COUNTDOWN, until)


def count_down_again(period: PaidPeriod, *, at: datetime) -> None:
    """Resume was pressed after a long loss: the meter stands still for one more countdown, so that nobody is surprised."""
    Stop.objects.create(period=period, reason=Reason.COUNTDOWN, side=witness.PAYER, started_at=at)
    count_down(period, until=at + timedelta(seconds=settings.COUNTDOWN_S))


def go_on(period: PaidPeriod, *, at: datetime) -> None:
    """Run if both sides hear each other; else stand still for loss."""
    deaf = witness.deaf_sides(period)
    if deaf:
        stop(period, at=at, reason=Reason.LOSS, side=deaf[0] if len(deaf) == 1 else "")
    else:
        run(period, at=at)


def run(period: PaidPeriod, *, at: datetime) -> None:
    _enter(period, State.RUNNING, _runs_until(period, at))


def stop(period: PaidPeriod, *, at: datetime, reason: str, side: str) -> None:
    loss = Stop.objects.create(period=period, reason=reason, side=side, started_at=at)
    _enter(period, State.STOPPED, _stands_until(period, loss))


def _loss_left(period: PaidPeriod, at: datetime) -> timedelta:
    """How long a loss that begins at `at` may last: LOSS_ENDS_S, less what losses took in the LOSS_WINDOW before.

    Both hear each other until a loss is noticed, a few seconds after the last good report. One side that loses the other
    over and over, by chance or on purpose, would otherwise talk for ever and pay next to nothing.
    """
    return max(
        timedelta(),
        timedelta(seconds=settings.LOSS_ENDS_S)
        - witness.stood_still(period, at - LOSS_WINDOW, at, reasons=[Reason.LOSS, Reason.SERVER]),
    )


def pause(period: PaidPeriod, *, at: datetime, side: str) -> None:
    witness.end_stop(period, at=at)
    taken = Stop.objects.create(period=period, reason=Reason.PAUSE, side=side, started_at=at)
    _enter(period, State.PAUSED, _stands_until(period, taken))


def fell_silent(period: PaidPeriod, *, side: str, at: datetime, reason: str) -> None:
    """`side` stopped hearing at `at`. The earliest silence of either side is what the loss is counted from."""
    at = max(at, witness.runs_since(period))
    if period.state == State.RUNNING:
        stop(period, at=at, reason=reason, side=side)
    elif period.state == State.STOPPED:
        loss = witness.open_stop(period)
        if loss and at < loss.started_at:
            loss.started_at, loss.side, loss.reason = at, side, reason
            loss.save(update_fields=["started_at", "side", "reason"])
            _enter(period, State.STOPPED, _stands_until(period, loss))


def resumes_by_itself(period: PaidPeriod) -> bool:
    """Whether both hear each other again after a loss that was short enough."""
    return not witness.deaf_sides(period) and not was_lost_long(period)


def was_lost_long(period: PaidPeriod) -> bool:
    """Whether both hear each other again, but only after so long that the payer must press *Resume* and a countdown run.

    A pause in between changes nothing about that: it must not be a way around the countdown.
    """
    since = witness.lost_since(period)
    if since is None or witness.deaf_sides(period):
        return False
    back_since = max(period.hearings.filter(ended_at=None).values_list("started_at", flat=True))
    return back_since - since >= timedelta(seconds=settings.LOSS_RESUMES_S)


def can_resume(period: PaidPeriod) -> bool:
    """Whether the payer's *Resume* does something now."""
    standing = witness.open_stop(period)
    if standing is None:
        return False
    if period.state == State.PAUSED:
        return standing.side == witness.PAYER or standing.ready_at is not None
    return period.state == State.STOPPED and not witness.deaf_sides(period)


def ask(period: PaidPeriod, *, at: datetime, silent_since: datetime) -> None:
    """*Still there?* Unanswered for STILL_THERE_S it ends the period, whatever state that is in by then."""
    period.asked_at, period.silent_since, period.expert_there_at = at, silent_since, None
    period.save(update_fields=["asked_at", "silent_since", "expert_there_at"])
    _enter(period, period.state, _own_deadline(period))


def is_there(period: PaidPeriod, *, side: str, at: datetime) -> None:
    """The payer's answer lets the meter go on; the expert's only says that there was somebody until the question. Where nothing
    is asked, what the payer presses is no silence either."""
    was_asked = period.asked_at is not None
    if side == witness.PAYER:
        period.asked_at = period.silent_since = period.expert_there_at = None
        period.payer_there_at = at
    elif was_asked and period.expert_there_at is None:
        period.expert_there_at = at
    else:
        return
    period.save(update_fields=["asked_at", "silent_since", "expert_there_at", "payer_there_at"])
    if was_asked:
        _enter(period, period.state, _own_deadline(period))


def question_until(period: PaidPeriod) -> datetime | None:
    """None: nothing is asked. What a dead server took of the minute comes on top: it may be the payer's."""
    if period.asked_at is None:
        return None
    until = period.asked_at + timedelta(seconds=settings.STILL_THERE_S)
    for dead in period.stops.filter(reason=Reason.SERVER).order_by("started_at"):
        began, ended = max(dead.started_at, period.asked_at), dead.ended_at or _stands_until(period, dead)
        if began < min(ended, until):
            until += ended - began
    return until


def count_anew(period: PaidPeriod) -> None:
    """What the meter had counted became less, or its cap more: where it runs, its end is another."""
    if period.state == State.RUNNING:
        run(period, at=witness.runs_since(period))


def end(period: PaidPeriod, *, at: datetime, reason: str, now: datetime, by: User | None = None) -> None:
    """Whatever ends it: while *Still there?* stands unanswered by the payer, nothing after it is billed."""
    unanswered = _spoken_until(period, by) if period.asked_at else None
    if unanswered and unanswered < at:
        at, reason = unanswered, "silent"
        witness.cut_stops(period, at=at)
    settlement.end(period, at=at, reason=reason, now=now, by=by)
    tell(period)


def _spoken_until(period: PaidPeriod, by: User | None) -> datetime | None:
    """The last spoken second; the question where the expert was there by then. None: the payer ends it, so they are there."""
    if by and by.pk == period.payer_id:
        return None
    asked_at, silent_since = period.asked_at, period.silent_since
    is_expert_there = period.expert_there_at or (by and by.pk == period.expert_id)
    return max(asked_at, silent_since) if is_expert_there and asked_at and silent_since else silent_since


def tell(period: PaidPeriod) -> None:
    """Both people's pages ask for the meter anew once this is committed."""
    tell_room(room_id=period.call.room_id)


def _enter(period: PaidPeriod, state: str, deadline_at: datetime) -> None:
    asked = question_until(period)
    period.state, period.deadline_at = state, min(deadline_at, asked) if asked else deadline_at
    period.save(update_fields=["state", "deadline_at"])
    tell(period)


# --- Deadlines ------------------------------------------------------------------------------------------------------


def catch_up(period: PaidPeriod, *, until: datetime, now: datetime) -> None:
    """Everything that was due up to `until`, each at its own moment; `now` is only when it was noticed."""
    while period.deadline_at is not None and period.deadline_at <= until:
        asked = question_until(period)
        due = _nobody_answered if asked and asked <= period.deadline_at else _WHEN_DUE[period.state]
        due(period, period.deadline_at, now)


def _countdown_is_over(period: PaidPeriod, at: datetime, now: datetime) -> None:
    witness.end_stop(period, at=at)
    go_on(period, at=at)


def _running_is_due(period: PaidPeriod, at: datetime, now: datetime) -> None:
    if _waits_for_capture(period) and at >= _captures_at(period):
        settlement.capture_act(period, at=at, now=now)
        run(period, at=at)
    elif witness.billable_ms(period, until=at) >= limit_ms(period):
        end(period, at=at, reason="act_done" if is_act(period) else "cap", now=now)
    else:
        run(period, at=at)


def _stopped_too_long(period: PaidPeriod, at: datetime, now: datetime) -> None:
    loss = witness.open_stop(period)
    reason = "server" if loss and loss.reason == Reason.SERVER else "loss"
    end(period, at=at, reason=reason, now=now)


def _paused_too_long(period: PaidPeriod, at: datetime, now: datetime) -> None:
    end(period, at=at, reason="pause", now=now)


def _nobody_answered(period: PaidPeriod, at: datetime, now: datetime) -> None:
    end(period, at=at, reason="silent", now=now)


_WHEN_DUE: dict[str, Callable[[PaidPeriod, datetime, datetime], None]] = {
    State.COUNTDOWN: _countdown_is_over,
    State.RUNNING: _running_is_due,
    State.STOPPED: _stopped_too_long,
    State.PAUSED: _paused_too_long,
}


def _own_deadline(period: PaidPeriod) -> datetime:
    """What `deadline_at` is where nothing is asked, of a period that counts down no more."""
    standing = witness.open_stop(period)
    return _stands_until(period, standing) if standing else _runs_until(period, witness.runs_since(period))


def _stands_until(period: PaidPeriod, standing: Stop) -> datetime:
    """When a pause or a loss has lasted so long that the period ends."""
    if standing.reason == Reason.PAUSE:
        return standing.started_at + timedelta(seconds=settings.PAUSE_ENDS_S)
    return standing.started_at + _loss_left(period, standing.started_at)


def _runs_until(period: PaidPeriod, at: datetime) -> datetime:
    """When the meter, running on from `at`, reaches its cap or the act's length; earlier if the act is captured first."""
    left_ms = limit_ms(period) - witness.billable_ms(period, until=at)
    full_at = max(at, from_ms(to_ms(at) + max(0, left_ms)))
    if _waits_for_capture(period):
        return min(full_at, max(at, _captures_at(period)))
    return full_at


def _waits_for_capture(period: PaidPeriod) -> bool:
    return is_act(period) and not is_stored(period) and period.captured_at is None


def _captures_at(period: PaidPeriod) -> datetime:
    """A stop that lasts over this moment puts the capture off until the meter runs again: 2 min of loss cost nothing."""
    return period.counts_from + captures_after()
