"""Reading on through the ledger, entry by entry in the order of ids: for tables that are made from it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from payouts.ledger.accounts import AccountRef
from payouts.ledger.models import Entry, Posting

__all__ = ["Moved", "read_on"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What one entry did to the accounts asked for: minor units towards each account's normal side, never zero."""

    entry_id: int
    key: str
    kind: str
    reference: str
    at: datetime
    currency: str
    changes: dict[AccountRef, int] = field(default_factory=dict)


def read_on(*, after: int, through: int, kinds: Collection[str], count: int) -> tuple[int, list[Moved]]:
    """The next `count` entries after `after`, none beyond `through` (seals.horizon): how far that is, and those of them
    that moved an account of `kinds`."""
    entries = Entry.objects.filter(pk__gt=after, pk__lte=through).order_by("pk")
    rows = list(entries.values_list("pk", "key", "kind", "reference", "posted_at")[:count])
    if not rows:
        return after, []
    reached = rows[-1][0]
    sides: dict[int, list[tuple[AccountRef, str, int]]] = {}
    for entry_id, account, currency, minor in _sides(after, reached, kinds):
        sides.setdefault(entry_id, []).append((account, currency, minor))
    found = []
    for entry_id, key, kind, reference, at in rows:
        changes: dict[AccountRef, int] = {}
        for account, _, minor in sides.get(entry_id, []):
            changes[account] = changes.get(account, 0) + minor
        changes = {account: minor for account, minor in changes.items() if minor}
        if changes:
            found.append(Moved(entry_id, key, kind, reference, at, sides[entry_id][0][1], changes))
    return reached, found


def _sides(after: int, through: int, kinds: Collection[str]) -> Iterator[tuple[int, AccountRef, str, int]]:
    postings = Posting.objects.filter(entry_id__gt=after, entry_id__lte=through)
    for side, towards_credit in (("debit", -1), ("credit", 1)):
        rows = postings.filter(**{f"{side}__kind__in": kinds}).values_list(
            "entry_id",
            f"{side}__kind",
            f"{side}__owner",
            f"{side}__currency",
            f"{side}__credit_normal",
            "amount_minor",
        )
        for entry_id, kind, owner, currency, credit_normal, minor in rows:
            sign = towards_credit if credit_normal else -towards_credit
            yield entry_id, AccountRef(kind, owner), currency, sign * minor
