"""Seals over what was posted: each holds the hash of the seal before it and of the entries that it covers, so that a row
changed afterwards, by whoever can switch the triggers off, no longer fits.

Never made at posting, where every call would wait for the one before it: the nightly check and `verify_ledger` seal what is
committed, in the order of ids. The last seal stands for all of them: whoever keeps it elsewhere can tell even from a
database in which every seal was made anew.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import Max

from payouts.ledger.models import BooksCheck, Entry, Posting, Seal

ENTRIES_A_SEAL = 1_000
PATIENCE_S, LOOK_AGAIN_S = 10.0, 0.05

# Whoever writes an entry holds this lock from before its id is taken until the transaction ends.
_WRITERS = """
    SELECT virtualtransaction FROM pg_locks WHERE relation = 'payouts_entry'::regclass AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


def seal(*, now: datetime) -> int:
    """Seal the entries that are committed and not sealed yet; how many. Two at once seal once."""
    last = Seal.objects.order_by("-pk").first()
    through = horizon()
    sealed = 0
    while through is not None:
        after = last.through_entry if last else 0
        ids = Entry.objects.filter(pk__gt=after, pk__lte=through).order_by("pk").values_list("pk", flat=True)
        batch = list(ids[:ENTRIES_A_SEAL])
        if not batch:
            break
        new = Seal(
            after_entry=after,
            through_entry=batch[-1],
            entries=len(batch),
            hash=_hash(last.hash if last else "", after, batch[-1])[0],
            sealed_at=now,
        )
        Seal.objects.bulk_create([new], ignore_conflicts=True)
        last = Seal.objects.get(after_entry=after)
        if last.hash != new.hash:
            break  # somebody else was first, with another horizon: they go on
        sealed += len(batch)
    return sealed


def head() -> str:
    """The last seal's hash; empty when nothing was ever sealed."""
    return Seal.objects.order_by("-pk").values_list("hash", flat=True).first() or ""


def horizon() -> int | None:
    """The newest entry before which no other can still appear. None: somebody has been writing for too long; later, then.

    Ids are taken in order but committed in any: an entry may become visible after a newer one. So whoever was writing when
    the newest was read is waited for. SQLite has one writer at a time.
    """
    newest = Entry.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None or connection.vendor != "postgresql":
        return newest
    writing, give_up_at = _writers(), time.monotonic() + PATIENCE_S
    while writing := writing & _writers():
        if time.monotonic() > give_up_at:
            return None
        time.sleep(LOOK_AGAIN_S)
    return newest


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {name for (name,) in cursor.fetchall()}


def verify() -> list[str]:
    """Every seal made anew and compared, as sentences."""
    found, before, hash_before = [], 0, ""
    for row in Seal.objects.order_by("pk").iterator():
        name = f"seal {row.pk} (entries {row.after_entry + 1} to {row.through_entry})"
        if row.after_entry != before:
            found.append(f"{name}: does not follow the seal before it, which ends at {before}")
        if _hash(hash_before, row.after_entry, row.through_entry) != (row.hash, row.entries):
            found.append(f"{name}: what was sealed is not what is there")
        before, hash_before = row.through_entry, row.hash
    known = set(Seal.objects.values_list("hash", flat=True))
    for day, kept in BooksCheck.objects.exclude(head="").order_by("day").values_list("day", "head"):
        if kept not in known:
            found.append(f"the seal of {day} is gone")
    return found


def _hash(previous: str, after: int, through: int) -> tuple[str, int]:
    """Of the seal before and of the entries in between, with how many there are."""
    content, count = sha256(previous.encode()), 0
    for row in _content(after, through):
        content.update(repr(row).encode())
        count += 1
    return content.hexdigest(), count


def _content(after: int, through: int) -> Iterator[tuple]:
    """Every entry with its postings, all that their rows say. The accounts' names are in the fingerprint."""
    covered = {"pk__gt": after, "pk__lte": through}
    entries = Entry.objects.filter(**covered).order_by("pk")
    postings = Posting.objects.filter(entry_id__gt=after, entry_id__lte=through).order_by("entry_id", "pk")
    lines = groupby(
        postings.values_list("entry_id", "pk", "debit_id", "credit_id", "amount_minor", "group").iterator(),
        itemgetter(0),
    )
    of_entry, rows = next(lines, (None, iter(())))
    fields = ("pk", "key", "fingerprint", "kind", "reference", "posted_at")
    for pk, *texts, posted_at in entries.values_list(*fields).iterator():
        mine = []
        if of_entry == pk:
            mine = [row[1:] for row in rows]
            of_entry, rows = next(lines, (None, iter(())))
        yield (pk, *texts, posted_at.astimezone(UTC).isoformat(), mine)
    if of_entry is not None:
        yield ("postings without their entry", of_entry)
