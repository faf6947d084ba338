"""The background work: what is done, how often, and that no job can stop another.

Four lanes, each a thread with a round a second: deadlines of calls must not wait for somebody else's slow answer, nor
withdrawals for the reading of whole books, nor search for any of them. A lane whose round found something to do goes round
again at once. Every job claims its work by conditional updates, so several workers may run.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import close_old_connections
from django.utils import timezone

from calls.metering import services as metering
from calls.orders import services as orders
from calls.rooms import services as rooms
from calls.waiting import services as waiting
from marketplace.closing import guests
from marketplace.closing import services as closing
from marketplace.search import services as search
from payouts import clock
from payouts import verify as books
from payouts.cards import services as cards
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.mail import services as mail
from payouts.outbox import services as outbox
from payouts.outbox.services import Handler
from payouts.reconciliation import services as reconciliation
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.sandbox import services as sandbox
from payouts.statements import services as statements
from payouts.stripe import missed, pacing
from payouts.stripe import work as stripe_work
from payouts.wallet import services as wallet

logger = logging.getLogger(__name__)
ROUND_S = 1.0
BUSY_ROUND_S = 0.05
HANDLERS: dict[str, Handler] = {
    **stripe_work.HANDLERS,
    "mail.receipt": metering.send_receipt,
    mail.ACTION: mail.send,
    cards.FILLED_UP: metering.filled_up,
    claims.HOLD_SETTLED: orders.hold_settled,
    safety.LOOK_AGAIN: earnings.look_again,
    earnings.TO_CARD: earnings.send_to_card,
}


@dataclass
class Job:
    """`do` answers with how much it did (a number or a list) or None. `every_s`: at most this often."""

    name: str
    do: Callable[[], object]
    every_s: float = 0
    next_at: float = 0


def lanes() -> list[list[Job]]:
    """The jobs, by lane. Made anew for each worker, because a Job remembers when it is due."""
    calls = [
        # First: no deadline is to be met on the word of a witness who was dead by then.
        Job("server processes that died", lambda: rooms.reap(now=timezone.now()), every_s=1),
        Job("offers and paid periods whose time has come", lambda: metering.sweep(now=timezone.now())),
        Job("orders whose time has come", lambda: orders.sweep(now=timezone.now()), every_s=10),
        Job("calls whose time has come", lambda: rooms.sweep(now=timezone.now())),
        Job("quiet hours and times away", lambda: rooms.turn_presence(now=timezone.now()), every_s=1),
        Job("weekly hours that began", lambda: rooms.renew_hours(now=timezone.now()), every_s=1),
        Job("lines of those who wait", lambda: waiting.sweep(now=timezone.now()), every_s=1),
    ]
    world_outside = [
        Job("outbox", lambda: outbox.work(handlers=HANDLERS, now=timezone.now())),
        Job("Stripe's events", lambda: stripe_work.process_events(now=timezone.now())),
        Job("sandbox", lambda: sandbox.work(now=timezone.now())),
        Job("promotional credit to expire", lambda: wallet.expire_due(now=clock.now()), every_s=60),
        Job("disputed credit that was freed", lambda: disputes.take_what_was_freed(now=timezone.now()), every_s=60),
        Job("refunded credit that was freed", lambda: refunds.take_what_came_back(now=timezone.now()), every_s=60),
        Job("claims whose time has come", lambda: claims.meet_deadlines(now=timezone.now()), every_s=10),
        Job("earnings to release", lambda: earnings.release_due(now=clock.now()), every_s=10),
        Job("stored time", lambda: metering.give_back_expired(today=clock.now(), now=timezone.now()), every_s=10),
    ]
    at_leisure = [
        Job("statements", lambda: statements.follow(now=timezone.now()), every_s=1),
        Job("papers to number", lambda: statements.number_papers(now=timezone.now()), every_s=1),
        Job("commission invoices", lambda: statements.issue_invoices(now=timezone.now()), every_s=10),
        Job("sightings to forget", lambda: safety.forget_old(now=timezone.now()), every_s=3600),
        Job("events that we missed", lambda: missed.fetch_missed(now=timezone.now()), every_s=60),
        Job("accounts to close", lambda: closing.sweep(now=timezone.now()), every_s=60),
        Job("profiles that search does not know", search.catch_up, every_s=600),
        Job("guests to forget", lambda: guests.sweep(now=timezone.now()), every_s=3600),
        Job("money of closed accounts", lambda: closing.send_what_came_back(now=timezone.now()), every_s=3600),
        Job("check of the books", lambda: books.nightly(now=clock.now()), every_s=600),
        Job("reconciliation", lambda: reconciliation.nightly(now=clock.now()), every_s=600),
    ]
    who_is_here = [Job("who is here, for search", search.take_in)]
    return [calls, world_outside, at_leisure, who_is_here]


def start(stop: threading.Event) -> list[threading.Thread]:
    """A thread for each lane; each finishes its round once `stop` is set."""
    threads = [threading.Thread(target=run, args=(jobs, stop), daemon=True) for jobs in lanes()]
    for thread in threads:
        thread.start()
    return threads


def run(jobs: Sequence[Job], stop: threading.Event) -> None:
    with pacing.background():
        while not stop.is_set():
            started = time.monotonic()
            wait = BUSY_ROUND_S if do_round(jobs, started) else ROUND_S - (time.monotonic() - started)
            stop.wait(max(wait, BUSY_ROUND_S))


def do_round(jobs: Sequence[Job], monotonic_now: float) -> bool:
    """Each due job once. Whether any of them found something to do. A job that fails is logged, and the next one goes on."""
    busy = False
    for job in jobs:
        if monotonic_now < job.next_at:
            continue
        job.next_at = monotonic_now + job.every_s
        close_old_connections()
        try:
            busy = bool(job.do()) or busy
        except Exception:
            logger.exception("job %s failed; it is tried again", job.name)
    close_old_connections()
    return busy
