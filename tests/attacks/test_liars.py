"""A page of somebody's own making says what it likes of the other's sound. docs/METER.md says what that can bring.

Each story is 30 reports, two seconds apart by a clock that the test holds: what each side really heard, and what it says.
"""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from calls.metering import billing, witness
from calls.metering.billing import Interval
from calls.metering.models import PaidPeriod
from calls.metering.moments import to_ms
from tests import cast
from tests.calls.metering.test_billing import SIDES, bill, moments_in
from tests.calls.metering.world import give_credit
from tests.calls.signalling.wires import Wire, live_pair

REPORTS, EVERY_S = 30, 2
ALL_THE_TIME, NEVER = [True] * REPORTS, [False] * REPORTS
UNTIL_THE_TENTH = [number < 10 for number in range(REPORTS)]
Hears = Sequence[bool]
anything = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly


class Clock:
    """The server's, in the hand of the test."""

    def __init__(self, monkeypatch, now) -> None:
        self.began, self.second = now, 0.0
        monkeypatch.setattr(timezone, "now", lambda: self.began + timedelta(seconds=self.second))
        monkeypatch.setattr("calls.signalling.hearing.time", SimpleNamespace(monotonic=lambda: self.second))


async def reports(wire: Wire, received: int) -> None:
    await wire.say("media", received=received)
    await wire.say("echo")
    await wire.hear("echo")  # it was read


@pytest.fixture
def billed_s(alice, bob, now, settings, monkeypatch):
    """`await billed_s(payer=..., expert=...)`: what the two say of each of the reports; seconds."""
    settings.REPORT_SILENCE_S = 60  # by the clock on the wall the story takes a moment
    settings.ACCEPT_INERT_S, settings.COUNTDOWN_S, settings.FREE_TIME_S = 0, 0, 0

    async def tell(*, payer: Hears, expert: Hears) -> float:
        await sync_to_async(give_credit)(alice, 1_840)
        clock = Clock(monkeypatch, now)
        hers, his, _ = await live_pair(alice, bob, now)
        received = {hers: 0, his: 0}
        for _ in range(2):
            for wire in received:
                received[wire] += 100
                await reports(wire, received[wire])
        await his.say("offer.send", listing=(await sync_to_async(cast.rate_of)(bob)).id)
        offer = (await hers.state(lambda state: state["offer"]))["offer"]
        await hers.say("offer.accept", offer=offer["id"], cap_minor=1_840)
        for wire in received:
            await wire.state(lambda state: state["meter"]["state"] == "running")
        for says in zip(payer, expert, strict=True):
            clock.second += EVERY_S
            for wire, hears in zip(received, says, strict=True):
                received[wire] += 100 * hears
                await reports(wire, received[wire])
        period = await sync_to_async(PaidPeriod.objects.get)()
        await his.say("meter.free", period=period.pk)
        await hers.state(lambda state: state["meter"]["state"] == "free")
        await sync_to_async(period.refresh_from_db)()
        return period.billable_ms / 1_000

    return tell


@pytest.mark.django_db(transaction=True)
class PayerTests:
    async def test_who_says_that_nothing_comes_pays_less(self, billed_s):
        assert await billed_s(payer=UNTIL_THE_TENTH, expert=ALL_THE_TIME) == 20

    async def test_who_says_that_it_comes_pays_for_no_more_than_the_expert_heard(self, billed_s):
        assert await billed_s(payer=ALL_THE_TIME, expert=UNTIL_THE_TENTH) == 20


@pytest.mark.django_db(transaction=True)
class ExpertTests:
    """Deaf from the tenth report on, for nothing is sent to him any more, he says that he hears."""

    async def test_where_she_does_not_hear_him_either_it_brings_him_nothing(self, billed_s):
        assert await billed_s(payer=UNTIL_THE_TENTH, expert=ALL_THE_TIME) == 20

    async def test_where_she_never_heard_him_he_has_nothing_at_all(self, billed_s):
        assert await billed_s(payer=NEVER, expert=ALL_THE_TIME) == 0

    async def test_where_she_hears_him_she_pays_for_that_and_no_second_more(self, billed_s):
        assert await billed_s(payer=ALL_THE_TIME, expert=ALL_THE_TIME) == REPORTS * EVERY_S

    async def test_a_meter_that_believes_him_alone_bills_what_she_never_heard(self, billed_s, monkeypatch):
        """The broken twin."""

        def by_his_word(period: PaidPeriod, *, until) -> list[Interval]:
            his = period.hearings.filter(side="expert").values_list("started_at", "ended_at")
            return billing.merged(Interval(to_ms(start), to_ms(end or until)) for start, end in his)

        monkeypatch.setattr(witness, "stretches", by_his_word)
        assert await billed_s(payer=UNTIL_THE_TENTH, expert=ALL_THE_TIME) == REPORTS * EVERY_S


class WhateverIsSaidTests:
    @anything
    @given(payer=SIDES, expert=SIDES, kept_back=SIDES, stops=SIDES)
    def test_who_claims_to_hear_less_makes_the_bill_no_greater(self, payer, expert, kept_back, stops):
        true = bill(payer, expert, stops)
        assert bill(billing.subtract(payer, kept_back), expert, stops) <= true
        assert bill(payer, billing.subtract(expert, kept_back), stops) <= true

    @anything
    @given(true=SIDES, claimed=SIDES, stops=SIDES)
    def test_who_claims_anything_is_held_to_what_the_other_really_heard(self, true, claimed, stops):
        assert max(bill(true, claimed, stops), bill(claimed, true, stops)) <= moments_in(true)

    @anything
    @given(payer=SIDES, expert=SIDES, claimed=SIDES)
    def test_what_an_expert_wins_by_a_lie_she_heard_and_he_did_not(self, payer, expert, claimed):
        won = bill(payer, [*expert, *claimed]) - bill(payer, expert)
        assert 0 <= won <= moments_in(billing.subtract(payer, expert))
