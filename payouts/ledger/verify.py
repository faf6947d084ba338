"""Does the ledger agree with itself? Each check is one statement, so it may run beside living traffic."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db import connection

from payouts.ledger.accounts import KINDS
from payouts.ledger.services import fingerprint
from payouts.money import Money

# Postings towards each account's normal side, against what the account remembers.
_CACHES = """
    SELECT kind, owner, currency, min(balance_minor),
           sum(CASE WHEN is_credit = credit_normal THEN amount_minor ELSE -amount_minor END)
    FROM payouts_account JOIN (
        SELECT credit_id AS account_id, true AS is_credit, amount_minor FROM payouts_posting
        UNION ALL SELECT debit_id, false, amount_minor FROM payouts_posting
        UNION ALL SELECT id, true, 0 FROM payouts_account
    ) AS side ON side.account_id = payouts_account.id
    WHERE balance_minor IS NOT NULL GROUP BY payouts_account.id, kind, owner, currency
    HAVING min(balance_minor) <> sum(CASE WHEN is_credit = credit_normal THEN amount_minor ELSE -amount_minor END)
"""
_ACCOUNTS = "SELECT kind, owner, currency, credit_normal, balance_minor FROM payouts_account"
_ENTRIES = """
    SELECT payouts_entry.key, payouts_entry.fingerprint, payouts_entry.kind, payouts_entry.reference,
           debit.kind, debit.owner, debit.currency, credit.kind, credit.owner, credit.currency, amount_minor, "group"
    FROM payouts_entry LEFT JOIN payouts_posting ON payouts_posting.entry_id = payouts_entry.id
    LEFT JOIN payouts_account AS debit ON debit.id = debit_id LEFT JOIN payouts_account AS credit ON credit.id = credit_id
    ORDER BY payouts_entry.id, payouts_posting.id
"""
_STRAYS = """
    SELECT payouts_posting.id FROM payouts_posting LEFT JOIN payouts_entry ON payouts_entry.id = entry_id
    WHERE payouts_entry.id IS NULL ORDER BY payouts_posting.id
"""


def verify() -> list[str]:
    """Every fault found, as sentences; empty when the ledger is clean."""
    return [*_account_faults(), *_entry_faults(), *_strays()]


def differences(sql: str, says: str) -> list[str]:
    """For checks of tables against the ledger: `sql` answers owner, currency and the minor units by which they differ."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    return [f"{owner}: {says} by {Money(int(minor), currency)}" for owner, currency, minor in rows]


def _account_faults() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS)
        for kind, owner, currency, credit_normal, cached in cursor.fetchall():
            name = f"{kind} {owner} {currency}"
            if kind not in KINDS:
                yield f"{name}: no such kind of account"
            elif (bool(credit_normal), cached is not None) != KINDS[kind][:2]:
                yield f"{name}: not set up as its kind is"
            elif cached is not None and cached < 0:
                yield f"{name}: below zero"
        cursor.execute(_CACHES)
        for kind, owner, currency, cached, computed in cursor.fetchall():
            remembered, posted = Money(int(cached), currency), Money(int(computed), currency)
            yield f"{kind} {owner}: remembers {remembered}, its postings make {posted}"


def _entry_faults() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES)
        rows = iter(cursor.fetchone, None)
        for (key, content, kind, reference), lines in groupby(rows, key=itemgetter(0, 1, 2, 3)):
            yield from _faults_of(key, content, kind, reference, [line[4:] for line in lines])


def _strays() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_STRAYS)
        for (row_id,) in cursor.fetchall():
            yield f"posting {row_id}: its entry does not exist"


def _faults_of(key: str, content: str, kind: str, reference: str, lines: list[tuple]) -> Iterator[str]:
    if lines[0][0] is None:
        yield f"entry {key}: moves nothing"
        return
    if len({currency for line in lines for currency in (line[2], line[5])}) > 1:
        yield f"entry {key}: mixes currencies"
    elif any(minor <= 0 for *_, minor, _ in lines):
        yield f"entry {key}: an amount that is not above zero"
    rows = [(line[0], line[1], line[3], line[4], line[6], line[7]) for line in lines]
    if fingerprint(kind, reference, lines[0][2], rows) != content:
        yield f"entry {key}: its content is not what was posted"
