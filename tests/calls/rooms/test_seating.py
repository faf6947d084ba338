from datetime import timedelta
from uuid import UUID

import pytest

from calls.notices.models import Process
from calls.rooms import services as rooms
from calls.rooms.models import Call, Seat
from marketplace.experts import services as experts
from tests import cast

pytestmark = pytest.mark.django_db

HERE, THERE = UUID(int=11), UUID(int=12)
TAB, NEWER = UUID(int=21), UUID(int=22)
LATER = timedelta(seconds=60)
GONE = timedelta(seconds=120)


@pytest.fixture
def call(alice, bob, now) -> Call:
    """Rung and answered; nobody has joined yet."""
    cast.online(bob)
    ringing = rooms.ring(caller=alice, expert=bob, line="", now=now)
    return rooms.answer(call_id=ringing.id, by=bob, now=now)


def sit(call, user, now, tab=None, process=HERE):
    return rooms.join(room=call.room, user=user, process=process, tab=tab or UUID(int=user.id), now=now)


@pytest.fixture
def live(call, alice, bob, now) -> Call:
    sit(call, alice, now)
    sit(call, bob, now)
    call.refresh_from_db()
    return call


class JoinTests:
    def test_costs_six_questions_and_the_second_two_more(self, call, alice, bob, now, django_assert_num_queries):
        in_a_transaction = 2
        with django_assert_num_queries(6 + in_a_transaction):
            sit(call, alice, now)
        with django_assert_num_queries(6 + 2 + 2 * in_a_transaction):
            sit(call, bob, now)

    def test_another_page_that_takes_the_seat_shows_nothing_yet(self, live, alice, now):
        for tab, page, is_up in ((1, "first", False), (2, "first", True), (3, "second", False)):
            rooms.join(room=live.room, user=alice, process=HERE, tab=UUID(int=tab), page=page, now=now)
            assert Seat.objects.get(user=alice).hand is is_up
            rooms.sign(room=live.room, user=alice, tab=UUID(int=tab), what="hand", on=True)

    def test_the_second_person_makes_it_live(self, call, alice, bob, now):
        sit(call, alice, now)
        call.refresh_from_db()
        assert call.state == "answered"
        sit(call, bob, now + LATER)
        call.refresh_from_db()
        assert (call.state, call.started_at, call.deadline_at) == ("live", now + LATER, None)

    def test_the_expert_who_joins_while_it_rings_has_answered(self, alice, bob, now):
        cast.online(bob)
        ringing = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert sit(ringing, bob, now).state == "answered"

    def test_the_caller_can_wait_in_the_room_while_it_rings(self, alice, bob, now):
        cast.online(bob)
        ringing = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert sit(ringing, alice, now).state == "ringing"
        sit(ringing, bob, now)
        ringing.refresh_from_db()
        assert ringing.state == "live"

    def test_without_an_open_call_there_is_no_seat(self, live, alice, bob, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="hung_up")
        with pytest.raises(rooms.NoCall):
            sit(live, bob, now)
        assert not Seat.objects.exists()

    def test_the_newest_tab_takes_the_seat(self, live, alice, now):
        sit(live, alice, now, tab=NEWER, process=THERE)
        seat = Seat.objects.get(user=alice)
        assert (seat.tab, seat.process) == (NEWER, THERE)

    def test_nobody_joining_ends_the_call(self, call, now, bob):
        assert rooms.sweep(now=now + GONE) == 1
        call.refresh_from_db()
        assert (call.state, call.end_reason, call.started_at) == ("ended", "never_joined", None)
        assert experts.state(bob) == "free"


class LeaveTests:
    def test_hanging_up_ends_it_for_both_at_once(self, live, alice, bob, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now + LATER, reason="hung_up")
        live.refresh_from_db()
        assert (live.state, live.end_reason, live.ended_at) == ("ended", "hung_up", now + LATER)
        assert not Seat.objects.exists()
        assert experts.state(bob) == "free"

    def test_a_lost_connection_leaves_two_minutes_to_come_back(self, live, alice, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="gone")
        assert rooms.sweep(now=now + GONE - timedelta(milliseconds=1)) == 0
        sit(live, alice, now + LATER)
        assert rooms.sweep(now=now + GONE) == 0
        live.refresh_from_db()
        assert live.state == "live"

    def test_who_does_not_come_back_has_lost_the_call(self, live, alice, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="gone")
        rooms.sweep(now=now + GONE)
        live.refresh_from_db()
        assert (live.state, live.end_reason) == ("ended", "lost")

    def test_the_second_to_go_does_not_prolong_it(self, live, alice, bob, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="gone")
        rooms.leave(room=live.room, user=bob, tab=UUID(int=bob.id), now=now + LATER, reason="gone")
        live.refresh_from_db()
        assert live.deadline_at == now + GONE

    def test_one_back_is_not_both_back(self, live, alice, bob, now):
        for one in (alice, bob):
            rooms.leave(room=live.room, user=one, tab=UUID(int=one.id), now=now, reason="gone")
        sit(live, bob, now + LATER)
        live.refresh_from_db()
        assert live.deadline_at == now + GONE

    def test_an_old_tab_does_not_empty_the_seat_of_a_newer_one(self, live, alice, now):
        sit(live, alice, now, tab=NEWER)
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="gone")
        assert Seat.objects.get(user=alice).tab == NEWER

    def test_somebody_back_at_the_last_moment_is_not_swept_away(self, live, alice, now):
        rooms.leave(room=live.room, user=alice, tab=UUID(int=alice.id), now=now, reason="gone")
        stale = Call.objects.select_related("caller", "expert").get(id=live.id)
        sit(live, alice, now + GONE)
        assert not rooms.sweep(now=now + GONE)
        assert stale.deadline_at == now + GONE

    def test_ringing_again_takes_an_ended_room_back_to_life(self, live, alice, bob, now):
        rooms.leave(room=live.room, user=bob, tab=UUID(int=bob.id), now=now, reason="hung_up")
        again = rooms.ring(caller=alice, expert=bob, line="", now=now + LATER)
        assert again.room == live.room
        assert again != live


class DeadProcessTests:
    def test_its_people_are_gone_since_its_last_beat(self, live, alice, bob, now):
        Process.objects.create(id=HERE, channel="x", started_at=now, beat_at=now)
        Seat.objects.filter(user=bob).update(process=THERE)
        assert rooms.reap(now=now + timedelta(seconds=8)) == 0
        assert rooms.reap(now=now + timedelta(seconds=9)) == 1
        live.refresh_from_db()
        assert live.deadline_at == now + GONE
        assert list(Seat.objects.values_list("user", flat=True)) == [bob.id]

    def test_clearing_up_is_repeatable_and_ends(self, live, now):
        Process.objects.create(id=HERE, channel="x", started_at=now, beat_at=now)
        assert rooms.reap(now=now + timedelta(seconds=10)) == 1
        assert rooms.reap(now=now + timedelta(seconds=11)) == 1
        rooms.reap(now=now + timedelta(seconds=90))
        assert rooms.reap(now=now + timedelta(seconds=91)) == 0


class RoomStateTests:
    def test_each_sees_the_room_from_their_side(self, live, alice, bob, now):
        hers = rooms.room_state(room=live.room, user=alice, now=now)
        his = rooms.room_state(room=live.room, user=bob, now=now)
        assert (hers["you"]["role"], hers["other"]["name"], hers["other"]["present"]) == ("payer", "Bob Leroy", True)
        assert (his["you"]["role"], his["other"]["name"]) == ("expert", "Alice Martin")
        assert "credit" in hers and "listings" not in hers
        assert "credit" not in his
        assert [row["text"] for row in his["listings"]] == ["€2.00 per minute", "30 min for €25.00"]
        assert hers["meter"]["state"] == "free"

    def test_an_ended_call_shows_its_receipt_and_can_be_rung_again_by_its_caller(self, live, alice, bob, now):
        rooms.leave(room=live.room, user=bob, tab=UUID(int=bob.id), now=now, reason="hung_up")
        hers = rooms.room_state(room=live.room, user=alice, now=now)
        his = rooms.room_state(room=live.room, user=bob, now=now)
        assert hers["call"]["receipt"] == f"/calls/{live.id}/"
        assert (hers["can_ring"], his["can_ring"]) == (True, False)

    def test_a_free_call_costs_six_queries(self, live, alice, bob, now, django_assert_num_queries):
        room = type(live.room).objects.select_related("caller", "expert").get()
        with django_assert_num_queries(6):
            rooms.room_state(room=room, user=alice, now=now)
        with django_assert_num_queries(6):
            rooms.room_state(room=room, user=bob, now=now)
