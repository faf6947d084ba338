"""The ledger written on into statements: every entry that moves an expert's money or the platform's share, once.

In the order of entries and never past one that may still come, so that whoever reads a statement twice reads the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import seals
from payouts.ledger.reading import Moved, read_on
from payouts.refunds.models import Refund
from payouts.statements.models import LedgerRead, Paper, StatementLine, StatementMonth
from payouts.statements.numbers import issue

ENTRIES_AT_ONCE = 500
CHANGES = {
    "expert_pending": "pending_minor",
    "expert_available": "available_minor",
    "expert_debt": "owed_minor",
    "commission": "commission_minor",
}
PAID_BY_CALLERS = ("capture", "tip")
SENT_BACK = ("refund_paid", "refund_settled")  # unused credit, to a card or by hand
# What was sold, and what went back of it. Everything else only moves what is there.
SALES = (*PAID_BY_CALLERS, "give_back", "waive_commission", "take_back", "part")


class _Overtaken(Exception):
    """Another worker has written these entries."""


def month_of(at: date) -> date:
    """The first day of its month, in UTC."""
    day = at.astimezone(UTC).date() if isinstance(at, datetime) else at
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def follow(*, now: datetime) -> int:
    """Write what was posted since the last time, at most ENTRIES_AT_ONCE entries; how many it read. What was sold gets
    its receipt in the same breath, and so does unused credit that was sent back.

    All of it or nothing, with the mark of how far it came: dying anywhere, and several at once, write each entry once.
    """
    mark, _ = LedgerRead.objects.get_or_create(pk=1)
    through = seals.horizon()
    if through is None or through <= mark.through_entry:
        return 0
    kinds = [*CHANGES, "refund_pending"]
    reached, read = read_on(after=mark.through_entry, through=through, kinds=kinds, count=ENTRIES_AT_ONCE)
    moved = [move for move in read if any(account.kind in CHANGES for account in move.changes)]
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
            issue(papers=_receipts(moved, sold), now=now)
            issue(papers=_refunds(move.reference for move in read if move.kind in SENT_BACK), now=now)
    except _Overtaken:
        return 0
    return len(read) or 1


def _receipts(moved: Iterable[Moved], sold: Mapping[str, Earning]) -> list[Paper]:
    """One for each charge and each tip, in the order in which they were paid."""
    paid = [(move, sold[move.reference]) for move in moved if move.kind in PAID_BY_CALLERS and move.reference in sold]
    payers = get_user_model().objects.in_bulk({earning.payer_id for _, earning in paid})
    return [
        Paper(
            kind=Paper.Kind.RECEIPT,
            about=move.reference,
            owner_id=earning.payer_id,
            currency=move.currency,
            amount_minor=sum(move.changes.values()),
            recipient=payers[earning.payer_id].get_full_name(),
        )
        for move, earning in paid
    ]


def _refunds(references: Iterable[str]) -> list[Paper]:
    """One for each that left us, in the order in which they did. What its bank sends back later is credit again, and the
    paper says so."""
    numbers = [int(reference.partition(":")[2]) for reference in references]
    found = Refund.objects.select_related("member").in_bulk(numbers) if numbers else {}
    return [
        Paper(
            kind=Paper.Kind.REFUND,
            about=refund.reference,
            owner_id=refund.member_id,
            currency=refund.currency,
            amount_minor=refund.amount_minor,
            recipient=refund.member.get_full_name(),
        )
        for refund in map(found.__getitem__, dict.fromkeys(numbers))
    ]


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
