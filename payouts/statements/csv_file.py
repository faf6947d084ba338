"""A statement as a table for other programs: sums as plain numbers, times in UTC, one line a movement."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC
from io import StringIO

from django.utils.translation import gettext as _

from payouts.money import Money
from payouts.statements import words
from payouts.statements.statement import Balance, Row, Statement

BOM = "\ufeff"  # without it a spreadsheet takes UTF-8 for something older


def parts(statement: Statement) -> Iterator[str]:
    """The file, a piece at a time. The closing line is what the movements lead to, whoever added one meanwhile."""
    buffer = StringIO()
    writer = csv.writer(buffer)

    def line(cells: list[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    yield BOM + line(_head())
    yield line(_border(_("Opening balance"), statement.opening))
    balance = statement.opening
    for row in statement.rows():
        balance = row.balance
        yield line(_movement(row))
    yield line(_border(_("Closing balance"), balance))


def text(cell: str) -> str:
    """Words of members, harmless: a spreadsheet takes what begins with one of these signs for a formula."""
    plain = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", cell).split())
    return f"'{plain}" if plain.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")) else plain


def _head() -> list[str]:
    moved = [_("gross"), _("commission"), _("net")]
    changes = [_("change of pending"), _("change of available"), _("change of owed")]
    balances = [_("pending"), _("available"), _("owed"), _("balance")]
    what = [_("time (UTC)"), _("movement"), _("reference"), _("for"), _("state today"), _("currency")]
    return [*what, *moved, *changes, *balances]


def _movement(row: Row) -> list[str]:
    line = row.line
    changes = (Money(minor, line.currency) for minor in (line.pending_minor, line.available_minor, line.owed_minor))
    return [
        line.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        text(words.kind(row)),
        text(line.reference),
        text(line.label),
        text(words.state(row)),
        line.currency,
        *("" if sum_ is None else sum_.typed() for sum_ in (row.gross, row.commission, row.net)),
        *(change.typed() for change in changes),
        *_balances(row.balance),
    ]


def _border(name: str, balance: Balance) -> list[str]:
    return ["", text(name), "", "", "", balance.pending.currency, *[""] * 6, *_balances(balance)]


def _balances(balance: Balance) -> list[str]:
    return [sum_.typed() for sum_ in (balance.pending, balance.available, balance.owed, balance.total)]
