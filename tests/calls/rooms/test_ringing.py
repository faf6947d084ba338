from datetime import timedelta

import pytest

from calls.rooms import seating
from calls.rooms import services as rooms
from calls.rooms.models import Call, Room
from marketplace.experts import presence
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from tests import cast

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=5)
RING_OVER = timedelta(seconds=45)


@pytest.fixture
def bob(bob):
    return cast.online(bob)


def refusal(**ring) -> str:
    with pytest.raises(rooms.CannotRing) as raised:
        rooms.ring(line="", **ring)
    return raised.value.code


class RingTests:
    def test_rings_for_45_seconds_in_the_room_of_the_two(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="My lease ends", now=now)
        assert (call.state, call.ring_until, call.line) == ("ringing", now + RING_OVER, "My lease ends")
        assert Room.objects.get(caller=alice, expert=bob) == call.room

    def test_ringing_again_while_it_rings_is_the_same_call(self, alice, bob, now):
        first = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert rooms.ring(caller=alice, expert=bob, line="", now=now + SOON) == first

    def test_the_same_two_keep_their_room(self, alice, bob, now):
        first = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.cancel(call_id=first.id, by=alice, now=now)
        assert rooms.ring(caller=alice, expert=bob, line="", now=now + SOON).room == first.room

    def test_nobody_rings_themself(self, bob, now):
        assert refusal(caller=bob, expert=bob, now=now) == "self"

    def test_a_member_who_is_no_expert_cannot_be_rung(self, alice, eve, now):
        assert refusal(caller=alice, expert=eve, now=now) == "not_an_expert"

    def test_an_unpublished_expert_cannot_be_rung(self, alice, bob, now):
        Profile.objects.update(published_at=None)
        assert refusal(caller=alice, expert=bob, now=now) == "not_an_expert"

    def test_an_expert_who_is_away_cannot_be_rung(self, alice, bob, now):
        experts.choose(user=bob, chosen="away", now=now)
        assert refusal(caller=alice, expert=bob, now=now) == "away"

    def test_an_expert_being_rung_is_busy(self, alice, bob, eve, now):
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert refusal(caller=eve, expert=bob, now=now) == "busy"

    def test_a_ring_that_is_over_but_not_yet_swept_makes_nobody_busy(self, alice, bob, eve, now):
        old = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.ring(caller=eve, expert=bob, line="", now=now + RING_OVER)
        old.refresh_from_db()
        assert old.state == "missed"

    def test_an_expert_in_a_call_is_busy_and_seen_so(self, alice, bob, eve, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.answer(call_id=call.id, by=bob, now=now + SOON)
        assert refusal(caller=eve, expert=bob, now=now + SOON) == "busy"
        assert experts.state(bob) == "busy"

    def test_who_chose_away_is_away_whatever_they_do_meanwhile(self, alice, bob, eve, now):
        """That they talk, or are rung, is nobody's business then."""
        rung = rooms.ring(caller=alice, expert=bob, line="", now=now)
        for answered in (False, True):
            if answered:
                rooms.answer(call_id=rung.id, by=bob, now=now)
            experts.choose(user=bob, chosen="away", now=now)
            assert refusal(caller=eve, expert=bob, now=now) == "away"
            experts.choose(user=bob, chosen="free", now=now)
            assert refusal(caller=eve, expert=bob, now=now) == "busy"

    def test_nor_in_quiet_hours(self, alice, bob, eve, now):
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        until = now + timedelta(hours=1)
        experts.choose_quiet_hours(user=bob, start=now.time(), end=until.time(), zone="UTC", now=now)
        assert refusal(caller=eve, expert=bob, now=now) == "away"

    def test_a_caller_who_rings_one_cannot_ring_another(self, alice, bob, now):
        zoe = cast.online(cast.expert("Zoe Second"))
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert refusal(caller=alice, expert=zoe, now=now) == "already_in_call"

    def test_who_left_a_call_without_hanging_up_and_rings_another_has_ended_it(self, alice, bob, now):
        zoe = cast.online(cast.expert("Zoe Second"))
        old = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.answer(call_id=old.id, by=bob, now=now)
        assert rooms.ring(caller=alice, expert=zoe, line="", now=now + SOON).state == "ringing"
        old.refresh_from_db()
        assert (old.state, old.end_reason) == ("ended", "left")
        assert experts.state(bob) == "free"


class AnswerTests:
    def test_the_first_answer_wins(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert rooms.answer(call_id=call.id, by=bob, now=now + SOON).state == "answered"
        with pytest.raises(rooms.CallOver):
            rooms.answer(call_id=call.id, by=bob, now=now + SOON)

    @pytest.mark.parametrize("caller_is_first", [True, False])
    def test_both_become_busy_and_free_their_rows_locked_in_one_order(self, bob, now, monkeypatch, caller_is_first):
        """The caller is an expert too: nobody may lock the rows of two people the other way round."""
        zoe = cast.online(cast.expert("Zoe Second"))
        caller, expert = (bob, zoe) if caller_is_first else (zoe, bob)
        call = rooms.ring(caller=caller, expert=expert, line="", now=now)
        locked, real = [], presence._change
        monkeypatch.setattr(presence, "_change", lambda user, **what: locked.append(user) or real(user, **what))
        rooms.answer(call_id=call.id, by=expert, now=now)
        assert list(dict.fromkeys(locked)) == [bob, zoe]
        locked.clear()
        seating.hang_up(room=call.room, user=caller, now=now)
        assert locked == [bob, zoe]

    def test_only_the_expert_answers_and_declines(self, alice, bob, eve, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        for somebody in (alice, eve):
            for press in (rooms.answer, rooms.decline):
                with pytest.raises(Call.DoesNotExist):
                    press(call_id=call.id, by=somebody, now=now)

    def test_only_the_caller_cancels(self, alice, bob, eve, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        for somebody in (bob, eve):
            with pytest.raises(Call.DoesNotExist):
                rooms.cancel(call_id=call.id, by=somebody, now=now)

    def test_a_ring_that_is_over_cannot_be_answered(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        with pytest.raises(rooms.CallOver):
            rooms.answer(call_id=call.id, by=bob, now=now + RING_OVER)

    def test_declining_and_cancelling_free_both(self, alice, bob, now):
        for press in ("decline", "cancel"):
            call = rooms.ring(caller=alice, expert=bob, line="", now=now)
            getattr(rooms, press)(call_id=call.id, by=bob if press == "decline" else alice, now=now)
            call.refresh_from_db()
            assert call.state == {"decline": "declined", "cancel": "cancelled"}[press]
            assert experts.state(bob) == "free"

    def test_a_cancelled_call_cannot_be_declined(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.cancel(call_id=call.id, by=alice, now=now)
        with pytest.raises(rooms.CallOver):
            rooms.decline(call_id=call.id, by=bob, now=now)


class MissedTests:
    def test_the_sweeper_ends_a_ring_after_45_seconds_and_not_before(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert rooms.sweep(now=now + RING_OVER - timedelta(milliseconds=1)) == 0
        assert rooms.sweep(now=now + RING_OVER) == 1
        call.refresh_from_db()
        assert (call.state, call.ended_at) == ("missed", now + RING_OVER)

    def test_two_missed_in_a_row_from_different_callers_set_the_expert_away(self, alice, bob, eve, now):
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.sweep(now=now + RING_OVER)
        assert experts.state(bob) == "free"
        rooms.ring(caller=eve, expert=bob, line="", now=now + RING_OVER)
        rooms.sweep(now=now + 2 * RING_OVER)
        assert experts.state(bob) == "away"

    def test_a_decline_in_between_breaks_the_row(self, alice, bob, eve, now):
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.sweep(now=now + RING_OVER)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now + RING_OVER)
        rooms.decline(call_id=call.id, by=bob, now=now + RING_OVER)
        rooms.ring(caller=eve, expert=bob, line="", now=now + RING_OVER)
        rooms.sweep(now=now + 2 * RING_OVER)
        assert experts.state(bob) == "free"


class RingsStateTests:
    def test_the_expert_sees_who_rings_and_never_how_much_credit_they_have(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="My lease ends", now=now)
        (incoming,) = rooms.rings_state(user=bob, now=now)["incoming"]
        assert incoming == {
            "call": call.id,
            "room": call.room.code,
            "back": False,
            "asked": False,
            "caller": {"id": alice.id, "name": "Alice Martin", "guest": False, "language": "en", "past_calls": 0},
            "line": "My lease ends",
            "has_ten_minutes": False,
            "agreed_rate": None,
            "max_rate": None,
            "until": int((now + RING_OVER).timestamp() * 1000),
        }

    def test_the_caller_follows_the_ring_to_its_room(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert rooms.rings_state(user=alice, now=now)["outgoing"]["state"] == "ringing"
        rooms.answer(call_id=call.id, by=bob, now=now)
        outgoing = rooms.rings_state(user=alice, now=now)["outgoing"]
        assert (outgoing["state"], outgoing["room"]) == ("answered", call.room.code)
        his = rooms.rings_state(user=bob, now=now)
        assert (his["incoming"], his["answered"]) == ([], [call.id])

    def test_a_ring_that_its_caller_cancelled_was_not_answered(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.cancel(call_id=call.id, by=alice, now=now)
        his = rooms.rings_state(user=bob, now=now)
        assert (his["incoming"], his["answered"]) == ([], [])

    def test_how_it_ended_is_told_for_30_seconds(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.decline(call_id=call.id, by=bob, now=now)
        assert rooms.rings_state(user=alice, now=now + timedelta(seconds=29))["outgoing"]["state"] == "declined"
        assert rooms.rings_state(user=alice, now=now + timedelta(seconds=30))["outgoing"] is None

    def test_a_stranger_sees_nothing(self, alice, bob, eve, now):
        rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert rooms.rings_state(user=eve, now=now) | {"now": 0} == {
            "type": "rings",
            "now": 0,
            "incoming": [],
            "answered": [],
            "taken": [],
            "outgoing": None,
            "waiting": [],
            "awaited": 0,
        }

    def test_a_page_without_rings_costs_two_queries(self, alice, bob, now, django_assert_num_queries):
        with django_assert_num_queries(2):
            rooms.rings_state(user=alice, now=now)

    def test_of_who_rings_and_is_rung_too(self, alice, bob, now, django_assert_num_queries):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        with django_assert_num_queries(2 + 1):  # and what was agreed to
            rooms.rings_state(user=alice, now=now)
        with django_assert_num_queries(2 + 4):  # what the expert decides by
            rooms.rings_state(user=bob, now=now)
        rooms.answer(call_id=call.id, by=bob, now=now)
        with django_assert_num_queries(2):
            rooms.rings_state(user=bob, now=now)
