"""Presses and workers at the same moment: one turn, one mail, one ring."""

from threading import Event

import pytest
from django.db.models import QuerySet

from calls.rooms import ringing
from calls.rooms import services as rooms
from calls.rooms.models import Call
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.experts.models import Connection
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.calls.presses import AT_ONCE, at_once
from tests.calls.waiting.world import hang_up, in_line, talk, turn_of, waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(alice, bob, now):
    """They wait, and bob's call has just ended."""
    call = talk(alice, bob, now)
    people = [cast.here(cast.member(f"Waiter{number} Test")) for number in range(AT_ONCE)]
    for one in people:
        waits(one, bob, now)
    hang_up(call, now)
    return people


class TurnTests:
    def test_however_many_workers_look_the_first_has_the_turn(self, many, bob, now):
        assert at_once(*[lambda: waiting.sweep(now=now)] * AT_ONCE) == ["done"] * AT_ONCE
        assert (turn_of(bob), Waiting.objects.exclude(turn_until=None).count()) == (many[0], 1)

    def test_who_has_no_page_open_gets_one_mail(self, many, bob, now):
        Connection.objects.filter(user__in=many[:2]).delete()
        OutboxRow.objects.all().delete()
        at_once(*[lambda: waiting.sweep(now=now)] * AT_ONCE)
        assert (turn_of(bob), OutboxRow.objects.count()) == (many[2], 2)

    def test_all_of_them_ring_and_the_first_gets_through(self, many, bob, now):
        told = at_once(*(lambda one=one: rooms.ring(caller=one, expert=bob, line="", now=now) for one in many))
        assert told.count("done") == 1
        assert set(told) <= {"done", "busy", "in_line"}
        assert Call.objects.get(state="ringing").caller == many[0]

    def test_strangers_ring_while_workers_look(self, many, bob, eve, now):
        told = at_once(
            *[lambda: waiting.sweep(now=now)] * 3, *[lambda: rooms.ring(caller=eve, expert=bob, line="", now=now)] * 3
        )
        assert told == ["done"] * 3 + ["in_line"] * 3
        assert turn_of(bob) == many[0]

    def test_the_first_leaves_while_workers_look(self, many, bob, now):
        told = at_once(
            *[lambda: waiting.sweep(now=now)] * 3, *[lambda: waiting.leave(member=many[0], expert_id=bob.pk)] * 3
        )
        assert told == ["done"] * AT_ONCE
        waiting.sweep(now=now)
        assert (turn_of(bob), in_line(bob)) == (many[1], many[1:])

    def test_bob_calls_one_back_while_another_rings(self, many, bob, now):
        told = at_once(
            lambda: rooms.ring(caller=many[0], expert=bob, line="", now=now),
            lambda: rooms.ring_back(expert=bob, member=many[1], now=now),
        )
        assert told in (["already_in_call", "done"], ["busy", "done"])
        assert Call.objects.filter(state="ringing").count() == 1

    def test_bob_calls_back_whoever_leaves_at_that_moment(self, many, bob, now):
        told = at_once(
            lambda: rooms.ring_back(expert=bob, member=many[0], now=now),
            lambda: waiting.leave(member=many[0], expert_id=bob.pk),
        )
        assert told in (["done", "done"], ["done", "not_waiting"])

    def test_she_answers_the_call_back_while_workers_look_and_bob_cancels(self, many, bob, now):
        call = rooms.ring_back(expert=bob, member=many[0], now=now)
        told = at_once(
            lambda: rooms.answer(call_id=call.pk, by=many[0], now=now),
            lambda: rooms.cancel(call_id=call.pk, by=bob, now=now),
            lambda: waiting.sweep(now=now),
            lambda: waiting.sweep(now=now),
        )
        assert told == ["done"] * 3 + ["over"]


class RingTests:
    """Carol waits, and is passed over while she talks with zoe. Eve rings at the moment that call ends."""

    @pytest.fixture(autouse=True)
    def carol_talks(self, alice, bob, carol, now):
        his = talk(alice, bob, now)
        waits(carol, bob, now)
        self.call = talk(carol, cast.online(cast.expert("Zoe Second")), now)
        hang_up(his, now)

    def look(self, now) -> None:
        hang_up(self.call, now)
        waiting.sweep(now=now)

    def test_nobody_has_a_turn_while_it_rings(self, bob, eve, now):
        at_once(lambda: rooms.ring(caller=eve, expert=bob, line="", now=now), lambda: self.look(now))
        assert Call.objects.filter(state="ringing").exists() != bool(turn_of(bob))

    @pytest.mark.postgres
    def test_without_the_locks_carol_would(self, bob, carol, eve, now, monkeypatch):
        """The broken twin: eve's ring is not there yet for whoever looks meanwhile."""
        may_ring, looked, start_ringing = Event(), Event(), ringing.start

        def start_when_the_other_has_looked(*what):
            may_ring.set()
            looked.wait(timeout=20)
            return start_ringing(*what)

        def look() -> None:
            may_ring.wait(timeout=20)
            self.look(now)
            looked.set()

        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **how: rows)  # of the expert, and of who waits
        monkeypatch.setattr(ringing, "start", start_when_the_other_has_looked)
        at_once(lambda: rooms.ring(caller=eve, expert=bob, line="", now=now), look)
        assert Call.objects.filter(state="ringing").exists()
        assert turn_of(bob) == carol


class WaitTests:
    def test_in_many_windows_is_one_place(self, bob, carol, now):
        at_once(*[lambda: waits(carol, bob, now)] * AT_ONCE)
        assert in_line(bob) == [carol]

    def test_for_many_experts_at_once_ends_at_five(self, carol, now):
        experts = [cast.expert(f"Expert{number} Test") for number in range(AT_ONCE + 1)]
        told = at_once(*(lambda one=one: waits(carol, one, now) for one in experts))
        assert told == ["done"] * 5 + ["in_many_lines"] * 2

    def test_waiting_while_ringing(self, bob, carol, now):
        at_once(lambda: waits(carol, bob, now), lambda: rooms.ring(caller=carol, expert=bob, line="", now=now))
        assert Call.objects.get().state == "ringing"
