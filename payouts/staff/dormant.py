"""Money that nobody came for: whose law asks a platform to report or hand over what lies unclaimed needs to know of it.

Nothing is ever taken for that: paid credit does not expire (PRODUCT.md, section 3).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat

from payouts.ledger.models import Account, Posting
from payouts.money import Money
from payouts.staff.tax import Writable
from payouts.statements.csv_file import text

COLUMNS = ("member", "name", "email", "currency", "credit", "earnings", "last_seen", "last_moved")
CREDIT, EARNED = ("caller_credit", "caller_hold"), ("expert_available",)


@dataclass(frozen=True, slots=True)
class Dormant:
    """`credit`: paid, what is held included. `earnings`: available. `seen_at`: the last sign-in, or joining; `moved_at`: when
    any of it moved last."""

    member: Any
    credit: Money
    earnings: Money
    seen_at: datetime
    moved_at: datetime


def found(*, since: datetime) -> Iterator[Dormant]:
    """Members with money here who have not signed in, and whose money has not moved, after `since`; by id."""
    filled = Account.objects.filter(kind__in=[*CREDIT, *EARNED], currency=settings.CURRENCY, balance_minor__gt=0)
    members = get_user_model().objects.annotate(
        seen_at=Coalesce("last_login", "date_joined"), owner=Concat(Value("user:"), Cast("pk", CharField()))
    )
    away = members.filter(seen_at__lte=since, owner__in=filled.values("owner")).order_by("pk")
    for member in away.iterator(chunk_size=500):
        owned = list(filled.filter(owner=member.owner))
        moved_at = max(_moved_at(account) for account in owned)
        if moved_at <= since:
            yield Dormant(member, _sum(owned, CREDIT), _sum(owned, EARNED), member.seen_at, moved_at)


def _moved_at(account: Account) -> datetime:
    """Of an account that holds something, so there is one."""
    touched = Posting.objects.filter(Q(debit=account) | Q(credit=account)).annotate(at=F("entry__posted_at"))
    return touched.order_by("-pk").values_list("at", flat=True)[0]


def _sum(owned: list[Account], kinds: tuple[str, ...]) -> Money:
    return Money(sum(account.balance_minor or 0 for account in owned if account.kind in kinds), settings.CURRENCY)


def write_csv(file: Writable, rows: Iterator[Dormant]) -> None:
    """A line for each; sums in major units with a point, days in UTC."""
    lines = csv.writer(file)
    lines.writerow(COLUMNS)
    for row in rows:
        who = [row.member.pk, text(row.member.get_full_name()), text(row.member.email)]
        sums = [row.credit.currency, row.credit.typed(), row.earnings.typed()]
        lines.writerow([*who, *sums, f"{row.seen_at:%Y-%m-%d}", f"{row.moved_at:%Y-%m-%d}"])
