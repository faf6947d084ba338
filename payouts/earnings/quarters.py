"""What each expert was paid in a quarter, as platforms report it for taxes (DAC7): read from the ledger, so that it adds up.

The rule. A price counts in the quarter in which it was captured, for then it is the expert's; a tip in the one in which it was
sent. What goes back to a payer, or is taken back from a fraud, is subtracted in the quarter in which it goes back, whenever
it was paid: the figures of a quarter that is over never change, so a report once filed stays true, and the quarters of all
time add up to the ledger. So a quarter can be below zero.

`gross`: what callers paid, tips and promotional credit included. `commission`: what the platform withheld, its taxes
included. `net` = gross - commission: what the directive calls the consideration. `count`: sales, however little remained of
them; a tip is no sale of its own. Quarters begin and end at midnight of the site (TIME_ZONE).
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.utils import timezone

from payouts.earnings.models import Earning
from payouts.money import Money

QUARTERS = (1, 2, 3, 4)
YEARS = range(2000, 9999)

# Of a sale, the entry is found from its earning; the rest, from its kind and its day (index entry_of_correction).
_SQL = """
    WITH counted AS (
        SELECT entry.id, entry.kind, earning.expert_id, earning.currency
        FROM payouts_earning AS earning JOIN payouts_entry AS entry ON entry.reference = earning.reference
        WHERE earning.captured_at >= %(begin)s AND earning.captured_at < %(end)s
          AND earning.spent_as = '' AND entry.kind IN ('capture', 'tip') {of_expert}
        UNION ALL
        SELECT entry.id, entry.kind, earning.expert_id, earning.currency
        FROM payouts_entry AS entry JOIN payouts_earning AS earning ON earning.reference = entry.reference
        WHERE entry.posted_at >= %(begin)s AND entry.posted_at < %(end)s
          AND entry.kind IN ('give_back', 'take_back', 'waive_commission', 'part') {of_expert}
    )
    SELECT counted.expert_id, counted.currency,
           sum(CASE WHEN credit.kind IN {experts} THEN amount_minor WHEN debit.kind IN {experts} THEN -amount_minor ELSE 0 END),
           sum(CASE WHEN credit.kind = 'commission' THEN amount_minor WHEN debit.kind = 'commission' THEN -amount_minor
               ELSE 0 END),
           count(DISTINCT CASE WHEN counted.kind = 'capture' THEN counted.id END)
    FROM counted JOIN payouts_posting AS posting ON posting.entry_id = counted.id
    JOIN payouts_account AS debit ON debit.id = posting.debit_id
    JOIN payouts_account AS credit ON credit.id = posting.credit_id
    GROUP BY counted.expert_id, counted.currency ORDER BY counted.expert_id, counted.currency
"""
_EXPERTS = "('expert_pending', 'expert_available', 'expert_debt')"


@dataclass(frozen=True, slots=True)
class Figures:
    """One expert in one quarter and one currency."""

    year: int
    quarter: int
    expert_id: int
    gross: Money
    commission: Money
    count: int

    @property
    def net(self) -> Money:
        return self.gross - self.commission


def quarter_of(day: date) -> int:
    return (day.month + 2) // 3


def figures(*, year: int, quarter: int, expert: AbstractBaseUser | None = None) -> list[Figures]:
    """Of every expert who was paid or gave back in the quarter, or of one; in the order of their ids. One query."""
    zone = timezone.get_default_timezone()
    begin, end = (datetime.combine(day, time(), zone) for day in _days(year, quarter))
    adapt = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {"begin": adapt(begin), "end": adapt(end), "expert": expert and expert.pk}
    of_expert = "AND earning.expert_id = %(expert)s" if expert else ""
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(of_expert=of_expert, experts=_EXPERTS), values)
        rows = cursor.fetchall()
    return [
        Figures(
            year,
            quarter,
            expert_id,
            gross=Money(int(net) + int(commission), currency),
            commission=Money(int(commission), currency),
            count=count,
        )
        for expert_id, currency, net, commission, count in rows
    ]


def of_all(*, year: int, quarter: int | None) -> list[Figures]:
    """Of every expert: in one quarter, or in each of the year's."""
    wanted = [quarter] if quarter else QUARTERS
    return [row for one in wanted for row in figures(year=year, quarter=one)]


def of_year(*, expert: AbstractBaseUser, year: int) -> list[Figures]:
    """All four quarters, the empty ones too."""
    nothing = Money(0, settings.CURRENCY)
    return [
        found
        for quarter in QUARTERS
        for found in figures(year=year, quarter=quarter, expert=expert)
        or [Figures(year, quarter, expert.pk, nothing, nothing, 0)]
    ]


def years(*, expert: AbstractBaseUser, now: datetime) -> list[int]:
    """From this year back to the one in which the expert was first paid."""
    zone = timezone.get_default_timezone()
    earned = Earning.objects.filter(expert_id=expert.pk).order_by("captured_at")
    first = earned.values_list("captured_at", flat=True).first() or now
    return list(range(now.astimezone(zone).year, first.astimezone(zone).year - 1, -1))


def _days(year: int, quarter: int) -> tuple[date, date]:
    """The first day of the quarter and of the next one."""
    first = date(year, 3 * quarter - 2, 1)
    return first, date(year + 1, 1, 1) if quarter == max(QUARTERS) else date(year, 3 * quarter + 1, 1)
