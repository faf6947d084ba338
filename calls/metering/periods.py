"""The buttons of a paid period, and what ends it from outside. Each catches up with passed deadlines before it acts.

All raise MeterRefused: `not_yours` for anybody but the two, `over` once ended, and the codes named below.
"""

from datetime import datetime

from django.db import transaction

from calls.metering import meter, settlement, witness
from calls.metering.errors import MeterRefused
from calls.metering.meter import State
from calls.metering.models import CapRaise, Offer, PaidPeriod
from calls.metering.terms import is_act, is_stored
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.wallet import services as wallet


@transaction.atomic
def pause(*, period_id: int, member: User, now: datetime) -> None:
    """Both may, at any time. A pause during a pause changes nothing: the first one keeps its owner."""
    period = living(period_id, member, now)
    if period.state != State.PAUSED:
        meter.pause(period, at=now, side=meter.side_of(period, member))


@transaction.atomic
def resume(*, period_id: int, payer: User, now: datetime) -> None:
    """After a pause the meter goes on at once, after a long loss a countdown runs first, paused or not. Raises not_now."""
    period = living(period_id, payer, now, side=witness.PAYER)
    if period.state in (State.RUNNING, State.COUNTDOWN):
        return  # pressed twice
    if not meter.can_resume(period):
        raise MeterRefused("not_now")
    needs_countdown = period.state != State.PAUSED or meter.was_lost_long(period)
    witness.end_stop(period, at=now)
    if needs_countdown:
        meter.count_down_again(period, at=now)
    elif now < period.counts_from:
        meter.count_down(period, until=period.counts_from)
    else:
        meter.go_on(period, at=now)
    meter.catch_up(period, until=now, now=now)


@transaction.atomic
def ready(*, period_id: int, expert: User, now: datetime) -> None:
    """The expert paused and is back: now the payer's *Resume* works. Raises not_now."""
    period = living(period_id, expert, now, side=witness.EXPERT)
    stop = witness.open_stop(period)
    if period.state != State.PAUSED or stop is None or stop.side != witness.EXPERT:
        raise MeterRefused("not_now")
    if stop.ready_at is None:
        stop.ready_at = now
        stop.save(update_fields=["ready_at"])
        meter.tell(period)


@transaction.atomic
def back_to_free(*, period_id: int, member: User, now: datetime) -> None:
    """Ends the period; during the countdown it costs nothing. On an ended period it has no effect."""
    period = meter.lock_for(period_id, member)
    meter.catch_up(period, until=now, now=now)
    if not meter.is_over(period):
        meter.end(period, at=now, reason="back_to_free", now=now, by=member)


@transaction.atomic
def cancel_act(*, period_id: int, member: User, now: datetime) -> None:
    """Costs nothing until the act is captured. Raises captured afterwards, not_now for what is not an act.

    On an act that was cancelled it has no effect: the button was pressed twice, or by both.
    """
    if meter.lock_for(period_id, member).end_reason == "act_cancelled":
        return
    period = living(period_id, member, now)
    if not is_act(period) or is_stored(period):
        raise MeterRefused("not_now")
    if period.captured_at is not None:
        raise MeterRefused("captured")
    meter.end(period, at=now, reason="act_cancelled", now=now, by=member)


@transaction.atomic
def raise_cap(*, period_id: int, payer: User, to_minor: int, now: datetime) -> None:
    """One more hold for the difference. Raises cap_too_low, insufficient_credit, monthly_limit, payments_blocked;
    not_now for an act.

    Raising to what the cap already is has no effect: the button was pressed twice.
    """
    period = living(period_id, payer, now, side=witness.PAYER)
    if is_act(period):
        raise MeterRefused("not_now")
    if type(to_minor) is not int or to_minor < period.cap_minor:
        raise MeterRefused("cap_too_low")
    by_minor = to_minor - period.cap_minor
    if by_minor == 0:
        return
    if by_minor > wallet.credit(member=payer).minor:
        raise MeterRefused("insufficient_credit")
    try:
        settlement.hold(period, by_minor, number=period.raises.count() + 2, now=now)  # the acceptance made hold 1
    except wallet.InsufficientCredit:
        raise MeterRefused("insufficient_credit") from None
    except wallet.AboveMonthlyLimit:
        raise MeterRefused("monthly_limit") from None
    except wallet.PaymentsBlocked:
        raise MeterRefused("payments_blocked") from None
    CapRaise.objects.create(period=period, by_minor=by_minor, raised_at=now)
    period.cap_minor = to_minor
    period.save(update_fields=["cap_minor"])
    meter.count_anew(period)
    meter.tell(period)


@transaction.atomic
def end_for_call(*, call: Call, now: datetime, reason: str, by: User | None = None) -> None:
    """The call is over: its open offer lapses, what runs is settled, what was bought and not used is stored.

    `reason` is the call's: hung_up, left, or lost. Harmless to repeat.
    """
    for offer in Offer.objects.select_for_update().filter(call=call, state=Offer.State.OPEN):
        offer.close(Offer.State.EXPIRED, now)
    for period_id in call.periods.order_by("pk").values_list("pk", flat=True):
        period = meter.lock(period_id)
        meter.catch_up(period, until=now, now=now)
        if not meter.is_over(period):
            meter.end(period, at=now, reason="loss" if reason == "lost" else reason, now=now, by=by)


def living(period_id: int, member: User, now: datetime, *, side: str | None = None) -> PaidPeriod:
    """The locked period at `now`, if it still lives and `member` is one of its two (of `side`, when given). Whoever presses
    anything is still there."""
    period = meter.lock_for(period_id, member)
    if side and meter.side_of(period, member) != side:
        raise MeterRefused("not_yours")
    meter.catch_up(period, until=now, now=now)
    if meter.is_over(period):
        raise MeterRefused("over")
    meter.is_there(period, side=meter.side_of(period, member), at=now)
    return period
