"""Events that never reached us (we were down longer than Stripe tries, or an address was wrong): asked for each hour."""

import logging
from datetime import UTC, datetime, timedelta

from payouts.stripe import books, dispute_work, incoming
from payouts.stripe.answers import NotAnswered, Refused
from payouts.stripe.models import EventCursor
from payouts.withdrawals import services as withdrawals

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
AFTER_NO_ANSWER = timedelta(minutes=5)
FIRST_LOOK = timedelta(days=1)
OVERLAP = timedelta(minutes=10)  # Stripe may list an older event later than a younger one
ACCOUNTS_AT_ONCE = 50


def fetch_missed(*, now: datetime) -> int:
    """Look at the accounts whose hour has come; answers how many events were new. Safe in several workers at once.

    The platform's own events, and those of each connected account. Its thin events say only that an account changed: what
    they would have told is asked for too, and so are disputes: a bank waits for nobody, and Stripe forgets events after 30 days.
    """
    _know_all_accounts(now)
    found = 0
    for cursor in EventCursor.objects.filter(due_at__lte=now).order_by("due_at")[:ACCOUNTS_AT_ONCE]:
        mine = EventCursor.objects.filter(pk=cursor.pk, due_at=cursor.due_at)
        if not mine.update(due_at=now + EVERY):
            continue
        try:
            found += _fetch(cursor, now)
        except (NotAnswered, Refused) as problem:
            log.warning("Missed events not fetched", exc_info=problem, extra={"account": cursor.account})
            if isinstance(problem, NotAnswered):
                EventCursor.objects.filter(pk=cursor.pk).update(due_at=now + AFTER_NO_ANSWER)
    return found


def _know_all_accounts(now: datetime) -> None:
    known = set(EventCursor.objects.values_list("account", flat=True))
    new = {"", *withdrawals.stripe_accounts()} - known
    rows = [EventCursor(account=account, since=now - FIRST_LOOK, due_at=now) for account in sorted(new)]
    EventCursor.objects.bulk_create(rows, ignore_conflicts=True)


def _fetch(cursor: EventCursor, now: datetime) -> int:
    """The cursor moves once everything was read: dying on the way reads again, and each event is kept once."""
    if cursor.account:
        withdrawals.refresh_bank_if_old(stripe_account=cursor.account, now=now)
    else:
        dispute_work.read_missed(since=cursor.since - OVERLAP, now=now)
    new, newest = 0, cursor.since
    for event in books.events(account=cursor.account, since=cursor.since - OVERLAP):
        new += incoming.keep(event, endpoint="connect" if cursor.account else "platform", now=now)
        newest = max(newest, datetime.fromtimestamp(event.payload["created"], UTC))
    EventCursor.objects.filter(pk=cursor.pk).update(since=newest)
    return new
