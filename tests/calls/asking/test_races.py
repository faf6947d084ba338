"""Several experts answer at the same moment, on whatever servers: one has the call, and the others are told."""

from threading import Barrier

import pytest

from calls.asking import services as asking
from calls.rooms import services as rooms
from calls.rooms import together
from calls.rooms.models import Ask, Call
from tests import cast
from tests.calls.asking.world import SECOND, ask, experts, ring_at, states
from tests.calls.presses import AT_ONCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def answers(asked: Ask, now):
    return [
        lambda ring=ring: rooms.answer(call_id=ring.pk, by=ring.expert, now=now)
        for ring in asked.calls.select_related("expert")
    ]


class AnswerTests:
    def test_all_of_them_answer(self, alice, now):
        experts(AT_ONCE)
        asked = ask(alice, now)
        told = at_once(*answers(asked, now + SECOND))
        assert told == ["done"] + ["taken"] * (AT_ONCE - 1)
        assert states(asked) == {"answered": 1, "cancelled": AT_ONCE - 1}
        assert rooms.open_calls(alice).count() == 1

    def test_all_of_them_go_into_their_rooms(self, alice, now):
        experts(AT_ONCE)
        asked = ask(alice, now)
        here = {"process": cast.A_PROCESS, "tab": cast.A_PROCESS, "now": now}
        presses = [
            lambda ring=ring: rooms.join(room=ring.room, user=ring.expert, **here)
            for ring in asked.calls.select_related("expert", "room")
        ]
        told = at_once(*presses)
        assert told.count("done") == 1
        assert set(told) <= {"done", "taken", "no_call"}
        assert states(asked) == {"answered": 1, "cancelled": AT_ONCE - 1}

    def test_while_the_caller_cancels_and_one_says_no_and_a_worker_looks(self, alice, now):
        called = experts(AT_ONCE)
        asked = ask(alice, now)
        no = ring_at(asked, called[0])
        told = at_once(
            *answers(asked, now + SECOND)[1:],
            lambda: rooms.decline(call_id=no.pk, by=called[0], now=now + SECOND),
            lambda: asking.cancel(ask_id=asked.pk, by=alice, now=now + SECOND),
            lambda: rooms.sweep(now=now + SECOND),
        )
        asked.refresh_from_db()
        assert Call.objects.filter(state="answered").count() == (1 if asked.state == "answered" else 0)
        assert asked.state in ("answered", "cancelled")
        assert "ringing" not in states(asked)
        assert told.count("taken") + told.count("over") + told.count("done") == len(told)

    @pytest.mark.parametrize("number", range(5))
    def test_one_answers_while_the_caller_cancels(self, alice, now, number):
        experts(1)
        asked = ask(alice, now)
        told = at_once(*answers(asked, now), lambda: asking.cancel(ask_id=asked.pk, by=alice, now=now))
        assert told == ["done", "over"]
        asked.refresh_from_db()
        assert states(asked) == {asked.state: 1}

    @pytest.mark.postgres
    def test_where_no_row_decides_two_have_the_call(self, alice, now, monkeypatch):
        """The broken twin. Each looks whether another has answered, and nobody has yet."""
        called = experts(2)
        asked = ask(alice, now)
        both_have_looked = Barrier(2)

        def look_and_take(*, call, now):
            if not Ask.objects.filter(id=call.ask_id, state=Ask.State.RINGING).exists():
                raise rooms.CallTaken
            both_have_looked.wait(timeout=20)

        monkeypatch.setattr(together, "take", look_and_take)
        assert at_once(*answers(asked, now)) == ["done", "done"]
        assert Call.objects.filter(state="answered", expert__in=called).count() == 2


class AskTests:
    def test_many_presses_of_one_caller_are_one_ask(self, alice, now):
        experts(3)
        told = at_once(*[lambda: ask(alice, now)] * AT_ONCE)
        assert told[-1] == "done" or told.count("done") == 1
        assert set(told) - {"done"} <= {"asking", "nobody"}
        assert (Ask.objects.count(), Call.objects.count()) == (1, 3)

    def test_many_callers_ask_and_no_expert_is_rung_by_two(self, now):
        called = experts(4)
        callers = [cast.member(f"Caller{number} Test") for number in range(AT_ONCE)]
        told = at_once(*(lambda caller=caller: ask(caller, now) for caller in callers))
        assert set(told) <= {"done", "nobody"}
        for expert in called:
            assert Call.objects.filter(expert=expert, state="ringing").count() == 1

    def test_an_ask_and_rings_at_the_same_moment(self, alice, now):
        called = experts(3)
        callers = [cast.member(f"Caller{number} Test") for number in range(3)]
        at_once(
            lambda: ask(alice, now),
            *(
                lambda caller=caller, expert=expert: rooms.ring(caller=caller, expert=expert, line="", now=now)
                for caller, expert in zip(callers, called, strict=True)
            ),
        )
        for expert in called:
            assert Call.objects.filter(expert=expert, state="ringing").count() == 1
