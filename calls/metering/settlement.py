"""The end of a paid period: one price, one capture, the rest of the holds freed. And what goes back afterwards.

Callers hold the period's lock. Each move of money has a key made from its cause, so a settlement repeated has no effect.
"""

from datetime import datetime

from calls.metering import billing, credit, free_time, mail, stored, witness
from calls.metering.models import Hearing, PaidPeriod
from calls.metering.moments import from_ms
from calls.metering.terms import is_act, is_stored, limit_ms, terms_of, unused_minor
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.commission import split
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.wallet import services as wallet

END_REASONS = frozenset(
    {"back_to_free", "cap", "hung_up", "left", "loss", "pause", "act_done", "act_cancelled", "server", "silent"}
)


def reference(period: PaidPeriod) -> str:
    """How the money services know this period."""
    return f"period:{period.pk}"


def money(period: PaidPeriod, minor: int) -> Money:
    return Money(minor, period.currency)


def hold(period: PaidPeriod, minor: int, *, number: int, now: datetime) -> None:
    """Sets credit aside for the period: 1 is its acceptance, 2 and on are raises. Raises wallet.InsufficientCredit."""
    key = f"{reference(period)}:hold:{number}"
    source = wallet.funding_source()
    source.hold(payer=period.payer, amount=money(period, minor), key=key, reference=reference(period), now=now)
    credit.used(period, now=now)


def end(period: PaidPeriod, *, at: datetime, reason: str, now: datetime, by: User | None = None) -> None:
    """The period is over since `at`, which may be earlier than `now` when the sweeper was late: then it is billed to `at`.

    An act that was not captured yet costs nothing, whatever ended it; of a captured one what is unused is stored.
    """
    if reason not in END_REASONS:
        raise ValueError(f"{reason!r} is not a reason to end a paid period")
    witness.end_stop(period, at=at)
    witness.end_hearings(Hearing.objects.filter(period=period, ended_at=None), at=at)
    heard = witness.stretches(period, until=at)
    period.billable_ms = min(billing.total_ms(heard), limit_ms(period))
    period.state = PaidPeriod.State.ENDED
    period.ended_at, period.end_reason, period.ended_by, period.deadline_at = at, reason, by, None
    if is_stored(period):
        _use_stored(period, at=at, now=now)
    elif is_act(period):
        if period.captured_at is None:
            source = wallet.funding_source()
            source.free(payer=period.payer, reference=reference(period), key=f"{reference(period)}:free", now=now)
        else:
            _store_unused(period, unused_ms=limit_ms(period) - period.billable_ms, now=now)
    else:
        _capture(period, billing.price(terms_of(period), period.billable_ms), at=at, now=now)
        if heard:
            used_ms = billing.free_used_ms(terms_of(period), period.billable_ms)
            free_time.use(period, used_ms=used_ms, first_second=from_ms(heard[0].start))
    period.save()
    mail.enqueue_receipts(period, now=now)


def capture_act(period: PaidPeriod, *, at: datetime, now: datetime) -> None:
    """From `at` on the act is paid for; what stays unused is stored when it ends."""
    _capture(period, period.price_minor or 0, at=at, now=now)
    period.save()


def _capture(period: PaidPeriod, price_minor: int, *, at: datetime, now: datetime) -> None:
    captured = earnings.capture(
        reference=reference(period),
        payer=period.payer,
        expert=period.expert,
        price=money(period, price_minor),
        commission_percent=period.commission_percent,
        key=f"{reference(period)}:capture",
        group=f"listing:{period.listing}",
        label=period.label,
        link=f"/calls/{period.call_id}/",
        now=now,
        release_from=at,
    )
    credit.used(period, now=now)
    period.captured_at = at
    period.amount_minor = price_minor
    period.commission_minor = captured.commission.minor
    period.release_at = captured.release_at


def _store_unused(period: PaidPeriod, *, unused_ms: int, now: datetime) -> None:
    """Less where the expert gave some of it back meanwhile: neither that nor its time is stored."""
    minor = unused_minor(period) - period.given_back_minor
    left = min(minor, earnings.left(reference=reference(period)).minor) if minor > 0 else 0
    if left > 0:
        stored.keep(period, minor=left, ms=unused_ms * left // minor, now=now)
        _kept_less(period, left)


def _use_stored(period: PaidPeriod, *, at: datetime, now: datetime) -> None:
    period.captured_at = at
    period.release_at = stored.use(period, now=now)
    period.commission_minor = split(period.amount_minor, period.commission_percent).commission_minor


def may_give_back() -> bool:
    """Whether a call goes on of whose paid periods something may still go back: their earnings must not be released yet."""
    return PaidPeriod.objects.filter(call__state=Call.State.LIVE).exists()


def correct(period: PaidPeriod, *, now: datetime) -> None:
    """A witness of an ended period spoke late and shortened it: what was charged for the time in between goes back.

    It happens when a server process dies, or a side falls silent, in the seconds before the period ends otherwise.
    """
    old_ms = period.billable_ms
    period.billable_ms = min(old_ms, witness.billable_ms(period, until=period.over_at))
    if period.billable_ms == old_ms:
        return
    terms = terms_of(period)
    unused_ms = billing.free_used_ms(terms, old_ms) - billing.free_used_ms(terms, period.billable_ms)
    free_time.give_back(period, unused_ms=unused_ms)
    period.save()
    less_ms = old_ms - period.billable_ms
    if is_stored(period):
        _put_back(period, less_ms, now=now)
    elif is_act(period):
        _store_unused(period, unused_ms=less_ms, now=now)
    else:
        owed = period.amount_minor - period.given_back_minor - billing.price(terms, period.billable_ms)
        _give_back(period, owed, cause=f"corrected:{period.billable_ms}", now=now)
    period.save()
    mail.enqueue_receipts(period, now=now)


def _put_back(period: PaidPeriod, unused_ms: int, *, now: datetime) -> None:
    """Less where the expert gave some of it back meanwhile: neither that nor its time is stored again."""
    minor = max(0, period.amount_minor - period.given_back_minor - stored.used_minor(period))
    if minor:
        left = min(minor, earnings.left(reference=reference(period)).minor)
        minor, unused_ms = left, unused_ms * left // minor
    stored.put_back(period, minor=minor, ms=unused_ms, now=now)
    _kept_less(period, minor)


def _give_back(period: PaidPeriod, minor: int, *, cause: str, now: datetime) -> None:
    """What the expert, or staff, gave back already is not there to go back again."""
    charge = earnings.of_references(references=[reference(period)]).get(reference(period))
    minor = min(minor, charge.price.minor if charge else 0)
    if minor <= 0:
        return
    key = f"{reference(period)}:{cause}"  # the billable time only ever shrinks: each correction has its own key
    earnings.give_back(reference=reference(period), amount=money(period, minor), key=key, now=now)
    _kept_less(period, minor)


def _kept_less(period: PaidPeriod, minor: int) -> None:
    period.given_back_minor += minor
    kept = period.amount_minor - period.given_back_minor
    period.commission_minor = split(kept, period.commission_percent).commission_minor
