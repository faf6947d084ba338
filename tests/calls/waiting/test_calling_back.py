"""The expert rings somebody who waits: the ring goes the other way, and everybody keeps their role."""

from datetime import timedelta

import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from calls.rooms.models import Call
from calls.waiting import services as waiting
from marketplace.experts import services as experts
from marketplace.experts.models import Connection, Presence
from tests import cast
from tests.calls.waiting.world import RING, answer_to, in_line, talk, turn_of, waits
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def carol_waits(bob, carol, now):
    waits(carol, bob, now, line="My lease ends")


@pytest.fixture
def ringing(bob, carol, now) -> Call:
    return rooms.ring_back(expert=bob, member=carol, now=now)


def refusal(expert, member, now) -> str:
    with pytest.raises(rooms.CannotRing) as refused:
        rooms.ring_back(expert=expert, member=member, now=now)
    return refused.value.code


class RingTests:
    def test_rings_in_the_room_of_the_two_with_their_roles_unchanged(self, ringing, bob, carol, now):
        assert (ringing.caller, ringing.expert, ringing.rung_by_expert) == (carol, bob, True)
        assert (ringing.state, ringing.ring_until, ringing.line) == ("ringing", now + RING, "My lease ends")
        assert (ringing.ringer_id, ringing.rung_id) == (bob.pk, carol.pk)

    def test_again_while_it_rings_is_the_same_call(self, ringing, bob, carol, now):
        assert rooms.ring_back(expert=bob, member=carol, now=now) == ringing

    def test_carol_sees_who_calls_back_and_bob_whom_he_rings(self, ringing, bob, carol, now):
        until = int((now + RING).timestamp() * 1000)
        assert rooms.rings_state(user=carol, now=now)["incoming"] == [
            {
                "call": ringing.pk,
                "room": ringing.room.code,
                "back": True,
                "asked": False,
                "line": "My lease ends",
                "until": until,
                "expert": {"id": bob.pk, "name": "Bob Leroy", "slug": "bob-leroy"},
            }
        ]
        assert rooms.rings_state(user=carol, now=now)["outgoing"] is None
        his = rooms.rings_state(user=bob, now=now)
        assert his["incoming"] == []
        assert his["outgoing"] == {
            "call": ringing.pk,
            "back": True,
            "caller": {"id": carol.pk, "name": "Carol Waiter"},
            "state": "ringing",
            "until": until,
            "room": None,
        }

    def test_only_who_waits_can_be_called_back(self, bob, carol, eve, now):
        assert refusal(bob, cast.here(eve), now) == "not_waiting"
        assert refusal(eve, carol, now) == "not_waiting"
        assert refusal(bob, bob, now) == "not_waiting"
        waiting.leave(member=carol, expert_id=bob.pk)
        assert refusal(bob, carol, now) == "not_waiting"

    def test_only_with_a_page_open(self, bob, carol, now):
        Connection.objects.filter(user=carol).delete()
        assert refusal(bob, carol, now) == "not_here"

    def test_who_blocked_bob_is_not_reached_before_the_entry_is_gone(self, bob, carol, now):
        contacts.block(member=carol, other=bob, now=now)
        assert refusal(bob, carol, now) == "not_waiting"

    def test_both_must_be_out_of_calls(self, alice, bob, carol, now):
        zoe = cast.online(cast.expert("Zoe Second"))
        talk(carol, zoe, now)
        assert refusal(bob, carol, now) == "member_busy"
        talk(alice, bob, now)
        assert refusal(bob, carol, now) == "already_in_call"

    def test_an_expert_who_is_shown_as_away_calls_back_too(self, bob, carol, now):
        experts.choose(user=bob, chosen="away", now=now)
        assert rooms.ring_back(expert=bob, member=carol, now=now).state == "ringing"

    @pytest.mark.usefixtures("ringing")
    def test_while_it_rings_both_are_taken(self, alice, bob, carol, now):
        zoe = cast.online(cast.expert("Zoe Second"))
        assert answer_to(alice, bob, now) == "busy"
        assert answer_to(carol, zoe, now) == "already_in_call"
        assert answer_to(carol, bob, now) == "already_in_call"
        waits(cast.here(alice), bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None


class AnswerTests:
    def test_carol_answers_and_both_talk(self, ringing, bob, carol, now):
        call = rooms.answer(call_id=ringing.pk, by=carol, now=now)
        assert (call.state, experts.state(bob), in_line(bob)) == ("answered", "busy", [])
        his = rooms.rings_state(user=bob, now=now)["outgoing"]
        assert (his["state"], his["room"]) == ("answered", call.room.code)
        assert rooms.rings_state(user=carol, now=now)["answered"] == [call.pk]

    def test_she_answers_by_joining_too_and_he_does_not(self, ringing, bob, carol, now):
        for user, state in ((bob, "ringing"), (carol, "live")):
            place = {"process": cast.A_PROCESS, "tab": cast.A_PROCESS}
            rooms.join(room=ringing.room, user=user, now=now, page=str(user.pk), **place)
            ringing.refresh_from_db()
            assert ringing.state == state

    def test_only_she_answers_and_declines_and_only_he_cancels(self, ringing, bob, carol, eve, now):
        for press, people in (
            (rooms.answer, (bob, eve)),
            (rooms.decline, (bob, eve)),
            (rooms.cancel, (carol, eve)),
        ):
            for somebody in people:
                with pytest.raises(Call.DoesNotExist):
                    press(call_id=ringing.pk, by=somebody, now=now)

    def test_declining_ends_the_waiting_and_leaves_missed_rings_alone(self, ringing, bob, carol, now):
        Presence.objects.filter(user=bob).update(missed_rings=[4711])
        rooms.decline(call_id=ringing.pk, by=carol, now=now)
        ringing.refresh_from_db()
        assert (ringing.state, in_line(bob), experts.state(bob)) == ("declined", [], "free")
        assert Presence.objects.get(user=bob).missed_rings == [4711]

    def test_cancelling_leaves_her_in_line(self, ringing, bob, carol, now):
        rooms.cancel(call_id=ringing.pk, by=bob, now=now)
        assert in_line(bob) == [carol]

    def test_missed_it_brings_her_a_mail_and_says_nothing_of_bob(self, ringing, bob, now):
        Presence.objects.filter(user=bob).update(missed_rings=[4711])
        rooms.sweep(now=now + RING)
        ringing.refresh_from_db()
        assert (ringing.state, in_line(bob), experts.state(bob)) == ("missed", [], "free")
        (mail,) = letters(now + timedelta(days=1), to="carol")
        assert mail.startswith("Bob Leroy called you back\n")
        assert letters(now + timedelta(days=1), to="bob") == []


class RoomTests:
    def test_says_who_rang(self, ringing, bob, carol, now):
        for user in (bob, carol):
            assert rooms.room_state(room=ringing.room, user=user, now=now)["call"]["back"] is True
