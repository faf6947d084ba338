"""A month of an expert's money: what was there, every movement, what is there then."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from payouts.money import Money
from payouts.statements.following import SALES
from payouts.statements.invoices import papers_of
from payouts.statements.models import Paper, StatementLine, StatementMonth
from payouts.withdrawals.models import Withdrawal

LINES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Balance:
    """What an expert has here; `owed` to the platform. What is on its way to their bank is theirs already, and not in it."""

    pending: Money
    available: Money
    owed: Money

    @property
    def total(self) -> Money:
        return self.pending + self.available - self.owed

    def after(self, changes: StatementLine | StatementMonth) -> "Balance":
        currency = self.pending.currency
        return Balance(
            self.pending + Money(changes.pending_minor, currency),
            self.available + Money(changes.available_minor, currency),
            self.owed + Money(changes.owed_minor, currency),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A movement, and what was there after it. `gross` and `commission`: of what was sold or went back, else None."""

    line: StatementLine
    balance: Balance
    withdrawal: Withdrawal | None

    @property
    def net(self) -> Money:
        return Money(self.line.net_minor, self.line.currency)

    @property
    def commission(self) -> Money | None:
        return Money(self.line.commission_minor, self.line.currency) if self.line.kind in SALES else None

    @property
    def gross(self) -> Money | None:
        return None if self.commission is None else self.net + self.commission


@dataclass(frozen=True, slots=True)
class Statement:
    expert: AbstractBaseUser
    month: date
    opening: Balance
    closing: Balance
    sums: StatementMonth
    papers: list[Paper] = field(default_factory=list, compare=False)  # its invoice and its credit note, where listed

    @property
    def lines(self) -> QuerySet[StatementLine]:
        return _lines(self.expert, self.month)

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """In the ledger's order, read LINES_AT_ONCE at a time; `after`: the entry of the last one seen."""
        balance = self.opening
        if after:
            seen = self.lines.filter(entry_id__lte=after)
            balance = balance.after(StatementMonth(**_summed(seen)))
        while True:
            lines = list(self.lines.filter(entry_id__gt=after)[:LINES_AT_ONCE])
            states = _withdrawals(lines)
            for line in lines:
                balance = balance.after(line)
                yield Row(line, balance, states.get(line.reference))
            if len(lines) < LINES_AT_ONCE:
                return
            after = lines[-1].entry_id


@dataclass(frozen=True, slots=True)
class Day:
    """What moved on a day of the month, added up; `balance`: all that was there after it."""

    day: date
    lines: int
    gross: Money
    commission: Money
    net: Money
    balance: Money


def by_day(lines: QuerySet[StatementLine], opening: Money) -> list[Day]:
    """For more movements than a paper holds."""
    net = Sum(F("pending_minor") + F("available_minor") - F("owed_minor"))
    commission = Sum("commission_minor")
    sold = Sum(F("pending_minor") + F("available_minor") - F("owed_minor"), filter=Q(kind__in=SALES), default=0)
    days_of = lines.order_by().values(day=TruncDate("at", tzinfo=UTC))
    balance, currency = opening, opening.currency
    days = []
    for row in days_of.annotate(lines=Count("pk"), net=net, commission=commission, sold=sold).order_by("day"):
        balance += Money(int(row["net"]), currency)
        part = Money(int(row["commission"]), currency)
        gross = Money(int(row["sold"]), currency) + part
        days.append(Day(row["day"], row["lines"], gross, part, Money(int(row["net"]), currency), balance))
    return days


def months(*, expert: AbstractBaseUser) -> list[Statement]:
    """Every month in which something moved, the latest first, with its papers: one row each."""
    papers: dict[date | None, list[Paper]] = {}
    for paper in papers_of(expert=expert):
        papers.setdefault(paper.month, []).append(paper)
    balance = _nothing()
    found = []
    for sums in _months(expert).order_by("month"):
        closing = balance.after(sums)
        found.append(Statement(expert, sums.month, balance, closing, sums, papers.get(sums.month, [])))
        balance = closing
    return found[::-1]


def statement(*, expert: AbstractBaseUser, month: date) -> Statement | None:
    """Of a month in which something moved; None for any other."""
    sums = _months(expert).filter(month=month).first()
    if sums is None:
        return None
    before = StatementMonth(**_summed(_months(expert).filter(month__lt=month)))
    opening = _nothing().after(before)
    return Statement(expert, month, opening, opening.after(sums), sums)


def _months(expert: AbstractBaseUser) -> QuerySet[StatementMonth]:
    return StatementMonth.objects.filter(expert_id=expert.pk, currency=settings.CURRENCY)


def _lines(expert: AbstractBaseUser, month: date) -> QuerySet[StatementLine]:
    mine = StatementLine.objects.filter(expert_id=expert.pk, month=month, currency=settings.CURRENCY)
    return mine.order_by("entry_id")


def _summed(rows: QuerySet) -> dict[str, int]:
    names = ("pending_minor", "available_minor", "owed_minor")
    sums = rows.order_by().aggregate(**{name: Sum(name) for name in names})
    return {name: int(minor or 0) for name, minor in sums.items()}


def _nothing() -> Balance:
    zero = Money(0, settings.CURRENCY)
    return Balance(zero, zero, zero)


def _withdrawals(lines: list[StatementLine]) -> dict[str, Withdrawal]:
    """How each withdrawal among them stands today."""
    about = {line.reference for line in lines if line.reference.startswith("withdrawal:")}
    found = Withdrawal.objects.in_bulk([int(reference.partition(":")[2]) for reference in about]) if about else {}
    return {f"withdrawal:{pk}": withdrawal for pk, withdrawal in found.items()}
