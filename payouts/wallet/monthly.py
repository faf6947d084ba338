"""The payer's monthly limit: what they spend in a calendar month, set aside or captured, stays below it (PRODUCT.md, section 3).

Set at the first payment. Lowering works at once, raising a day later, so that nobody raises it in the heat of a call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from payouts.money import BadAmount, Money
from payouts.wallet.models import Hold, MonthlyLimit

RAISING_TAKES = timedelta(hours=24)


class AboveMonthlyLimit(Exception):
    """The payer's monthly limit does not allow it. `left` is what it allows until the end of the month. Nothing moved."""

    def __init__(self, left: Money) -> None:
        super().__init__(f"{left.minor} {left.currency} is left of the month")
        self.left = left


@dataclass(frozen=True, slots=True)
class Monthly:
    """A limit as it stands. `raised_to` counts from `raised_from` on; None: nothing waits."""

    limit: Money
    spent: Money
    raised_to: Money | None
    raised_from: datetime | None

    @property
    def left(self) -> Money:
        return max(self.limit - self.spent, Money(0, self.limit.currency))


def monthly(*, member: AbstractBaseUser, now: datetime) -> Monthly | None:
    """None: no limit was set yet, for nothing was ever paid."""
    row = MonthlyLimit.objects.filter(member_id=member.pk).first()
    if row is None:
        return None
    _catch_up(row, now)
    waits = Money(row.next_minor, row.currency) if row.next_minor is not None else None
    return Monthly(Money(row.limit_minor, row.currency), _spent(member, now), waits, row.next_from)


def set_monthly_limit(*, member: AbstractBaseUser, limit: Money, now: datetime) -> None:
    """The first one and a lower one count at once, a higher one after RAISING_TAKES; the same again changes nothing.

    Raises BadAmount outside MONTHLY_LIMIT_MINOR_MIN to _MAX or in another currency.
    """
    if not settings.MONTHLY_LIMIT_MINOR_MIN <= limit.minor <= settings.MONTHLY_LIMIT_MINOR_MAX:
        raise BadAmount(f"{limit.minor} is outside the limits of a monthly limit")
    if limit.currency != settings.CURRENCY:
        raise BadAmount(f"credit is in {settings.CURRENCY}")
    with transaction.atomic():
        first = {"limit_minor": limit.minor, "currency": limit.currency, "set_at": now}
        MonthlyLimit.objects.get_or_create(member_id=member.pk, defaults=first)
        row = _locked(member)
        if row is None:
            raise MonthlyLimit.DoesNotExist
        _catch_up(row, now)
        if limit.minor <= row.limit_minor:
            row.limit_minor, row.next_minor, row.next_from = limit.minor, None, None
        elif limit.minor != row.next_minor:
            row.next_minor, row.next_from = limit.minor, now + RAISING_TAKES
        row.set_at = now
        row.save()


def propose(*, member: AbstractBaseUser, now: datetime) -> None:
    """Nobody pays anything in without a limit: who named none has the proposed one."""
    proposed = {"limit_minor": settings.MONTHLY_LIMIT_MINOR, "currency": settings.CURRENCY, "set_at": now}
    MonthlyLimit.objects.get_or_create(member_id=member.pk, defaults=proposed)


def check(*, payer: AbstractBaseUser, amount: Money, now: datetime) -> None:
    """Whether `amount` more may be spent. Inside the transaction that spends it: of two at once the second one waits.

    Raises AboveMonthlyLimit.
    """
    row = _locked(payer)
    if row is None:
        return
    _catch_up(row, now)
    left = row.limit_minor - _spent(payer, now).minor
    if amount.minor > left:
        raise AboveMonthlyLimit(Money(max(0, left), row.currency))


def _locked(member: AbstractBaseUser) -> MonthlyLimit | None:
    return MonthlyLimit.objects.select_for_update(no_key=True).filter(member_id=member.pk).first()


def _catch_up(row: MonthlyLimit, now: datetime) -> None:
    """What was to be raised by now is. Nobody has to write that down at the moment itself."""
    if row.next_from and row.next_minor is not None and row.next_from <= now:
        row.limit_minor, row.next_minor, row.next_from = row.next_minor, None, None


def _spent(member: AbstractBaseUser, now: datetime) -> Money:
    """Captured in the month of `now`, and all that is set aside."""
    start, end = _month(member, now)
    counts = Q(is_open=True) | Q(closed_at__gte=start, closed_at__lt=end)
    holds = Hold.objects.filter(counts, member_id=member.pk, currency=settings.CURRENCY)
    # An open hold has captured and freed nothing; of a closed one what was freed does not count.
    spent = holds.aggregate(minor=Coalesce(Sum(F("amount_minor") - F("freed_minor")), 0))["minor"]
    return Money(spent, settings.CURRENCY)


def _month(member: Any, now: datetime) -> tuple[datetime, datetime]:
    """The calendar month where the member lives: from its first moment to that of the next."""
    local = now.astimezone(ZoneInfo(member.time_zone))
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start, end
