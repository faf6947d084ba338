"""Paid periods under anything that people, networks, clocks and servers do, in any order.

The machine keeps its own book of what each side really heard, by a clock that nobody sets beside the server's, and holds the
metering against it after every step.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calls.metering import billing
from calls.metering import services as metering
from calls.metering.billing import Interval
from calls.metering.models import PaidPeriod, StoredTime
from calls.metering.moments import to_ms
from calls.metering.terms import terms_of
from payouts.commission import split
from payouts.ledger import accounts
from tests import cast
from tests.calls.metering.world import Story, give_credit

CREDIT = 6_000
FRESH = timedelta(seconds=3)  # how old a last report can be at the end of a period without anything being lost
SIDES = st.sampled_from(["payer", "expert"])
MEMBERS = st.sampled_from(["alice", "bob"])
LEAPS = st.sampled_from([1, 2.9, 5, 20, 60, 130, 3_600])
SECONDS = st.sampled_from([0, 0.25, 1.7, 5, 11, 19, 20, 21, 30, 47.123, 60, 90, 119, 120, 130, 600])
KINDS = st.sampled_from(["minutes", "minutes", "act"])
NEXT_KINDS = st.sampled_from(["minutes", "act", "stored", "stored"])
RARELY = st.sampled_from([False, False, False, True])


class Moment(NamedTuple):
    """`second`s since the beginning, really; what the server's clock said then."""

    second: float
    stamp: datetime


class Heard:
    """From `start` until `end`; None: still."""

    def __init__(self, start: Moment) -> None:
        self.start = start
        self.end: Moment | None = None


class PeriodMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        accounts.forget()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.story = Story(credit=CREDIT)
        self.credit = CREDIT
        self.eve = cast.eve()
        self.latest = self.story.now
        self.second = 0.0
        self.set_at = [Moment(0.0, self.story.now)]  # the server's clock, and then each time that it leapt
        self.generation = 0
        self.heard: dict[int, dict[str, list[Heard]]] = {}
        self.seen_over: dict[int, float] = {}  # the periods that are over, and since when that is known

    def teardown(self) -> None:
        faults = self.story.faults()
        self.free_time.disable()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        accounts.forget()
        assert faults == []

    # --- the book of what was really heard ---

    @property
    def process(self) -> UUID:
        return UUID(int=1_000 + self.generation)

    def moment(self, ago: float = 0) -> Moment:
        second = self.second - ago
        since, stamp = next((one for one in reversed(self.set_at) if one.second <= second), self.set_at[0])
        return Moment(second, stamp + timedelta(seconds=second - since))

    def open_interval(self, side: str) -> Heard | None:
        intervals = self.heard[self.story.period_id][side]
        return intervals[-1] if intervals and intervals[-1].end is None else None

    def ends(self, side: str, at: Moment) -> Heard:
        """`side` heard nothing after `at`, which is never before the first good report."""
        interval = self.open_interval(side)
        interval.end = max(interval.start, at)
        return interval

    def witnessed_ms(self, period: PaidPeriod) -> int:
        """What both heard: by the server's clock up to the end, and by the one that nobody sets for as long as it was not known
        to be over. The less of the two is the most that may be billed."""
        if period.ended_at:
            self.seen_over.setdefault(period.pk, self.second)
        return min(self.by_the_servers_clock(period), self.really(period))

    def by_the_servers_clock(self, period: PaidPeriod) -> int:
        sides = {
            side: [Interval(to_ms(one.start.stamp), to_ms(one.end.stamp if one.end else self.latest)) for one in heard]
            for side, heard in self.heard[period.pk].items()
        }
        until = to_ms(period.ended_at or self.latest)
        return billing.billable_ms(**sides, stops=[], counts_from=to_ms(period.counts_from), until=until)

    def really(self, period: PaidPeriod) -> int:
        """Reckoned without any of the metering's own code: second by second between all the borders."""
        until = self.seen_over.get(period.pk, self.second)
        sides = [
            [(one.start.second, min(until, one.end.second if one.end else until)) for one in heard]
            for heard in self.heard[period.pk].values()
        ]
        borders = sorted({border for side in sides for interval in side for border in interval})
        both = [
            end - start
            for start, end in pairwise(borders)
            if all(any(first <= start and end <= last for first, last in side) for side in sides)
        ]
        return round(1_000 * sum(both))

    def latest_answer(self, period: PaidPeriod) -> datetime:
        """A minute after the question; a dead server's time, of which nobody knows what it took, comes on top."""
        latest = period.asked_at + timedelta(seconds=60)
        for stop in period.stops.filter(reason="server"):
            until = stop.ended_at or stop.started_at + timedelta(seconds=120)
            latest += max(until - max(stop.started_at, period.asked_at), timedelta())
        return latest

    # --- time and the world ---

    @initialize(kind=KINDS, cap=st.integers(400, 1_500), free_s=st.sampled_from([0, 0, 30]))
    def begin(self, kind: str, cap: int, free_s: int) -> None:
        self.free_time = override_settings(FREE_TIME_S=free_s)
        self.free_time.enable()
        self.accept(kind, cap)

    def accept(self, kind: str, cap: int, by: str = "bob") -> None:
        if kind == "act":
            self.story.offer_act()
        elif kind == "stored":
            self.story.offer_stored(getattr(self.story, by))
        else:
            self.story.offer_rate()
        self.story.period_id = metering.accept_offer(
            offer_id=self.story.offer.pk,
            payer=self.story.alice,
            cap_minor={"act": 2_500, "stored": 0}.get(kind, cap),
            now=self.story.now,
        ).pk
        self.heard[self.story.period_id] = {"payer": [], "expert": []}
        for side in ("payer", "expert"):
            self.hears(side, 0)
        self.time_passes(3)
        self.story.sweep()

    def time_passes(self, seconds: float) -> None:
        self.second += seconds
        self.clock_shows(seconds)

    def clock_shows(self, seconds: float) -> None:
        self.story.after(seconds)
        self.latest = max(self.latest, self.story.now)

    @rule(seconds=SECONDS)
    def they_talk(self, seconds: float) -> None:
        """Both hear each other, if they did not before; the sweeper comes late."""
        for side in ("payer", "expert"):
            self.hears(side, 0)
        self.time_passes(seconds)

    @rule(seconds=SECONDS)
    def they_talk_on(self, seconds: float) -> None:
        self.time_passes(seconds)
        self.story.sweep()

    @rule(seconds=LEAPS)
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.clock_shows(-seconds)
        self.set_at.append(Moment(self.second, self.story.now))

    @rule(seconds=LEAPS, is_swept=st.booleans())
    def the_clock_leaps_ahead(self, seconds: float, is_swept: bool) -> None:
        """The next reports of both are taken for first ones (test_media.py): what they heard ends before the leap. The sweeper
        may be there before them."""
        before = self.moment()
        self.clock_shows(seconds)
        self.set_at.append(Moment(self.second, self.story.now))
        if is_swept:
            self.story.sweep()
        for side in ("payer", "expert"):
            self.last_heard(side, before)

    @rule(side=SIDES, since=st.integers(0, 3))
    def hears(self, side: str, since: int) -> None:
        if self.open_interval(side) is None:
            self.heard[self.story.period_id][side].append(Heard(self.moment(since)))
        self.story.hear(side, process=self.process, since=self.open_interval(side).start.stamp)

    @rule(side=SIDES, silent_for=st.integers(0, 12))
    def falls_silent(self, side: str, silent_for: int) -> None:
        self.last_heard(side, self.moment(silent_for))

    def last_heard(self, side: str, at: Moment) -> None:
        if self.open_interval(side) is None:
            return
        was_over = self.story.period.ended_at
        interval = self.ends(side, at)
        second, stamp = interval.end
        if was_over and was_over - FRESH <= stamp < was_over:  # as fresh as reports are: taken as heard to the end
            interval.end = Moment(second + (was_over - stamp).total_seconds(), was_over)
        metering.silence(
            period_id=self.story.period_id,
            side=side,
            last_good_at=stamp,
            now=self.story.now,
            process=self.process,
        )

    @rule(beat=st.integers(0, 15))
    def the_server_dies(self, beat: int) -> None:
        second, stamp = self.moment(beat)
        # A beat that lies ahead since the clock was set back is set back with it: notices' `end_dead_processes`.
        last = Moment(second, min([stamp, *(leapt.stamp for leapt in self.set_at if leapt.second >= second)]))
        for side in ("payer", "expert"):
            if self.open_interval(side):
                self.ends(side, last)
        metering.process_died(process=self.process, beat_at=last.stamp, now=self.story.now)
        self.generation += 1

    @rule(member=MEMBERS, beat=st.sampled_from([5, 7, 9]), really=RARELY)
    def back_to_free_before_the_servers_death_is_known(self, member: str, beat: int, really: bool) -> None:
        if really:
            self.press(metering.back_to_free, member=getattr(self.story, member))
            self.the_server_dies(beat)

    @rule(seconds=st.sampled_from([0, 30, 179, 180, 400]))
    def nobody_speaks(self, seconds: int) -> None:
        asked_before = self.story.period.asked_at
        self.story.nobody_speaks(self.moment(seconds).stamp)
        period = self.story.period
        if period.asked_at and not asked_before:
            assert period.asked_at - period.silent_since >= timedelta(seconds=180)

    @rule()
    def somebody_speaks(self) -> None:
        self.story.spoken()

    @rule(member=MEMBERS)
    def still_there(self, member: str) -> None:
        self.press(metering.here, member=getattr(self.story, member))

    # --- the buttons ---

    def press(self, button, **arguments) -> None:
        try:
            with transaction.atomic():
                button(period_id=self.story.period_id, now=self.story.now, **arguments)
        except metering.MeterRefused:
            pass

    @rule(member=MEMBERS)
    def pause(self, member: str) -> None:
        self.press(metering.pause, member=getattr(self.story, member))

    @rule()
    def resume(self) -> None:
        self.press(metering.resume, payer=self.story.alice)

    @rule()
    def ready(self) -> None:
        self.press(metering.ready, expert=self.story.bob)

    @rule(by=st.integers(-10, 500))
    def raise_the_cap(self, by: int) -> None:
        self.press(metering.raise_cap, payer=self.story.alice, to_minor=self.story.period.cap_minor + by)

    @rule(minor=st.sampled_from([500, 2_000]))
    def tops_up(self, minor: int) -> None:
        give_credit(self.story.alice, minor, self.story.now)
        self.credit += minor

    @rule(member=MEMBERS, really=RARELY)
    def cancel_act(self, member: str, really: bool) -> None:
        if really:
            self.press(metering.cancel_act, member=getattr(self.story, member))

    @rule(member=MEMBERS, really=RARELY)
    def back_to_free(self, member: str, really: bool) -> None:
        if really:
            self.press(metering.back_to_free, member=getattr(self.story, member))

    @precondition(lambda self: self.story.period_id and self.story.period.ended_at)
    @rule(kind=NEXT_KINDS, cap=st.integers(400, 1_500), by=MEMBERS)
    def pay_again(self, kind: str, cap: int, by: str) -> None:
        try:
            with transaction.atomic():
                self.accept(kind, cap, by)
        except (metering.OfferRefused, StoredTime.DoesNotExist):
            self.story.offer = None

    @rule(really=RARELY)
    def a_month_passes_for_what_is_stored(self, really: bool) -> None:
        if really:
            metering.give_back_expired(today=self.latest + timedelta(days=31), now=self.story.now)

    @rule(really=RARELY)
    def hang_up(self, really: bool) -> None:
        if not really:
            return
        self.story.hang_up()
        self.check_money()
        self.story.call_again()

    # --- what must be true after every step ---

    @invariant()
    def nobody_pays_for_more_than_both_witnessed(self) -> None:
        for period in PaidPeriod.objects.filter(pk__in=self.heard):
            kept = period.amount_minor - period.given_back_minor
            assert 0 <= kept <= period.amount_minor
            assert period.amount_minor <= (period.price_minor or period.cap_minor)
            if period.kind != "per_minute" and period.ended_at:
                assert kept <= billing.used_part(terms_of(period), self.witnessed_ms(period))
            if period.kind == "per_minute":
                assert kept <= billing.price(terms_of(period), self.witnessed_ms(period))
            if period.state == "ended" and period.kind == "per_minute":
                assert kept == billing.price(terms_of(period), period.billable_ms)
            if period.state == "ended":
                assert period.end_reason in metering.END_REASONS
                assert period.deadline_at is None
            if period.asked_at:  # and never answered by the payer
                assert (
                    period.ended_at is None or period.ended_by == self.story.alice or period.ended_at <= period.asked_at
                )
                assert period.deadline_at is None or period.deadline_at <= self.latest_answer(period)

    @invariant()
    def an_act_is_used_or_stored_or_given_back_to_the_cent(self) -> None:
        for act in PaidPeriod.objects.filter(kind="act_of_time", ended_at__isnull=False, captured_at__isnull=False):
            kept = act.amount_minor - act.given_back_minor
            for stored in StoredTime.objects.filter(period=act):
                kept += stored.price_minor + stored.returned_minor
                for use in PaidPeriod.objects.filter(stored=stored):
                    kept += use.amount_minor - use.given_back_minor
            assert kept == 2_500

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        for stored in StoredTime.objects.all():
            assert stored.length_ms <= 1_800_000
            assert bool(stored.length_ms) == bool(stored.price_minor) or stored.returned_minor

    @invariant()
    def every_living_period_has_a_deadline(self) -> None:
        assert not PaidPeriod.objects.living().filter(deadline_at=None).exists()

    @invariant()
    def everybody_can_look(self) -> None:
        for viewer in (self.story.alice, self.story.bob):
            meter = self.story.meter(viewer)
            if meter["period"]:
                assert meter["billable_ms"] <= meter["cap_ms"]
                assert meter["cost_minor"] <= meter["cap_minor"]
            self.story.card(viewer)
        assert self.story.card(self.eve) is None

    @invariant()
    def check_money(self) -> None:
        balances = self.story.balances()
        assert sum(balances.values()) == self.credit
        assert balances["held"] == 0 or PaidPeriod.objects.living().exclude(kind="stored_time").exists()
        kept = {"earned": 0, "commission": 0}
        for period in PaidPeriod.objects.all():
            price = period.amount_minor - period.given_back_minor
            kept["commission"] += period.commission_minor
            kept["earned"] += price - period.commission_minor
        for stored in StoredTime.objects.all():
            shares = split(stored.price_minor, 30)
            kept["commission"] += shares.commission_minor
            kept["earned"] += shares.earning_minor
        assert kept == {name: balances[name] for name in kept}


class StoredTimeMachine(PeriodMachine):
    """Lives that begin on what is left of an act."""

    def accept(self, kind: str, cap: int, by: str = "bob") -> None:
        if not self.heard:
            super().accept("act", cap)
            self.time_passes(600)
            self.story.sweep()
            self.story.back_to_free()
            kind = "stored"
        super().accept(kind, cap, by)


def live(machine: type[PeriodMachine] = PeriodMachine, **how) -> None:
    run_state_machine_as_test(machine, settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **how))


class LivesTests:
    def test_no_life_of_a_paid_period_breaks_the_rules(self, db):
        # Always the same lives, and not shrunk: that would take minutes. `make prove` looks for new ones.
        # Fewer on PostgreSQL: a step costs several times as much there, and the rules are the same.
        lives = 12 if connection.vendor == "sqlite" else 5
        live(max_examples=lives, stateful_step_count=25, derandomize=True, phases=[Phase.generate])

    def test_nor_any_life_on_stored_time(self, db):
        lives = 8 if connection.vendor == "sqlite" else 4
        live(StoredTimeMachine, max_examples=lives, stateful_step_count=20, derandomize=True, phases=[Phase.generate])

    @pytest.mark.prove
    def test_nor_does_any_of_many_long_ones(self, db):
        for machine in (PeriodMachine, StoredTimeMachine):
            lives = 300 if connection.vendor == "sqlite" else 60
            live(machine, max_examples=lives, stateful_step_count=40, print_blob=True)
