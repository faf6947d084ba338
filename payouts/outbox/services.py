"""Work for the world outside: a row written with what causes it, done later by the worker, with its key, until it is done."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from payouts.outbox.models import OutboxRow

log = logging.getLogger(__name__)

CLAIM_S = 120  # longer than the slowest call to Stripe; a worker that died is overtaken after it
BACKOFF_MAX_S = 3600
BATCH_S = 30  # then `now` is old: what is claimed with it would be taken over while it is being done

Finish = Callable[[datetime], object]


class Handler(Protocol):
    """Calls the outside world, outside any transaction. What it returns is run in one, together with *done*."""

    def __call__(self, payload: dict[str, Any], *, key: str) -> Finish | None: ...


class GiveUp(Exception):
    """Trying again is pointless: the row becomes a task for staff, with this message."""


class NotYet(Exception):
    """The world outside is not ready, and nothing is wrong: tried again later."""


def enqueue(*, action: str, key: str, payload: dict[str, Any], now: datetime) -> None:
    """To be called inside the transaction of the cause. The same key twice: no effect."""
    row = OutboxRow(action=action, key=key, payload=payload, due_at=now, made_at=now)
    OutboxRow.objects.bulk_create([row], ignore_conflicts=True)


def amend(*, keys: Iterable[str], change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The payload of these rows, done or not, becomes what `change` makes of it. Keys that nobody knows change nothing."""
    with transaction.atomic():
        for row in OutboxRow.objects.select_for_update(no_key=True).filter(key__in=list(keys)).order_by("pk"):
            row.payload = change(row.payload)
            row.save(update_fields=["payload"])


def is_known(*, key: str) -> bool:
    """Whether this was asked for already, done or not."""
    return OutboxRow.objects.filter(key=key).exists()


def is_claimed(*, key: str) -> bool:
    """Whether a worker is at it at this moment, or died at it and was not yet overtaken."""
    return OutboxRow.objects.filter(key=key, state=OutboxRow.State.CLAIMED).exists()


def work(*, handlers: Mapping[str, Handler], now: datetime, limit: int = 20) -> int:
    """Do up to `limit` rows that are due; answers how many were tried. Safe to run in several workers at once.

    A row is claimed by moving `due_at` ahead. Dying anywhere leaves it to be done again with the same key: the outside
    world must know keys, as Stripe does. Errors stay on the row; it is tried again after 1, 2, 4 ... s, at most 1 h.
    After BATCH_S the rest is left to the next call.
    """
    started = time.monotonic()
    due = OutboxRow.objects.filter(
        state__in=[OutboxRow.State.WAITING, OutboxRow.State.CLAIMED], due_at__lte=now, action__in=list(handlers)
    )
    tried = 0
    for row in due.order_by("due_at", "pk")[:limit]:
        if time.monotonic() - started > BATCH_S:
            break
        if _claim(row, now):
            _do(row, handlers[row.action], now)
            tried += 1
    return tried


def hurry(*, actions: Sequence[str], now: datetime) -> int:
    """What was *not yet* may be possible now: waiting rows of these actions are due at once."""
    waiting = OutboxRow.objects.filter(state=OutboxRow.State.WAITING, action__in=actions, due_at__gt=now)
    return waiting.update(due_at=now)


def try_again(*, rows: QuerySet[OutboxRow], now: datetime) -> int:
    """Staff saw to what made the worker give up: these rows are due again."""
    return rows.filter(state=OutboxRow.State.GIVEN_UP).update(state=OutboxRow.State.WAITING, due_at=now)


def _claim(row: OutboxRow, now: datetime) -> bool:
    """Whoever changes the row from what was read has it."""
    as_read = OutboxRow.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    row.state, row.attempts, row.due_at = OutboxRow.State.CLAIMED, row.attempts + 1, now + timedelta(seconds=CLAIM_S)
    return as_read.update(state=row.state, attempts=row.attempts, due_at=row.due_at) == 1


def _do(row: OutboxRow, handler: Handler, now: datetime) -> None:
    try:
        finish = handler(row.payload, key=row.key)
        with transaction.atomic():
            if _close(row, state=OutboxRow.State.DONE, done_at=now, error="") and finish:
                finish(now)
    except GiveUp as reason:
        log.error("Outbox row given up", extra={"key": row.key})
        _close(row, state=OutboxRow.State.GIVEN_UP, error=str(reason))
    except NotYet as reason:
        _later(row, reason, now)
    except Exception as problem:
        log.warning("Outbox row failed, will be tried again", exc_info=problem, extra={"key": row.key})
        _later(row, problem, now)


def _later(row: OutboxRow, problem: Exception, now: datetime) -> None:
    wait = timedelta(seconds=min(2 ** (row.attempts - 1), BACKOFF_MAX_S))
    _close(row, state=OutboxRow.State.WAITING, due_at=now + wait, error=repr(problem)[:2000])


def _close(row: OutboxRow, **changes: object) -> bool:
    """False when the claim ran out and another worker has taken the row over: what it finds is what counts."""
    mine = OutboxRow.objects.filter(pk=row.pk, state=OutboxRow.State.CLAIMED, attempts=row.attempts)
    return mine.update(**changes) == 1
