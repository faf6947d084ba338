"""What an expert earned, by day, week or month, and by what was sold: one query over a stretch of fixed length.

An earning counts on the day on which it was captured, with what the expert has of it now. Days are the site's (TIME_ZONE).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.numbers import get_currency_precision
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Min, QuerySet, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.earnings.models import EARNED, Earning
from payouts.money import Money

DAYS, WEEKS, MONTHS = 30, 26, 12
LISTINGS_SHOWN = 12
DAY, WEEK, MONTH, LISTING = "day", "week", "month", "listing"
_TRUNCATED = {DAY: TruncDay, WEEK: TruncWeek, MONTH: TruncMonth}


@dataclass(frozen=True, slots=True)
class Bar:
    """`short`: what stands on the axis, where there is little room. `day`: which one both name, for whoever writes it as the
    visitor's region does; None where they name none."""

    title: str
    short: str
    amount: Money
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    by: str
    bars: list[Bar]
    total: Money

    @property
    def earned(self) -> list[Bar]:
        """The bars that are not empty, for a table: of a calendar the newest first."""
        some = [bar for bar in self.bars if bar.amount]
        return some if self.by == LISTING else some[::-1]

    @property
    def data(self) -> dict[str, object]:
        """For the script that draws it."""
        currency = self.total.currency
        bars = [
            {
                "title": bar.title,
                "short": bar.short,
                "day": bar.day.isoformat() if bar.day else "",
                "minor": bar.amount.minor,
                "sum": str(bar.amount),
            }
            for bar in self.bars
        ]
        return {
            "by": self.by,
            "bars": bars,
            "title": _WEEK if self.by == WEEK else "{day}",  # of a bar that has a day
            "currency": currency,
            "decimals": get_currency_precision(currency),
        }


def chart(*, expert: AbstractBaseUser, by: str, now: datetime) -> Chart:
    """`by`: DAY, WEEK, MONTH or LISTING; anything else is taken for the first."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    if by == LISTING:
        bars = _by_listing(_since(expert, _starts(MONTH, today)[0]))
    else:
        by = by if by in _TRUNCATED else DAY
        bars = _by_time(expert, by, _starts(by, today))
    return Chart(by, bars, _sum(bar.amount for bar in bars))


def _starts(by: str, today: date) -> list[date]:
    """The first day of each bar, the oldest first; today is in the last one."""
    if by == DAY:
        return [today - timedelta(days=back) for back in reversed(range(DAYS))]
    if by == WEEK:
        monday = today - timedelta(days=today.weekday())
        return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    months = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(months - MONTHS + 1, months + 1)]


def _since(expert: AbstractBaseUser, day: date) -> QuerySet[Earning]:
    begin = datetime.combine(day, time(), timezone.get_default_timezone())
    return Earning.objects.filter(expert_id=expert.pk, currency=settings.CURRENCY, captured_at__gte=begin)


def _by_time(expert: AbstractBaseUser, by: str, starts: list[date]) -> list[Bar]:
    start = _TRUNCATED[by]("captured_at", tzinfo=timezone.get_default_timezone())
    sums = _since(expert, starts[0]).annotate(start=start).values_list("start").annotate(minor=Sum(EARNED))
    found = {start.date(): minor for start, minor in sums.order_by()}
    title, short = _WORDS[by]
    return [
        Bar(title(day), short(day), Money(found.get(day, 0), settings.CURRENCY), None if by == MONTH else day)
        for day in starts
    ]


def _by_listing(earnings: QuerySet[Earning]) -> list[Bar]:
    """The one that earned most first. A tip is labelled with more words than what it was given for: hence the least label."""
    sums = earnings.values_list("group").annotate(minor=Sum(EARNED), label=Min("label")).order_by("-minor", "group")
    bars = [Bar(label, label, Money(minor, settings.CURRENCY)) for _group, minor, label in sums if minor]
    rest = bars[LISTINGS_SHOWN:]
    if rest:
        bars = [*bars[:LISTINGS_SHOWN], Bar(_("All others"), _("All others"), _sum(bar.amount for bar in rest))]
    return bars


def _sum(amounts: Iterable[Money]) -> Money:
    return sum(amounts, Money(0, settings.CURRENCY))


_WEEK = gettext_lazy("Week from {day}")
_WORDS: dict[str, tuple[Callable[[date], str], Callable[[date], str]]] = {
    DAY: (lambda day: date_format(day, "j M Y"), lambda day: date_format(day, "j M")),
    WEEK: (
        lambda day: _WEEK.format(day=date_format(day, "j M Y")),
        lambda day: date_format(day, "j M"),
    ),
    MONTH: (lambda day: date_format(day, "F Y"), lambda day: date_format(day, "M")),
}
