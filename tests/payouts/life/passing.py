"""Time goes by, the worker works, Stripe's events come late, twice, in another order or never."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from marketplace.closing import services as closing
from payouts import verify
from payouts.claims import services as claims
from payouts.claims.models import Claim
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
from payouts.wallet.models import CreditLot
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import goes_on
from tests.payouts.life.truth import Truth

HANDLERS = {**work.HANDLERS, safety.LOOK_AGAIN: earnings.look_again, earnings.TO_CARD: earnings.send_to_card}
JOBS = {
    "outbox": lambda now: outbox.work(handlers=HANDLERS, now=now),
    "events": lambda now: work.process_events(now=now),
    "promotions": lambda now: wallet.expire_due(now=now),
    "disputed": lambda now: disputes.take_what_was_freed(now=now),
    "sent back": lambda now: refunds.take_what_came_back(now=now),
    "claims": lambda now: claims.meet_deadlines(now=now),
    "releases": lambda now: earnings.release_due(now=now),
    "closings": lambda now: closing.sweep(now=now),
    "closed": lambda now: closing.send_what_came_back(now=now),
    "missed": lambda now: missed.fetch_missed(now=now),
    "statements": lambda now: statements.follow(now=now),
    "papers": lambda now: statements.number_papers(now=now),
    "check": lambda now: verify.nightly(now=now),
    "reconciliation": lambda now: reconciliation.nightly(now=now),
}
AT_STRIPE = "stripe"  # not ours: what happens there, and its events on their way
A_ROUND = (AT_STRIPE, "events", "outbox", "events")
A_WHILE = timedelta(days=10)
days = st.sampled_from([0.1, 1, 3, 8, 15, 31])


class Passing(Truth):
    @deed(rounds=st.integers(1, 2), goes_on=goes_on)
    def the_worker_works(self, rounds: int, goes_on: bool) -> None:
        for _ in range(rounds):
            for job in A_ROUND:
                self.does(job, goes_on=goes_on)

    @deed(goes_on=goes_on)
    def the_worker_works_on(self, goes_on: bool) -> None:
        """As often as anything else happens, and more."""
        self.the_worker_works(rounds=2, goes_on=goes_on)

    @deed(job=st.sampled_from([AT_STRIPE, *JOBS]), goes_on=goes_on)
    def the_worker_does_one_thing(self, job: str, goes_on: bool) -> None:
        self.does(job, goes_on=goes_on)

    def does(self, job: str, *, goes_on: bool = True) -> None:
        if job == AT_STRIPE:
            self.goes(1)
            sandbox.work(now=self.time)
        else:
            self.attempt(JOBS[job], goes_on=goes_on)
            self.asked_at = self.time if job == "missed" else self.asked_at

    @deed(days=days, with_the_worker=st.sampled_from([True, True, False]))
    def days_go_by(self, days: float, with_the_worker: bool) -> None:
        self.goes_on_until(self.time + timedelta(days=days))
        for job in (*A_ROUND, *JOBS) if with_the_worker else ():
            self.does(job)

    def goes_on_until(self, at: datetime) -> None:
        """The worker is never away for a month: Stripe would have forgotten what we missed."""
        while at - self.asked_at > A_WHILE:
            self.time = max(self.time, self.asked_at + A_WHILE)
            self.does("missed")
        self.time = max(self.time, at)

    def moments(self) -> list[tuple[datetime, str]]:
        """When something happens by itself, and by whose work."""
        found = {(at, "claims") for at in Claim.objects.values_list("deadline_at", flat=True) if at}
        found |= {(sale.release_at, "releases") for sale in self.sales.values() if sale.may_be_released and sale.left}
        left = CreditLot.objects.filter(remaining_minor__gt=0).values_list("expires_at", flat=True)
        found |= {(at, "promotions") for at in left if at}
        return sorted(each for each in found if each[0] > self.time)

    @deed(when=moments, seconds=st.sampled_from([-3, 0, 1, 600]), goes_on=goes_on, data=st.data())
    def the_time_comes(self, seconds: int, goes_on: bool, data) -> None:
        """Or nearly."""
        at, job = data.draw(st.sampled_from(self.moments()[:6]))
        self.goes_on_until(at + timedelta(seconds=seconds))
        self.does(job, goes_on=goes_on)

    # --- Events -------------------------------------------------------------------------------------------------------

    @deed(how=st.sampled_from(["held", "lost", "turned round", "doubled", "again", "replayed"]), data=st.data())
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
