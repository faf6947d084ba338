"""Nobody rings without end who gets no answer."""

from datetime import timedelta

import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from calls.rooms.models import Call
from calls.waiting import services as waiting
from marketplace.experts import services as experts
from tests import cast
from tests.calls.waiting.world import answer_to, hang_up, talk, turn_of, waits

pytestmark = pytest.mark.django_db
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def bob(bob):
    return cast.online(bob)


@pytest.fixture
def carol():
    return cast.here(cast.member("Carol Waiter"))


def in_vain(caller, expert, at, press=rooms.cancel) -> None:
    call = rooms.ring(caller=caller, expert=expert, line="", now=at)
    press(call_id=call.pk, by=expert if press == rooms.decline else caller, now=at + SECOND)


class OnePairTests:
    @pytest.mark.parametrize("press", [rooms.cancel, rooms.decline])
    def test_three_in_ten_minutes_are_enough_and_the_first_of_them_makes_room(self, alice, bob, now, press):
        for minutes in range(3):
            in_vain(alice, bob, now + minutes * MINUTE, press)
        for later in (2 * MINUTE, 10 * MINUTE - SECOND):
            assert answer_to(alice, bob, now + later) == "too_often"
        assert Call.objects.count() == 3
        assert answer_to(alice, bob, now + 10 * MINUTE) == "rings"

    def test_missed_ones_count_before_any_worker_looked(self, alice, bob, now):
        for minutes in range(3):
            rooms.ring(caller=alice, expert=bob, line="", now=now + minutes * MINUTE)
        assert answer_to(alice, bob, now + 3 * MINUTE) == "too_often"

    def test_others_ring_him_and_she_rings_others(self, alice, bob, eve, now):
        for _ in range(3):
            in_vain(alice, bob, now)
        zoe = cast.online(cast.expert("Zoe Second"))
        assert (answer_to(eve, bob, now), answer_to(alice, zoe, now)) == ("rings", "rings")

    def test_answered_calls_do_not_count(self, alice, bob, now):
        for _ in range(4):
            hang_up(talk(alice, bob, now), now)
        assert answer_to(alice, bob, now) == "rings"

    def test_what_he_chose_for_everybody_is_said_first(self, alice, bob, now):
        for _ in range(3):
            in_vain(alice, bob, now)
        experts.choose(user=bob, chosen="away", now=now)
        assert answer_to(alice, bob, now) == "away"

    def test_guests_as_members(self, bob, now):
        experts.choose_who_may_ring(member=bob, who="anyone")
        for _ in range(3):
            in_vain(cast.carla(), bob, now)
        assert answer_to(cast.carla(), bob, now) == "too_often"

    def test_whose_turn_it_is_rings_all_the_same(self, alice, bob, carol, now):
        for _ in range(3):
            in_vain(carol, bob, now)
        call = talk(alice, bob, now)
        waits(carol, bob, now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol
        assert answer_to(carol, bob, now) == "rings"

    def test_nor_does_bob_call_back_without_end(self, bob, carol, now):
        waits(carol, bob, now)
        for _ in range(3):
            call = rooms.ring_back(expert=bob, member=carol, now=now)
            rooms.cancel(call_id=call.pk, by=bob, now=now)
        with pytest.raises(rooms.CannotRing, match="too_often"):
            rooms.ring_back(expert=bob, member=carol, now=now)
        assert answer_to(carol, bob, now) == "rings"  # his rings are not hers


class OneCallerTests:
    def test_thirty_in_an_hour_whomever_they_ring(self, alice, now):
        called = [cast.online(cast.expert(f"Expert{number} Test")) for number in range(11)]
        for expert in called[:10]:
            for _ in range(3):
                in_vain(alice, expert, now)
        assert answer_to(alice, called[10], now) == "too_many_in_vain"
        contacts.block(member=called[10], other=alice, now=now)
        assert answer_to(alice, called[10], now) == "away"
        contacts.unblock(member=called[10], other_id=alice.pk)
        assert answer_to(alice, called[10], now + timedelta(hours=1)) == "rings"
