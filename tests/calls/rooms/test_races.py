"""Presses at the same moment: one of them counts, and the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from calls.rooms import ringing
from calls.rooms import services as rooms
from calls.rooms.models import Call
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


def at_once(*presses) -> list[str]:
    """Runs them in as many threads; the code of each refusal, or "done"."""
    start = Barrier(len(presses))

    def run(press) -> str:
        start.wait()
        try:
            press()
        except (rooms.CannotRing, rooms.CallOver) as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(presses)) as threads:
        return sorted(threads.map(run, presses))


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
        all_have_looked, start_ringing = Barrier(AT_ONCE), ringing._start_ringing

        def start_when_all_have_looked(*what):
            all_have_looked.wait(timeout=20)
            return start_ringing(*what)

        monkeypatch.setattr(ringing, "_lock", lambda *people: None)
        monkeypatch.setattr(ringing, "_start_ringing", start_when_all_have_looked)
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
            *[lambda: rooms.answer(call_id=call.id, expert=bob, now=now)] * (AT_ONCE - 1),
            lambda: rooms.cancel(call_id=call.id, caller=alice, now=now),
        )
        assert told == ["done"] + ["over"] * (AT_ONCE - 1)

    def test_both_join(self, alice, bob, now):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.answer(call_id=call.id, expert=bob, now=now)
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
