"""Post a move of money, ask a balance. `post` is the only writer of the ledger; LEDGER.md lists every kind of entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection

from payouts.ledger import posting
from payouts.ledger.accounts import AccountRef
from payouts.ledger.posting import Line
from payouts.money import BadAmount, Money

__all__ = [
    "KeyReused",
    "Line",
    "Overdraft",
    "Posted",
    "balance",
    "balances",
    "effects",
    "fingerprint",
    "lock",
    "post",
    "posted",
]


@dataclass(frozen=True, slots=True)
class Posted:
    """`is_new` is False when the same entry had been posted before: nothing moved this time."""

    entry_id: int
    is_new: bool


class KeyReused(Exception):
    """An entry with this key exists and says something else. Nothing moved."""


class Overdraft(Exception):
    """The entry would take an account below zero. Nothing moved."""

    def __init__(self, account_kind: str) -> None:
        super().__init__(f"not enough in {account_kind}")
        self.account_kind = account_kind


_BALANCE = (
    "SELECT id, credit_normal, balance_minor FROM payouts_account WHERE kind = %s AND owner = %s AND currency = %s"
)
_SUMS = """
    SELECT (SELECT coalesce(sum(amount_minor), 0) FROM payouts_posting WHERE credit_id = %s),
           (SELECT coalesce(sum(amount_minor), 0) FROM payouts_posting WHERE debit_id = %s)
"""
_MOVED = """
    SELECT sum(amount_minor), min(currency) FROM payouts_posting
    JOIN payouts_entry ON payouts_entry.id = entry_id JOIN payouts_account ON payouts_account.id = debit_id
    WHERE key = %s GROUP BY entry_id
"""

_EFFECTS = """
    SELECT key, account.kind, sum(CASE WHEN account.id = debit_id THEN amount_minor ELSE -amount_minor END)
    FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id
    JOIN payouts_account AS account ON account.id IN (debit_id, credit_id)
    WHERE account.kind IN ('stripe_pending', 'stripe_available') AND key IN ({keys}) GROUP BY key, account.kind
"""


def post(*, key: str, kind: str, lines: Sequence[Line], now: datetime, reference: str = "") -> Posted:
    """Move money: all lines or none, once per `key`.

    Inside a larger transaction it should come last, for it locks the accounts it moves (in id order) until the commit.
    Raises BadAmount, Overdraft, or KeyReused when `key` was posted with other content. Nothing was written then.
    """
    currency = _checked_currency(lines)
    rows = ((*debit, *credit, amount.minor, group) for debit, credit, amount, group in lines)
    content = fingerprint(kind, reference, currency, rows)
    entry = posting.Entry(key, content, kind, reference, now)
    done = posting.write(entry, lines, currency)
    if done.entry_id is not None:
        return Posted(done.entry_id, is_new=True)
    if before := posting.find(key):
        return _posted_before(before, key, content)
    raise Overdraft(done.short_of)


def balance(account: AccountRef, currency: str) -> Money:
    """What is in `account`, towards its normal side. A platform account is summed from its postings: not for busy paths."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [*account, currency])
        row = cursor.fetchone()
        if row is None:
            return Money(0, currency)
        row_id, credit_normal, cached = row
        if cached is not None:
            return Money(cached, currency)
        cursor.execute(_SUMS, [row_id, row_id])
        credited, debited = cursor.fetchone()
    towards_credit = int(credited) - int(debited)
    return Money(towards_credit if credit_normal else -towards_credit, currency)


def balances(members: Sequence[AccountRef], currency: str) -> dict[AccountRef, Money]:
    """Of several accounts that cache theirs, in one look: sums that belong together come from the same moment."""
    named = " OR ".join(["(kind = %s AND owner = %s)"] * len(members))
    sql = f"SELECT kind, owner, balance_minor FROM payouts_account WHERE currency = %s AND ({named})"
    with connection.cursor() as cursor:
        cursor.execute(sql, [currency, *(part for ref in members for part in ref)])
        found = {AccountRef(kind, owner): Money(minor, currency) for kind, owner, minor in cursor.fetchall()}
    return {ref: found.get(ref, Money(0, currency)) for ref in members}


def lock(refs: Sequence[AccountRef], currency: str) -> dict[AccountRef, Money]:
    """`balances`, which nobody else changes until the end of the transaction: in the order of ids, as `post` locks them."""
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        named = " OR ".join(["(kind = %s AND owner = %s)"] * len(refs))
        sql = f"SELECT FROM payouts_account WHERE currency = %s AND ({named}) ORDER BY id FOR NO KEY UPDATE"
        with connection.cursor() as cursor:
            cursor.execute(sql, [currency, *(part for ref in refs for part in ref)])
    return balances(refs, currency)


def posted(*, key: str) -> Money | None:
    """The sum that the entry with this key moved; None when there is no such entry."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [key])
        row = cursor.fetchone()
    return Money(int(row[0]), row[1]) if row else None


def effects(*, keys: Sequence[str]) -> dict[str, dict[str, int]]:
    """What each of these entries did to our balances at Stripe, in minor units by kind. Unknown ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_EFFECTS.format(keys=", ".join(["%s"] * len(keys)) or "''"), list(keys))
        rows = cursor.fetchall()
    found: dict[str, dict[str, int]] = {}
    for key, kind, minor in rows:
        found.setdefault(key, {})[kind] = int(minor)
    return found


def fingerprint(kind: str, reference: str, currency: str, rows: Iterable[tuple]) -> str:
    """Of an entry's content. Each row: debit kind, debit owner, credit kind, credit owner, minor units, group."""
    return sha256(repr((kind, reference, currency, *rows)).encode()).hexdigest()


def _checked_currency(lines: Sequence[Line]) -> str:
    if not lines:
        raise BadAmount("an entry moves something")
    currency = lines[0].amount.currency
    for line in lines:
        if line.amount.currency != currency:
            raise BadAmount("an entry is in one currency")
        if line.amount.minor <= 0:
            raise BadAmount(f"{line.amount.minor} is not above zero")
        if line.debit == line.credit:
            raise BadAmount("an entry moves money between two accounts")
    return currency


def _posted_before(before: tuple[int, str], key: str, content: str) -> Posted:
    entry_id, posted_content = before
    if posted_content != content:
        raise KeyReused(key)
    return Posted(entry_id, is_new=False)
