"""Time goes by, the worker works, Stripe's events come late, twice, in another order or never."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payouts import verify
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.reconciliation import services as reconciliation
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.sandbox import deliveries, operator
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.statements import services as statements
from payouts.stripe import missed, work
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from tests.payouts.life.people import goes_on
from tests.payouts.life.truth import Truth

HANDLERS = {**work.HANDLERS, safety.LOOK_AGAIN: earnings.look_again}
JOBS = {
    "outbox": lambda now: outbox.work(handlers=HANDLERS, now=now),
    "events": lambda now: work.process_events(now=now),
    "promotions": lambda now: wallet.expire_due(now=now),
    "disputed": lambda now: disputes.take_what_was_freed(now=now),
    "sent back": lambda now: refunds.take_what_came_back(now=now),
    "claims": lambda now: claims.meet_deadlines(now=now),
    "releases": lambda now: earnings.release_due(now=now),
    "missed": lambda now: missed.fetch_missed(now=now),
    "statements": lambda now: statements.follow(now=now),
    "papers": lambda now: statements.number_papers(now=now),
    "check": lambda now: verify.nightly(now=now),
    "reconciliation": lambda now: reconciliation.nightly(now=now),
}
AT_STRIPE = "stripe"  # not ours: what happens there, and its events on their way
A_ROUND = (AT_STRIPE, "events", "outbox", "events")
days = st.sampled_from([0.1, 1, 3, 8, 15, 31])


class Passing(Truth):
    @rule(rounds=st.integers(1, 2), goes_on=goes_on)
    def the_worker_works(self, rounds: int, goes_on: bool) -> None:
        for _ in range(rounds):
            for job in A_ROUND:
                self.does(job, goes_on=goes_on)

    @rule(goes_on=goes_on)
    def the_worker_works_on(self, goes_on: bool) -> None:
        """As often as anything else happens, and more."""
        self.the_worker_works(rounds=2, goes_on=goes_on)

    @rule(job=st.sampled_from([AT_STRIPE, *JOBS]), goes_on=goes_on)
    def the_worker_does_one_thing(self, job: str, goes_on: bool) -> None:
        self.does(job, goes_on=goes_on)

    def does(self, job: str, *, goes_on: bool = True) -> None:
        if job == AT_STRIPE:
            self.goes(1)
            sandbox.work(now=self.time)
        else:
            self.attempt(JOBS[job], goes_on=goes_on)

    @rule()
    def a_day_goes_by_with_the_worker(self) -> None:
        self.days_go_by_with_the_worker(days=1)

    @rule(days=days)
    def time_goes_by(self, days: float) -> None:
        self.time += timedelta(days=days)

    @rule(days=days)
    def days_go_by_with_the_worker(self, days: float) -> None:
        self.time += timedelta(days=days)
        for job in (*A_ROUND, *JOBS):
            self.does(job)

    # --- Events -------------------------------------------------------------------------------------------------------

    @rule(how=st.sampled_from(["held", "lost", "turned round", "doubled", "again", "replayed"]), data=st.data())
    def the_mail_is_strange(self, how: str, data) -> None:
        if how == "held":
            operator.hold_events()
        elif how == "lost":
            operator.drop_events()
        elif how == "again" and SandboxDelivery.objects.exists():
            sent = list(SandboxDelivery.objects.order_by("-pk").values_list("pk", flat=True)[:9])
            sandbox.send_again(delivery_id=data.draw(st.sampled_from(sent)))
        elif how == "replayed" and StripeEvent.objects.exists():
            kept = list(StripeEvent.objects.order_by("-pk").values_list("pk", flat=True)[:9])
            mine = StripeEvent.objects.filter(pk=data.draw(st.sampled_from(kept)))
            mine.update(processed_at=None, due_at=self.time)
        else:
            operator.let_events_go(newest_first=how == "turned round", twice=how == "doubled")

    # --- The end ----------------------------------------------------------------------------------------------------------

    def is_idle(self) -> bool:
        undone = OutboxRow.objects.filter(action__in=list(HANDLERS), state__in=["waiting", "claimed"])
        unheard = SandboxDelivery.objects.filter(delivered_at=None, attempts__lt=deliveries.TRIES)
        moving = SandboxObject.objects.filter(kind__in=["payout", "refund"], data__status__in=["pending", "in_transit"])
        unread = StripeEvent.objects.filter(processed_at=None)
        return not any(rows.exists() for rows in (undone, unheard, moving, unread))
