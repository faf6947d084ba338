"""How fast the background work asks Stripe: at most so many requests a second, from all workers together.

Stripe allows 25 a second to one endpoint and, in test mode, to an account; a backlog must not use that up, so pages (which do
not wait here) find some left. The turns are kept in one row of the database, since several workers share them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

from payouts.stripe.models import Pace

SECOND = 1_000_000  # in microseconds, as the row keeps moments
HOLD_OFF_MAX = 30 * SECOND  # below the outbox's claim: whoever waits still has the row
CALM_AFTER = 60 * SECOND
_in_background: ContextVar[bool] = ContextVar("in_background", default=False)


@contextmanager
def background() -> Iterator[None]:
    """Whatever asks Stripe inside waits for its turn."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


def take_turn() -> None:
    """Returns when this request may be made; at once outside the background."""
    if not _in_background.get() or not settings.STRIPE_REQUESTS_PER_S:
        return
    gap = SECOND // settings.STRIPE_REQUESTS_PER_S
    while True:
        row, now = _row(), _now()
        mine = max(row.next_us, now)
        if Pace.objects.filter(pk=1, next_us=row.next_us).update(next_us=mine + gap):
            break
    if mine > now:
        time.sleep((mine - now) / SECOND)


def hold_off() -> None:
    """Stripe said that it was too much (429): nobody asks for a second, then for 2, 4 ... while it goes on saying so."""
    row, now = _row(), _now()
    again = now - row.refused_us < CALM_AFTER
    wait = min(row.wait_us * 2, HOLD_OFF_MAX) if again and row.wait_us else SECOND
    Pace.objects.filter(pk=1).update(next_us=max(row.next_us, now + wait), wait_us=wait, refused_us=now)


def _row() -> Pace:
    return Pace.objects.get_or_create(pk=1)[0]


def _now() -> int:
    return int(time.time() * SECOND)
