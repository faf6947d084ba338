"""The ledger written on into statements: every entry that moves an expert's money or the platform's share, once.

In the order of entries and never past one that may still come, so that whoever reads a statement twice reads the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from django.db import transaction

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import seals
from payouts.ledger.reading import Moved, read_on
from payouts.statements.models import LedgerRead, StatementLine, StatementMonth
from payouts.statements.numbering import ENTRIES_AT_ONCE, PAID_BY_CALLERS, WENT_BACK

CHANGES = {
    "expert_pending": "pending_minor",
    "expert_available": "available_minor",
    "expert_debt": "owed_minor",
    "commission": "commission_minor",
}
# What was sold, and what went back of it. Everything else only moves what is there.
SALES = (*PAID_BY_CALLERS, *WENT_BACK, "part")


class _Overtaken(Exception):
    """Another worker has written these entries."""


def month_of(at: date) -> date:
    """The first day of its month, in UTC."""
    day = at.astimezone(UTC).date() if isinstance(at, datetime) else at
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def follow(*, now: datetime) -> int:
    """Write what was posted since the last time, at most ENTRIES_AT_ONCE entries; how many it read.

    All of it or nothing, with the mark of how far it came: dying anywhere, and several at once, write each entry once.
    """
    mark, _ = LedgerRead.objects.get_or_create(pk=1)
    through = seals.horizon()
    if through is None or through <= mark.through_entry:
        return 0
    reached, moved = read_on(after=mark.through_entry, through=through, kinds=[*CHANGES], count=ENTRIES_AT_ONCE)
    try:
        with transaction.atomic():
            claimed = LedgerRead.objects.filter(pk=1, through_entry=mark.through_entry)
            if not claimed.update(through_entry=reached):
                raise _Overtaken
            mark.refresh_from_db()  # a month may have been closed since
            sold = earnings.of_references(references={move.reference for move in moved})
            lines = _lines(moved, sold, mark.closed_month)
            StatementLine.objects.bulk_create(lines)
            _add_up(lines)
    except _Overtaken:
        return 0
    return len(moved) or 1


def _lines(moved: Sequence[Moved], sold: Mapping[str, Earning], closed: date | None) -> list[StatementLine]:
    parts = {earning.spent_as for earning in sold.values() if earning.spent_as}
    roots = earnings.of_references(references=parts)
    first_open = next_month(closed) if closed else date.min
    lines = []
    for move in moved:
        earning = sold.get(move.reference)
        root = roots.get(earning.spent_as, earning) if earning else None
        if (expert := _expert_of(move, earning)) is None:
            continue
        line = StatementLine(
            expert_id=expert,
            month=max(month_of(move.at), first_open),
            entry_id=move.entry_id,
            at=move.at,
            kind=move.kind,
            reference=move.reference,
            label=earning.label if earning else "",
            link=earning.link if earning else "",
            currency=move.currency,
            **{CHANGES[account.kind]: minor for account, minor in move.changes.items()},
        )
        if line.commission_minor:
            line.sold_month = month_of(root.captured_at) if root else None
        lines.append(line)
    return lines


def _expert_of(move: Moved, earning: Earning | None) -> int | None:
    """Whose account it moved; of what moved the platform's share alone, who earned with the charge."""
    for account in move.changes:
        if account.owner:
            return int(account.owner.removeprefix("user:"))
    return earning.expert_id if earning else None


def _add_up(lines: Iterable[StatementLine]) -> None:
    """Into the months' sums. In the order of experts; only who has claimed the entries is here."""
    months: dict[tuple[int, str, date], StatementMonth] = {}
    for line in lines:
        key = (line.expert_id, line.currency, line.month)
        month = months.setdefault(key, StatementMonth(expert_id=key[0], currency=key[1], month=key[2]))
        month.lines += 1
        for name in CHANGES.values():
            setattr(month, name, getattr(month, name) + getattr(line, name))
        if line.kind in SALES:
            month.gross_minor += line.net_minor + line.commission_minor
    known = {
        (row.expert_id, row.currency, row.month): row
        for row in StatementMonth.objects.filter(
            expert_id__in={key[0] for key in months}, month__in={key[2] for key in months}
        )
    }
    sums = ["lines", "gross_minor", *CHANGES.values()]
    changed = []
    for key, month in months.items():
        if row := known.get(key):
            for name in sums:
                setattr(row, name, getattr(row, name) + getattr(month, name))
            changed.append(row)
    StatementMonth.objects.bulk_update(changed, sums)
    StatementMonth.objects.bulk_create([month for key, month in months.items() if key not in known])
