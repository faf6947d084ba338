"""What the platform charges experts: a commission invoice for each month that is over, and a credit note for what went back.

A charge given back in its own month lowers that month's invoice. One given back later is corrected by the credit note of
the month in which that happens: an invoice, once issued, never changes, for nothing is written into a closed month.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from payouts.ledger.models import Entry
from payouts.statements.following import month_of
from payouts.statements.models import LedgerRead, Paper, StatementLine, StatementMonth
from payouts.statements.numbers import issue

GRACE = timedelta(hours=1)  # whoever began to post before midnight has long committed
MONTHS_AT_ONCE = 200
CORRECTS = Q(commission_minor__lt=0, sold_month__lt=F("month"))


def issue_invoices(*, now: datetime) -> int:
    """Close the month that ended, and issue what is due for closed ones; for how many months of experts it was done.

    Each in its own transaction, claimed by the month's row: dying anywhere, and several at once, issue each once.
    """
    closed = _close_ended(now)
    due = StatementMonth.objects.filter(papers_at=None, month__lte=closed) if closed else StatementMonth.objects.none()
    return sum(
        _issue(pk, now) for pk in list(due.order_by("month", "pk").values_list("pk", flat=True)[:MONTHS_AT_ONCE])
    )


def papers_of(*, expert: AbstractBaseUser) -> QuerySet[Paper]:
    """Invoices and credit notes, the latest month first."""
    return Paper.objects.filter(owner_id=expert.pk, month__isnull=False).order_by("-month", "kind")


def lines_of(paper: Paper) -> QuerySet[StatementLine]:
    """What an invoice or credit note adds up. Of a closed month: it is the same for ever."""
    lines = StatementLine.objects.filter(expert_id=paper.owner_id, currency=paper.currency)
    moved = lines.filter(month=paper.month) if paper.month else lines.none()
    moved = moved.exclude(commission_minor=0).order_by("entry_id")
    return moved.filter(CORRECTS) if paper.kind == Paper.Kind.CREDIT_NOTE else moved.exclude(CORRECTS)


def _close_ended(now: datetime) -> date | None:
    """The last closed month; the one before this is closed once every entry of it has been read."""
    mark = LedgerRead.objects.filter(pk=1).first()
    if mark is None:
        return None
    open_since = month_of(now - GRACE)
    ended = month_of(open_since - timedelta(days=1))
    if mark.closed_month and mark.closed_month >= ended:
        return mark.closed_month
    midnight = datetime.combine(open_since, time(), UTC)
    if Entry.objects.filter(pk__gt=mark.through_entry, posted_at__lt=midnight).exists():
        return mark.closed_month
    LedgerRead.objects.filter(pk=1).filter(Q(closed_month=None) | Q(closed_month__lt=ended)).update(closed_month=ended)
    return ended


@transaction.atomic
def _issue(month_id: int, now: datetime) -> int:
    if not StatementMonth.objects.filter(pk=month_id, papers_at=None).update(papers_at=now):
        return 0
    month = StatementMonth.objects.select_related("expert").get(pk=month_id)
    for kind in (Paper.Kind.INVOICE, Paper.Kind.CREDIT_NOTE):
        paper = _paper(kind, month)
        minor = lines_of(paper).order_by().aggregate(sum=Sum("commission_minor"))["sum"] or 0
        paper.amount_minor = -minor if kind == Paper.Kind.CREDIT_NOTE else minor
        if paper.amount_minor:
            issue(papers=[paper], now=now)
    return 1


def _paper(kind: str, month: StatementMonth) -> Paper:
    return Paper(
        kind=kind,
        about=f"user:{month.expert_id}:{month.month:%Y-%m}:{month.currency}",
        owner_id=month.expert_id,
        month=month.month,
        currency=month.currency,
        recipient="\n".join([month.expert.get_full_name(), month.expert.email or ""]),
    )
