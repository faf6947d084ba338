"""Time that nobody witnessed, and cents that appear where one divides: neither is ever billed."""

import time
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.metering import billing, settlement, witness
from calls.metering.billing import Interval
from calls.metering.models import PaidPeriod
from calls.metering.moments import to_ms
from calls.signalling.media import Ear
from payouts.commission import Split, split
from payouts.earnings import capture
from tests import cast
from tests.calls.metering.world import OTHER_SERVER, Story, give_credit
from tests.calls.signalling.wires import live_pair

FREE_S = 30


class RoundingTests:
    """The payer presses *Pause* and *Resume* before each cent is full."""

    def pay_in_crumbs(self) -> Story:
        """40 stretches of 0.29 s at 2.00 a minute, after the free time: 11.6 s, 0.38."""
        story = Story().go_paid().after(FREE_S)
        for _ in range(40):
            story.after(0.29).pause(story.alice)
            story.after(1).resume()
        story.back_to_free()
        return story

    def test_the_whole_period_is_rounded_once(self, db):
        story = self.pay_in_crumbs()
        assert (story.period.billable_ms, story.period.amount_minor) == (41_600, 38)

    def test_rounded_at_each_stretch_she_pays_nothing(self, db, monkeypatch):
        """The broken twin."""
        plain = settlement._capture

        def in_crumbs(period, _price, *, at, now):
            heard = witness.stretches(period, until=at)
            billed = billing.subtract(heard, [Interval(0, heard[0].start + FREE_S * 1_000)])
            crumbs = [period.rate_minor * (end - start) // 60_000 for start, end in billed]
            plain(period, sum(crumbs), at=at, now=now)

        monkeypatch.setattr(settlement, "_capture", in_crumbs)
        assert self.pay_in_crumbs().period.amount_minor == 0


class CommissionTests:
    """The expert has the price split into single cents, of which the commission is nothing."""

    def test_it_is_of_the_whole_price(self, db):
        story = Story().go_paid().after(FREE_S + 60)
        story.back_to_free()
        assert (story.period.amount_minor, story.period.commission_minor) == (200, 60)

    def test_rounded_at_each_cent_there_is_none(self, db, monkeypatch):
        """The broken twin."""

        def cent_by_cent(price: int, percent: int) -> Split:
            crumbs = sum(split(1, percent).commission_minor for _ in range(price))
            return Split(price - crumbs, crumbs)

        monkeypatch.setattr(capture, "split", cent_by_cent)
        story = Story().go_paid().after(FREE_S + 60)
        story.back_to_free()
        assert story.period.commission_minor == 0


def sleeping_tab() -> Story:
    """Her tab slept: its last report came after 40 s, the next press after 5 min."""
    story = Story().go_paid().after(300)
    story.lose("payer", silent_for=260)
    story.back_to_free()
    return story


def dead_server() -> Story:
    """Found dead long after its last beat."""
    story = Story().go_paid().after(300)
    story.kill(beat=260)
    story.sweep()
    return story


def only_one_side() -> Story:
    """His page reports for 5 min, hers never after the first 40 s; and the other server that she came to died at once."""
    story = Story().go_paid().after(40)
    story.lose("payer", silent_for=0)
    story.after(5).hear("payer", process=OTHER_SERVER)
    story.kill(OTHER_SERVER, beat=0)
    story.after(255).sweep()
    return story


WITNESSES = pytest.mark.parametrize("attack", [sleeping_tab, dead_server, only_one_side])


class WitnessTests:
    @WITNESSES
    def test_what_both_witnessed_is_billed_and_no_more(self, db, attack):
        story = attack()
        assert (story.period.state, story.period.billable_ms) == ("ended", 40_000)

    @WITNESSES
    def test_by_the_wall_clock_it_would_be_minutes(self, db, monkeypatch, attack):
        """The broken twin."""

        def wall_clock(period: PaidPeriod, *, until) -> list[Interval]:
            return [Interval(to_ms(period.counts_from), to_ms(cast.NOW + timedelta(seconds=300)))]

        monkeypatch.setattr(witness, "stretches", wall_clock)
        assert attack().period.billable_ms > 250_000


class ClockSetBackTests:
    """It was an hour later when the two began to hear each other than when they ceased."""

    def billed(self) -> int:
        heard = [Interval(3_600_000, 0)]
        return billing.billable_ms(payer=heard, expert=heard, stops=[], counts_from=0, until=3_600_000)

    def test_it_bills_nothing(self):
        assert self.billed() == 0

    def test_by_the_distance_of_the_two_moments_it_bills_an_hour(self, monkeypatch):
        """The broken twin."""
        plain = billing.merged
        turned = lambda intervals: plain(Interval(min(one), max(one)) for one in intervals)  # noqa: E731
        monkeypatch.setattr(billing, "merged", turned)
        assert self.billed() == 3_600_000


LEAPS = [timedelta(hours=1), timedelta(seconds=4)]


@pytest.mark.django_db(transaction=True)
class ClockSetForwardTests:
    """The server's clock leaps, or its machine slept, between two reports of a running period: by an hour, or by so little
    that the next report comes as if one had been late."""

    @pytest.fixture(autouse=True)
    def times(self, settings):
        settings.ACCEPT_INERT_S, settings.COUNTDOWN_S, settings.FREE_TIME_S = 0, 0, 0

    async def billed(self, alice, bob, now, monkeypatch, leap: timedelta) -> int:
        await sync_to_async(give_credit)(alice, 20_000)
        hers, his, _ = await live_pair(alice, bob, now)
        listing = await sync_to_async(cast.rate_of)(bob)
        await his.say("offer.send", listing=listing.pk)
        offer = (await hers.state(lambda state: state["offer"]))["offer"]
        await hers.say("offer.accept", offer=offer["id"], cap_minor=20_000)
        for received in (100, 200):
            for wire in (hers, his):
                await wire.say("media", received=received)
        state = await hers.state(lambda state: state["meter"]["state"] == "running")
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + leap)
        for wire in (hers, his):
            await wire.say("media", received=300)
        await his.say("meter.free", period=state["meter"]["period"])
        await hers.state(lambda state: state["meter"]["state"] == "free")
        return (await sync_to_async(PaidPeriod.objects.get)()).billable_ms

    @pytest.mark.parametrize("leap", LEAPS)
    async def test_the_leap_is_not_billed(self, alice, bob, now, monkeypatch, leap):
        began = time.monotonic()
        billed = await self.billed(alice, bob, now, monkeypatch, leap)
        assert billed < 1_000 * (time.monotonic() - began)

    @pytest.mark.parametrize("leap", LEAPS)
    async def test_where_any_growth_is_a_good_report_it_is(self, alice, bob, now, monkeypatch, leap):
        """The broken twin."""

        def report(ear: Ear, received: int, *, now, **_rule) -> None:
            ear.good = ear.received is not None and received > ear.received
            ear.received = received
            ear.last_good_at = now if ear.good else ear.last_good_at

        monkeypatch.setattr(Ear, "report", report)
        assert await self.billed(alice, bob, now, monkeypatch, leap) >= leap / timedelta(milliseconds=1)
