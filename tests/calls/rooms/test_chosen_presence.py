"""What experts chose to be seen as, and who may ring then."""

import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from calls.waiting import services as waiting
from marketplace.experts import services as experts
from tests import cast
from tests.calls.waiting.world import answer_to, hang_up, in_line, talk, turn_of, waited, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(bob):
    return cast.online(bob)


@pytest.fixture
def zoe():
    return cast.online(cast.expert("Zoe Second"))


class RingTests:
    @pytest.mark.parametrize(
        ("chosen", "answer"),
        [("free", "rings"), ("busy", "busy"), ("dnd", "busy"), ("away", "away"), ("invisible", "away")],
    )
    def test_what_a_caller_is_told(self, alice, bob, now, chosen, answer):
        experts.choose(user=bob, chosen=chosen, now=now)
        assert answer_to(alice, bob, now) == answer

    @pytest.mark.parametrize("chosen", ["busy", "dnd", "away", "invisible"])
    def test_nothing_of_it_rings_at_his_pages(self, alice, bob, now, chosen):
        experts.choose(user=bob, chosen=chosen, now=now)
        answer_to(alice, bob, now)
        assert rooms.rings_state(user=bob, now=now)["incoming"] == []

    @pytest.mark.parametrize("chosen", ["busy", "dnd", "away", "invisible"])
    def test_he_rings_others_all_the_same(self, bob, zoe, now, chosen):
        experts.choose(user=bob, chosen=chosen, now=now)
        assert answer_to(bob, zoe, now) == "rings"

    def test_what_he_does_while_he_is_invisible_is_not_told(self, alice, bob, eve, now):
        experts.choose(user=bob, chosen="invisible", now=now)
        talk(bob, cast.online(cast.expert("Zoe Second")), now)
        assert experts.state(bob) == "away"
        assert answer_to(eve, bob, now) == "away"

    def test_whom_he_blocked_reads_the_same_whatever_he_chose(self, alice, bob, now):
        contacts.block(member=bob, other=alice, now=now)
        for chosen in ("free", "busy", "dnd", "invisible"):
            experts.choose(user=bob, chosen=chosen, now=now)
            assert contacts.seen_by(person=alice, expert_ids=[bob.pk])[bob.pk] == experts.NOT_THERE
            assert answer_to(alice, bob, now) == "away"


class WaitingTests:
    @pytest.mark.parametrize("chosen", ["busy", "dnd"])
    def test_who_waits_has_the_turn_once_he_is_available(self, alice, bob, now, chosen):
        experts.choose(user=bob, chosen=chosen, now=now)
        waits(cast.here(alice), bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None
        experts.choose(user=bob, chosen="free", now=now)
        waiting.sweep(now=now)
        assert turn_of(bob) == alice

    def test_a_busy_expert_who_waits_for_another_is_called_back(self, bob, zoe, now):
        experts.choose(user=bob, chosen="busy", now=now)
        waits(bob, zoe, now)
        assert rooms.ring_back(expert=zoe, member=bob, now=now).state == "ringing"

    def test_not_to_be_disturbed_means_by_nobody(self, bob, zoe, now):
        experts.choose(user=bob, chosen="dnd", now=now)
        waits(bob, zoe, now)
        with pytest.raises(rooms.CannotRing, match="not_here"):
            rooms.ring_back(expert=zoe, member=bob, now=now)

    def test_a_turn_passes_then_and_the_place_is_kept(self, alice, bob, zoe, now):
        call = talk(alice, zoe, now)
        waited(bob, zoe, now)
        experts.choose(user=bob, chosen="dnd", now=now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert (turn_of(zoe), in_line(zoe)) == (None, [bob])
