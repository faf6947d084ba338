"""Presses at the same moment: one of them counts, and the others are told."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event
from uuid import UUID

import pytest

from calls.metering import services as metering
from calls.metering.models import Offer, PaidPeriod
from calls.rooms import ringing, seating
from calls.rooms import services as rooms
from calls.rooms.models import Call, Seat
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import Story, balances, give_credit
from tests.calls.presses import AT_ONCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)


class AtOnceTests:
    def test_many_callers_ring_one_expert(self, bob, now):
        cast.online(bob)
        callers = [cast.member(f"Caller{number} Test") for number in range(AT_ONCE)]
        told = at_once(
            *(lambda caller=caller: rooms.ring(caller=caller, expert=bob, line="", now=now) for caller in callers)
        )
        assert told == ["busy"] * (AT_ONCE - 1) + ["done"]
        assert Call.objects.count() == 1

    @pytest.mark.postgres
    def test_without_the_lock_all_of_them_would(self, bob, now, monkeypatch):
        """SQLite lets one write at a time whatever we do; here only the lock stands between two callers."""
        cast.online(bob)
        callers = [cast.member(f"Caller{number} Test") for number in range(AT_ONCE)]
        all_have_looked, start_ringing = Barrier(AT_ONCE), ringing.start

        def start_when_all_have_looked(*what):
            all_have_looked.wait(timeout=20)
            return start_ringing(*what)

        monkeypatch.setattr(ringing, "lock", lambda *people: None)
        monkeypatch.setattr(ringing, "start", start_when_all_have_looked)
        at_once(*(lambda caller=caller: rooms.ring(caller=caller, expert=bob, line="", now=now) for caller in callers))
        assert Call.objects.count() == AT_ONCE

    def test_one_caller_rings_many_experts(self, alice, now):
        experts = [cast.online(cast.expert(f"Expert{number} Test")) for number in range(AT_ONCE)]
        told = at_once(
            *(lambda expert=expert: rooms.ring(caller=alice, expert=expert, line="", now=now) for expert in experts)
        )
        assert told == ["already_in_call"] * (AT_ONCE - 1) + ["done"]

    def test_two_experts_ring_each_other(self, bob, now):
        zoe = cast.online(cast.expert("Zoe Second"))
        cast.online(bob)
        told = at_once(
            lambda: rooms.ring(caller=bob, expert=zoe, line="", now=now),
            lambda: rooms.ring(caller=zoe, expert=bob, line="", now=now),
        )
        assert told == ["already_in_call", "done"]

    def test_every_tab_answers_while_the_caller_cancels(self, alice, bob, now):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        told = at_once(
            *[lambda: rooms.answer(call_id=call.id, by=bob, now=now)] * (AT_ONCE - 1),
            lambda: rooms.cancel(call_id=call.id, by=alice, now=now),
        )
        assert told == ["done"] + ["over"] * (AT_ONCE - 1)

    def test_both_join(self, alice, bob, now):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.answer(call_id=call.id, by=bob, now=now)
        at_once(
            *(
                lambda user=user: rooms.join(
                    room=call.room, user=user, process=UUID(int=1), tab=UUID(int=user.id), now=now
                )
                for user in (alice, bob)
            )
        )
        call.refresh_from_db()
        assert call.state == "live"


HERE = UUID(int=1)
KEPT_OUT_S = 1  # who has not come by then waits for a lock


def meet(monkeypatch, *places: tuple[object, str]) -> None:
    """The threads that come to these functions wait there for each other, unless a lock keeps one out."""
    meeting = Barrier(len(places))

    def after_the_meeting(real: Callable) -> Callable:
        def run(*what, **named):
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=KEPT_OUT_S)
            return real(*what, **named)

        return run

    for module, name in places:
        monkeypatch.setattr(module, name, after_the_meeting(getattr(module, name)))


def between(monkeypatch, module: object, name: str, press: Callable[[], object]) -> Callable[[], None]:
    """Whoever calls the function first goes on once `press` was done meanwhile, unless a lock keeps it out."""
    has_looked, pressed, real = Event(), Event(), getattr(module, name)

    def look(*what, **named):
        result = real(*what, **named)
        if not has_looked.is_set():
            has_looked.set()
            pressed.wait(timeout=KEPT_OUT_S)
        return result

    def press_then() -> None:
        assert has_looked.wait(timeout=20)
        try:
            press()
        finally:
            pressed.set()

    monkeypatch.setattr(module, name, look)
    return press_then


def seated(call: Call, user, now):
    return lambda: rooms.join(room=call.room, user=user, process=HERE, tab=UUID(int=user.id), now=now)


def leaving(call: Call, user, now, reason: str):
    return lambda: rooms.leave(room=call.room, user=user, tab=UUID(int=user.id), now=now, reason=reason)


@pytest.fixture
def answered(alice, bob, now) -> Call:
    cast.online(bob)
    call = rooms.ring(caller=alice, expert=bob, line="", now=now)
    return rooms.answer(call_id=call.id, by=bob, now=now)


@pytest.fixture
def live(answered, alice, bob, now) -> Call:
    for user in (alice, bob):
        seated(answered, user, now)()
    answered.refresh_from_db()
    return answered


@pytest.mark.postgres
class OneOrderOfLocksTests:
    """Whatever opens, changes or ends a room's call, or gives up its seats, comes one after the other."""

    def test_one_hangs_up_while_the_other_closes_the_tab(self, live, alice, bob, now, monkeypatch):
        meet(monkeypatch, (metering, "end_for_call"), (seating, "_somebody_is_gone"))
        told = at_once(leaving(live, alice, now, "hung_up"), leaving(live, bob, now, "gone"))
        assert told == ["done", "done"]
        live.refresh_from_db()
        assert (live.state, Seat.objects.count()) == ("ended", 0)

    def test_one_hangs_up_while_the_server_of_both_is_found_dead(self, live, alice, now, monkeypatch):
        meet(monkeypatch, (metering, "end_for_call"), (seating, "_somebody_is_gone"))
        told = at_once(leaving(live, alice, now, "hung_up"), lambda: seating.vacate_process(process=HERE, beat_at=now))
        assert told == ["done", "done"]
        assert not Seat.objects.exists()

    def test_nobody_sits_down_in_a_call_that_ends_meanwhile(self, live, alice, bob, now, monkeypatch):
        end = between(monkeypatch, seating, "open_call", lambda: rooms.sweep(now=now))
        Call.objects.update(deadline_at=now)
        Seat.objects.filter(user=alice).delete()
        told = at_once(seated(live, alice, now), end)
        live.refresh_from_db()
        assert told == ["done", "done"]
        assert (live.state, Seat.objects.count()) in [("ended", 0), ("live", 2)]

    def test_hanging_up_while_the_other_joins_ends_the_call(self, answered, alice, bob, now, monkeypatch):
        seated(answered, alice, now)()
        join = between(monkeypatch, seating, "open_call", seated(answered, bob, now))
        told = at_once(leaving(answered, alice, now, "hung_up"), join)
        answered.refresh_from_db()
        assert (answered.state, answered.end_reason, Seat.objects.count()) == ("ended", "hung_up", 0)
        assert told == ["done", "no_call"]

    def test_joining_while_another_window_answers_joins(self, alice, bob, now, monkeypatch):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        answer = between(monkeypatch, seating, "open_call", lambda: rooms.answer(call_id=call.id, by=bob, now=now))
        told = at_once(seated(call, bob, now), answer)
        assert (told, Seat.objects.count()) == (["done", "over"], 1)


class AgreedRaceTests:
    """Alice has agreed to the listed rate, up to 10.00 of her 18.40."""

    @pytest.fixture
    def agreed(self, alice, bob, now, settings) -> rooms.Agreement:
        settings.ACCEPT_INERT_S = 0
        give_credit(alice, 1_840, now)
        cast.online(bob)
        return rooms.Agreement(terms=metering.card(caller=alice, expert=bob, now=now)["terms"], cap_minor=1_000)

    @pytest.fixture
    def ringing(self, agreed, alice, bob, now) -> Call:
        return rooms.ring(caller=alice, expert=bob, line="", now=now, agreed=agreed)

    @pytest.fixture
    def agreed_and_answered(self, ringing, bob, now) -> Call:
        return rooms.answer(call_id=ringing.id, by=bob, now=now)

    def test_pressed_in_many_windows_it_is_one_ring_agreed_to_once(self, agreed, alice, bob, now):
        press = [lambda: rooms.ring(caller=alice, expert=bob, line="", now=now, agreed=agreed)] * AT_ONCE
        assert at_once(*press) == ["done"] * AT_ONCE
        assert (Call.objects.count(), Offer.objects.count()) == (1, 1)

    def test_an_answer_against_a_cancel_leaves_it_agreed_or_closed(self, ringing, alice, bob, now):
        told = at_once(
            lambda: rooms.answer(call_id=ringing.id, by=bob, now=now),
            lambda: rooms.cancel(call_id=ringing.id, by=alice, now=now),
        )
        ringing.refresh_from_db()
        assert told == ["done", "over"]
        assert (ringing.state, Offer.objects.get().state) in [("answered", "agreed"), ("cancelled", "expired")]

    def test_both_join_at_once_and_again_from_second_windows(self, agreed_and_answered, alice, bob, now):
        call = agreed_and_answered
        assert at_once(*[seated(call, user, now) for user in (alice, bob, alice, bob)]) == ["done"] * 4
        assert PaidPeriod.objects.count() == Hold.objects.count() == 1
        assert balances(alice, bob)["held"] == 1_000

    def test_joining_while_the_other_hangs_up_leaves_nothing_held(self, agreed_and_answered, alice, bob, now):
        call = agreed_and_answered
        seated(call, alice, now)()
        at_once(seated(call, bob, now), leaving(call, alice, now, "hung_up"))
        assert not PaidPeriod.objects.living().exists()
        assert balances(alice, bob) == {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}
        assert Offer.objects.get().state in ("accepted", "expired")

    @pytest.mark.postgres
    def test_paying_in_another_room_at_the_same_moment_it_is_one_of_the_two(self, agreed_and_answered, alice, bob, now):
        call = agreed_and_answered
        seated(call, alice, now)()
        other = Story(credit=0, expert=cast.expert("Carol Stone"))
        offer, later = other.offer_rate(), other.now

        def accept() -> None:
            try:
                metering.accept_offer(offer_id=offer.pk, payer=alice, cap_minor=800, now=later)
            except metering.OfferRefused as refused:
                assert refused.code == "already_paying"

        assert at_once(accept, seated(call, bob, later)) == ["done", "done"]
        call.refresh_from_db()
        agreed, held = Offer.objects.get(call=call).state, balances(alice, bob)["held"]
        assert (call.state, agreed, held) in [("live", "accepted", 1_000), ("live", "failed", 800)]
        assert PaidPeriod.objects.count() == 1
