"""The tax report: as a page, the first rows with their experts and the sums of all; as a file, all of it."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.earnings.quarters import Figures
from payouts.money import Money
from payouts.statements.csv_file import text

ROWS_SHOWN = 200
COLUMNS = ("year", "quarter", "expert", "name", "email", "currency", "gross", "commission", "net", "transactions")


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Report:
    """`gross`, `commission`, `net` and `count`: of all rows, in the platform's currency."""

    rows: list[tuple[AbstractBaseUser, Figures]]
    is_cut: bool
    gross: Money
    commission: Money
    count: int

    @property
    def net(self) -> Money:
        return self.gross - self.commission


def report(figures: list[Figures]) -> Report:
    shown = figures[:ROWS_SHOWN]
    experts = get_user_model().objects.in_bulk({row.expert_id for row in shown})
    nothing = Money(0, settings.CURRENCY)
    counted = [row for row in figures if row.gross.currency == settings.CURRENCY]
    return Report(
        rows=[(experts[row.expert_id], row) for row in shown],
        is_cut=len(figures) > ROWS_SHOWN,
        gross=sum((row.gross for row in counted), nothing),
        commission=sum((row.commission for row in counted), nothing),
        count=sum(row.count for row in counted),
    )


def write_csv(file: Writable, figures: Iterable[Figures]) -> None:
    """A line for each, with the expert's name and address; sums in major units with a point."""
    found = list(figures)
    experts = get_user_model().objects.in_bulk({row.expert_id for row in found})
    lines = csv.writer(file)
    lines.writerow(COLUMNS)
    for row in found:
        expert, currency = experts[row.expert_id], row.gross.currency
        who = [row.expert_id, text(expert.get_full_name()), text(expert.email or "")]
        sums = [amount.typed() for amount in (row.gross, row.commission, row.net)]
        lines.writerow([row.year, row.quarter, *who, currency, *sums, row.count])
