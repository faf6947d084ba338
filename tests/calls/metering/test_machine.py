"""Paid periods under anything that people, networks, clocks and servers do, in any order.

The machine keeps its own book of what each side really heard, and holds the metering against it after every step.
"""

from datetime import datetime, timedelta
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
from tests.calls.metering.world import Story

CREDIT = 6_000
FRESH = timedelta(seconds=3)  # how old a last report can be at the end of a period without anything being lost
SIDES = st.sampled_from(["payer", "expert"])
MEMBERS = st.sampled_from(["alice", "bob"])
SECONDS = st.sampled_from([0, 0.25, 1.7, 5, 11, 19, 20, 21, 30, 47.123, 60, 90, 119, 120, 130, 600])
KINDS = st.sampled_from(["minutes", "minutes", "act"])
NEXT_KINDS = st.sampled_from(["minutes", "act", "stored", "stored"])
RARELY = st.sampled_from([False, False, False, True])


class PeriodMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        accounts.forget()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.story = Story(credit=CREDIT)
        self.eve = cast.eve()
        self.latest = self.story.now
        self.generation = 0
        self.heard: dict[int, dict[str, list[list[datetime | None]]]] = {}

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

    def open_interval(self, side: str) -> list[datetime | None] | None:
        intervals = self.heard[self.story.period_id][side]
        return intervals[-1] if intervals and intervals[-1][1] is None else None

    def ends(self, side: str, at: datetime) -> datetime:
        """`side` heard nothing after `at`; answers the last good report, which is never before the first."""
        interval = self.open_interval(side)
        last_good = max(interval[0], at)
        interval[1] = last_good
        return last_good

    def witnessed_ms(self, period: PaidPeriod) -> int:
        sides = {
            side: [Interval(to_ms(start), to_ms(end or self.latest)) for start, end in intervals]
            for side, intervals in self.heard[period.pk].items()
        }
        until = to_ms(period.ended_at or self.latest)
        return billing.billable_ms(**sides, stops=[], counts_from=to_ms(period.counts_from), until=until)

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

    @rule(seconds=st.integers(1, 5))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.story.after(-seconds)

    @rule(side=SIDES, since=st.integers(0, 3))
    def hears(self, side: str, since: int) -> None:
        if self.open_interval(side) is None:
            self.heard[self.story.period_id][side].append([self.story.ago(since), None])
        self.story.hear(side, process=self.process, since=self.open_interval(side)[0])

    @rule(side=SIDES, silent_for=st.integers(0, 12))
    def falls_silent(self, side: str, silent_for: int) -> None:
        interval = self.open_interval(side)
        if interval is None:
            return
        was_over = self.story.period.ended_at
        last_good = self.ends(side, self.story.ago(silent_for))
        if was_over and last_good >= was_over - FRESH:
            interval[1] = max(last_good, was_over)  # as fresh as reports are: taken as heard to the end
        metering.silence(
            period_id=self.story.period_id,
            side=side,
            last_good_at=last_good,
            now=self.story.now,
            process=self.process,
        )

    @rule(beat=st.integers(0, 15))
    def the_server_dies(self, beat: int) -> None:
        for side in ("payer", "expert"):
            if self.open_interval(side):
                self.ends(side, self.story.ago(beat))
        self.story.kill(self.process, beat=beat)
        self.generation += 1

    @rule(member=MEMBERS, beat=st.sampled_from([5, 7, 9]), really=RARELY)
    def back_to_free_before_the_servers_death_is_known(self, member: str, beat: int, really: bool) -> None:
        if really:
            self.press(metering.back_to_free, member=getattr(self.story, member))
            self.the_server_dies(beat)

    @rule(seconds=st.sampled_from([0, 30, 179, 180, 400]))
    def nobody_speaks(self, seconds: int) -> None:
        spoken_at = self.story.ago(seconds)
        self.story.nobody_speaks(spoken_at)
        period = self.story.period
        if period.asked_at and period.asked_at == self.story.now:
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
        assert sum(balances.values()) == CREDIT
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


@pytest.mark.again_in_prove
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
