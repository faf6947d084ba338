"""Calls that lie behind the demo's people, lived through once more by the services with the moments of then.

So one expert has earnings (some released, some pending), two callers have receipts, and every sum is in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings

from calls.metering import services as metering
from calls.rooms import services as rooms
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.listings.models import Listing
from marketplace.management.demo_data.builder import buy_credit
from marketplace.reviews import services as reviews
from payouts import clock
from payouts.earnings import services as earnings

if TYPE_CHECKING:  # their tables are theirs; only the names are used here
    from calls.metering.models import Offer, PaidPeriod
    from calls.rooms.models import Call

DAYS = 42  # how long the demo's past is
FIRST_TOP_UPS = (10_000, 4_500)  # of the caller and the second caller; the second one's is all spent


@dataclass(frozen=True)
class PastCall:
    """Minutes are those between the countdown and the end; `cap_minor` None: an act, at its price."""

    days_ago: int
    caller: int  # 0 or 1
    line: str
    minutes: float
    cap_minor: int | None
    pause_minutes: float = 0
    review: tuple[int, str, str] | None = None  # stars and words of the caller, and the expert's reply, the day after


CALLS = (
    PastCall(41, 0, "I invoice two countries. Which VAT is it?", 24, 5_000),
    PastCall(
        36,
        1,
        "Six invoices, all of them a little wrong.",
        30,
        None,
        review=(
            4,
            "All six put right in half an hour. He speaks fast; ask him to write the important things into the chat.",
            "Fair point. The next time I will write first and talk second.",
        ),
    ),
    PastCall(
        12,
        0,
        "The office sent the form back.",
        13,
        3_000,
        pause_minutes=2,
        review=(5, "He saw at once which line the office meant, and paused the meter by himself while I looked.", ""),
    ),
    PastCall(3, 0, "One last question about the form.", 6, 1_000),
)


def live_through(*, callers: tuple[User, User], expert: User, now: datetime) -> None:
    for caller, minor in zip(callers, FIRST_TOP_UPS, strict=True):
        buy_credit(caller, minor, now=now - timedelta(days=DAYS))
    for past in CALLS:
        Story(callers[past.caller], expert, past, now - timedelta(days=past.days_ago)).tell()
    earnings.release_due(now=clock.now())


class Story:
    """One call from the first ring to hanging up; `after` moves its clock."""

    def __init__(self, caller: User, expert: User, past: PastCall, start: datetime) -> None:
        self.caller, self.expert, self.past, self.now = caller, expert, past, start
        self.server: UUID = uuid4()  # the server process of then

    def after(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def tell(self) -> None:
        experts.arrived(user=self.expert, process=self.server)
        call = self.connect()
        period = self.go_paid(call)
        self.talk(period)
        rooms.leave(room=call.room, user=self.caller, tab=uuid4(), now=self.after(seconds=40), reason="hung_up")
        experts.left(user=self.expert, process=self.server)
        if self.past.review:
            self.be_reviewed(*self.past.review)

    def be_reviewed(self, stars: int, text: str, reply: str) -> None:
        metering.review(payer=self.caller, expert=self.expert, stars=stars, text=text, seen=0, now=self.after(days=1))
        if reply:
            written = reviews.of_pair(writer=self.caller, expert=self.expert)
            reviews.reply(review_id=written.pk, expert=self.expert, text=reply, seen=0, now=self.after(hours=5))

    def connect(self) -> Call:
        call = rooms.ring(caller=self.caller, expert=self.expert, line=self.past.line, now=self.now)
        call = rooms.answer(call_id=call.pk, by=self.expert, now=self.after(seconds=7))
        for member in (self.expert, self.caller):
            rooms.join(room=call.room, user=member, process=self.server, tab=uuid4(), now=self.after(seconds=2))
        call.refresh_from_db()
        return call

    def go_paid(self, call: Call) -> PaidPeriod:
        offer = self.offer(call)
        period = metering.accept_offer(
            offer_id=offer.pk,
            payer=self.caller,
            cap_minor=self.past.cap_minor or offer.price_minor,
            now=self.after(seconds=9),
        )
        for side in ("payer", "expert"):
            metering.hearing(period_id=period.pk, side=side, process=self.server, since=self.now, now=self.now)
        metering.sweep(now=self.after(seconds=settings.COUNTDOWN_S))
        return period

    def offer(self, call: Call) -> Offer:
        kind = Listing.Kind.PER_MINUTE if self.past.cap_minor else Listing.Kind.ACT_OF_TIME
        acts = Listing.objects.filter(profile__user=self.expert, kind=kind, active=True)
        wanted = acts.filter(length_minutes=self.past.minutes) if kind == Listing.Kind.ACT_OF_TIME else acts
        return metering.send_offer(
            call=call,
            expert=self.expert,
            listing_id=wanted.get().pk,
            rate_minor=None,
            estimate=None,
            now=self.after(minutes=2),
        )

    def talk(self, period: PaidPeriod) -> None:
        """Whatever is due on the way is met by the sweeper, as it was then: an act captured, a cap reached."""
        if self.past.pause_minutes:
            metering.pause(period_id=period.pk, member=self.caller, now=self.after(minutes=3))
            metering.resume(period_id=period.pk, payer=self.caller, now=self.after(minutes=self.past.pause_minutes))
        left = self.past.minutes - (3 + self.past.pause_minutes if self.past.pause_minutes else 0)
        until = self.now + timedelta(minutes=left)
        while self.now < until:
            metering.sweep(now=self.after(seconds=min(60.0, (until - self.now).total_seconds())))
