"""Parallel presses with real threads and real transactions. SQLite lets one writer in at a time, so these need PostgreSQL."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from calls.metering import services as metering
from calls.metering.errors import Refused
from calls.metering.models import Offer, PaidPeriod
from calls.rooms.models import Call
from payouts.ledger.models import Entry
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import OTHER_SERVER, SERVER, Story

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(transactional_db) -> Story:
    return Story()


def at_once(*presses: Callable[[], object]) -> Counter:
    """Each press in a thread with a connection of its own; counts how they ended: "done", or why not."""
    start, ends = Barrier(len(presses)), Counter()

    def run(press: Callable[[], object]) -> None:
        try:
            start.wait()
            press()
            ends["done"] += 1
        except Refused as refused:
            ends[refused.code] += 1
        except Exception as problem:
            ends[type(problem).__name__] += 1
        finally:
            connection.close()

    threads = [Thread(target=run, args=[press]) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def accepting(story: Story, cap: int = 1_000) -> Callable[[], object]:
    offer, alice, now = story.offer.pk, story.alice, story.now
    return lambda: metering.accept_offer(offer_id=offer, payer=alice, cap_minor=cap, now=now)


def hanging_up(story: Story) -> Callable[[], object]:
    """As rooms does it: the call's row first, then the money."""

    def press() -> None:
        with transaction.atomic():
            Call.objects.filter(pk=story.call.pk, state="live").update(state="ended", ended_at=story.now)
            metering.end_for_call(call=story.call, now=story.now, reason="hung_up")

    return press


class AcceptRaceTests:
    def test_pressed_eight_times_at_once_it_is_one_period_and_one_hold(self, story):
        story.offer_rate()
        assert at_once(*[accepting(story)] * 8) == {"done": 1, "closed": 7}
        assert PaidPeriod.objects.count() == Hold.objects.count() == 1
        assert story.balances()["held"] == 1_000

    @pytest.mark.parametrize("round_", range(5))
    def test_accepted_withdrawn_refused_or_expired_but_only_one_of_them(self, story, round_):
        offer = story.offer_rate()
        late = offer.deadline_at
        at_once(
            accepting(story),
            lambda: metering.withdraw_offer(offer_id=offer.pk, expert=story.bob, now=story.now),
            lambda: metering.refuse_offer(offer_id=offer.pk, payer=story.alice, now=story.now),
            lambda: metering.sweep(now=late),
        )
        offer.refresh_from_db()
        is_accepted = offer.state == Offer.State.ACCEPTED
        assert offer.state != Offer.State.OPEN
        assert PaidPeriod.objects.exists() == is_accepted
        assert story.balances()["held"] == (1_000 if is_accepted else 0)

    @pytest.mark.parametrize("round_", range(5))
    def test_accepting_while_the_other_hangs_up_leaves_nothing_behind(self, story, round_):
        story.offer_rate()
        ends = at_once(accepting(story), hanging_up(story))
        assert ends["done"] + ends["closed"] + ends["expired"] == 2
        assert not PaidPeriod.objects.living().exists()
        assert story.balances()["held"] == 0

    def test_a_payer_in_two_rooms_starts_one_period(self, story):
        assert at_once(*two_rooms(story)) == {"done": 1, "already_paying": 1}
        assert story.balances()["held"] == 800

    def test_without_the_constraint_the_same_payer_pays_twice(self, story):
        """What the test above would let through if it proved nothing."""
        with without_index("period_one_per_payer"):
            for _ in range(20):
                if at_once(*two_rooms(story)) == {"done": 2}:
                    break
                PaidPeriod.objects.living().update(state="ended", ended_at=story.now, deadline_at=None)
            else:
                pytest.fail("the attack never succeeded")
            PaidPeriod.objects.living().update(state="ended", ended_at=story.now, deadline_at=None)


def two_rooms(story: Story) -> list[Callable[[], object]]:
    presses = []
    for expert in (story.bob, cast.expert("Carol Stone")):
        Call.objects.filter(expert=expert).update(state="ended", ended_at=story.now)
        room = Story(credit=800, expert=expert)
        room.offer_rate()
        presses.append(accepting(room, 800))
    return presses


@contextmanager
def without_index(name: str):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(definition)


def every_button(story: Story, now: datetime) -> list[Callable[[], object]]:
    period = {"period_id": story.period_id, "now": now}
    return [
        lambda: metering.pause(member=story.alice, **period),
        lambda: metering.pause(member=story.bob, **period),
        lambda: metering.resume(payer=story.alice, **period),
        lambda: metering.ready(expert=story.bob, **period),
        lambda: metering.raise_cap(payer=story.alice, to_minor=story.period.cap_minor + 50, **period),
        lambda: metering.hearing(side="payer", process=SERVER, since=now, **period),
        lambda: metering.hearing(side="payer", process=OTHER_SERVER, since=now, **period),
        lambda: metering.hearing(side="expert", process=SERVER, since=now, **period),
        lambda: metering.silence(side="expert", last_good_at=story.ago(4), **period),
        lambda: metering.process_died(process=OTHER_SERVER, beat_at=story.ago(8), now=now),
        lambda: metering.sweep(now=now),
        lambda: metering.sweep(now=now),
    ]


class EndRaceTests:
    @pytest.mark.parametrize("round_", range(3))
    def test_back_to_free_and_the_cap_settle_once(self, story, round_):
        story.go_paid(cap=400).after(200)
        ends = at_once(
            *[story.sweep, lambda: story.back_to_free(story.alice), lambda: story.back_to_free(story.bob)] * 2
        )
        assert ends == {"done": 6}
        assert (story.period.end_reason, story.period.amount_minor) == ("cap", 400)
        assert Entry.objects.filter(kind="capture").count() == 1
        assert story.balances() == {"credit": 1_440, "held": 0, "earned": 280, "commission": 120}

    @pytest.mark.parametrize("round_", range(5))
    def test_raising_the_cap_at_the_end_leaves_no_hold(self, story, round_):
        story.go_paid(cap=400).after(60)
        ends = at_once(
            lambda: story.raise_cap(900), story.back_to_free, hanging_up(story), lambda: story.raise_cap(700)
        )
        assert set(ends) <= {"done", "over", "cap_too_low"}
        assert story.period.amount_minor == 100
        assert story.balances() == {"credit": 1_740, "held": 0, "earned": 70, "commission": 30}
        assert story.faults() == []

    def test_two_raises_at_once_hold_what_the_cap_says(self, story):
        story.go_paid(cap=400)
        at_once(lambda: story.raise_cap(900), lambda: story.raise_cap(700), lambda: story.raise_cap(900))
        assert story.balances()["held"] == story.period.cap_minor == 900

    def test_several_sweepers_settle_each_period_once(self, transactional_db):
        stories = [
            Story(caller=cast.member(f"Caller{number} Smith"), expert=cast.expert(f"Expert{number} Jones"))
            for number in range(4)
        ]
        for one in stories:
            one.go_paid(cap=400)
        late = stories[0].after(200).now
        assert set(at_once(*[lambda: metering.sweep(now=late)] * 4)) == {"done"}
        assert Entry.objects.filter(kind="capture").count() == 4
        for one in stories:
            assert (one.period.end_reason, one.balances()["credit"]) == ("cap", 1_440)

    @pytest.mark.parametrize("seed", range(6))
    def test_everybody_presses_everything(self, story, seed):
        """No deadlock, no broken rule, whatever the order: the buttons of both, reports, deaths, sweeps, the end."""
        chance = random.Random(seed)
        story.go_paid(cap=400).after(40)
        for _ in range(6):
            now = story.after(chance.choice([1, 5, 25, 130])).now
            presses = every_button(story, now)
            chance.shuffle(presses)
            ends = at_once(*presses)
            assert set(ends) <= {"done", "over", "not_now", "cap_too_low", "insufficient_credit"}
        at_once(story.back_to_free, hanging_up(story), story.sweep)
        balances = story.balances()
        assert story.period.state == "ended"
        assert (balances["held"], sum(balances.values())) == (0, 1_840)
        assert story.faults() == []
