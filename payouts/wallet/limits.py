"""How much and how often: limits on top-ups, which keep credit small and stolen cards from being tried here (PRODUCT, 3)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet, Sum

from payouts.money import Money
from payouts.wallet import blocks
from payouts.wallet.holds import paid_credit, paid_held
from payouts.wallet.models import Decline, TopUp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE_LIVES = timedelta(hours=24)  # Stripe's payment page, unless it is closed before
PAGE_COMES = timedelta(minutes=2)  # longer than asking Stripe takes; without its answer nobody knows the page's address


class CreditLimit(Exception):
    """The top-up would take the credit above CREDIT_MINOR_MAX. `room` is the highest top-up possible now."""

    def __init__(self, room: Money) -> None:
        super().__init__(f"{room.minor} {room.currency} can be added")
        self.room = room


class DayLimit(CreditLimit):
    """More than TOP_UP_MINOR_DAY_MAX would be paid in 24 hours. `room` is the highest top-up possible now."""


class CheckoutsOpen(Exception):
    """Payment pages are open on which the member could pay more than CREDIT_MINOR_HARD_MAX, as credit or in a day."""


class TooOften(Exception):
    """More top-ups were started, or more cards declined, than an honest member needs. Not before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


def room_for_credit(*, member: AbstractBaseUser) -> Money:
    """What may still be added before the limit on credit (what is held counts: it can come back; what was given does not)."""
    room = settings.CREDIT_MINOR_MAX - (paid_credit(member=member) + paid_held(member=member)).minor
    return Money(max(0, room), settings.CURRENCY)


def room_today(*, member: AbstractBaseUser, now: datetime) -> Money:
    """What may still be paid in, in the 24 hours until now."""
    return Money(max(0, settings.TOP_UP_MINOR_DAY_MAX - _paid_today(member, now)), settings.CURRENCY)


def _paid_today(member: AbstractBaseUser, now: datetime) -> int:
    paid = TopUp.objects.filter(member_id=member.pk, state=TopUp.State.PAID, paid_at__gt=now - DAY)
    return paid.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def check(*, member: AbstractBaseUser, amount: Money, now: datetime) -> None:
    """Whether the member may start this top-up now. Raises PaymentsBlocked, TooOften, CreditLimit, DayLimit, CheckoutsOpen."""
    blocks.check(member)
    if until := may_start_at(member=member, now=now):
        raise TooOften(until)
    room, today = room_for_credit(member=member), room_today(member=member, now=now)
    if amount > room:
        raise CreditLimit(room)
    if amount > today:
        raise DayLimit(today)
    could_be_paid = open_top_ups(member, now).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    most = max(settings.CREDIT_MINOR_MAX - room.minor, _paid_today(member, now))
    if most + could_be_paid + amount.minor > settings.CREDIT_MINOR_HARD_MAX:
        raise CheckoutsOpen


def may_start_at(*, member: AbstractBaseUser, now: datetime) -> datetime | None:
    """When top-ups may be started again; None: now."""
    started = TopUp.objects.filter(member_id=member.pk).order_by("-made_at").values_list("made_at", flat=True)
    waits = [_free_again(started, settings.TOP_UPS_PER_HOUR, HOUR, now), *_after_declines(member, now)]
    return max((moment for moment in waits if moment), default=None)


def is_declined_too_often(*, member: AbstractBaseUser, now: datetime) -> bool:
    """Then the payment pages that are still open are closed: on them, cards could be tried on."""
    return any(_after_declines(member, now))


def _after_declines(member: AbstractBaseUser, now: datetime) -> list[datetime | None]:
    declined = (
        Decline.objects.filter(member_id=member.pk).order_by("-declined_at").values_list("declined_at", flat=True)
    )
    return [
        _free_again(declined, settings.DECLINES_PER_HOUR, HOUR, now),
        _free_again(declined, settings.DECLINES_PER_DAY, DAY, now),
    ]


def _free_again(newest_first: QuerySet[Any, datetime], most: int, window: timedelta, now: datetime) -> datetime | None:
    """When fewer than `most` of these moments lie in the window; None: already now."""
    last = list(newest_first[:most])
    free_at = last[-1] + window if len(last) == most else now
    return free_at if free_at > now else None


def open_top_ups(member: AbstractBaseUser, now: datetime) -> QuerySet[TopUp]:
    """Those that may still be paid. From a saved card also while Stripe does not answer: the worker goes on asking."""
    is_asked = Q(state=TopUp.State.OPEN) | Q(state=TopUp.State.NEW, way=TopUp.Way.CARD)
    is_new = Q(state=TopUp.State.NEW, made_at__gt=now - PAGE_COMES)
    may_be_paid = is_asked & Q(made_at__gt=now - PAGE_LIVES) | is_new
    return TopUp.objects.filter(may_be_paid, member_id=member.pk)
