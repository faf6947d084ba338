from uuid import UUID

import pytest

from marketplace.experts import presence
from marketplace.experts.models import Connection, Presence, Profile
from tests import cast

HERE, THERE = UUID(int=11), UUID(int=12)

pytestmark = pytest.mark.django_db


class ArrivingTests:
    def test_an_expert_with_an_open_page_is_free(self, bob):
        assert presence.arrived(user=bob, process=HERE)
        assert presence.state(bob) == "free"

    def test_a_second_process_changes_nothing_for_others(self, bob):
        presence.arrived(user=bob, process=HERE)
        assert not presence.arrived(user=bob, process=THERE)

    def test_the_last_process_to_be_left_makes_away(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.arrived(user=bob, process=THERE)
        assert not presence.left(user=bob, process=HERE)
        assert presence.left(user=bob, process=THERE)
        assert presence.state(bob) == "away"

    def test_leaving_twice_is_leaving_once(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.left(user=bob, process=HERE)
        assert not presence.left(user=bob, process=HERE)

    def test_a_member_who_is_no_expert_has_no_presence_row(self, alice):
        assert not presence.arrived(user=alice, process=HERE)
        assert not Presence.objects.filter(user=alice).exists()
        assert presence.state(alice) == "away"

    def test_one_who_became_an_expert_with_a_page_open_is_free_at_once(self, bob):
        Presence.objects.all().delete()
        Connection.objects.create(user=bob, process=HERE)
        assert presence.refresh(user=bob)
        assert presence.state(bob) == "free"

    def test_an_unpublished_profile_is_away(self, bob):
        presence.arrived(user=bob, process=HERE)
        Profile.objects.update(published_at=None)
        assert presence.state(bob) == "away"


class ProcessDeathTests:
    def test_those_it_alone_held_are_away(self, bob):
        presence.arrived(user=bob, process=HERE)
        assert presence.process_died(process=HERE) == [bob.id]
        assert presence.state(bob) == "away"

    def test_those_with_a_page_elsewhere_stay(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.arrived(user=bob, process=THERE)
        assert presence.process_died(process=HERE) == []
        assert presence.state(bob) == "free"


class ChoosingTests:
    def test_a_chosen_away_wins_over_all_tabs(self, bob):
        presence.arrived(user=bob, process=HERE)
        assert presence.choose_away(user=bob, away=True, now=cast.NOW)
        presence.arrived(user=bob, process=THERE)
        assert presence.state(bob) == "away"

    def test_available_again_is_free_with_a_page_open(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.choose_away(user=bob, away=True, now=cast.NOW)
        assert presence.choose_away(user=bob, away=False, now=cast.NOW)
        assert presence.state(bob) == "free"

    def test_available_without_a_page_is_away(self, bob):
        presence.choose_away(user=bob, away=False, now=cast.NOW)
        assert presence.state(bob) == "away"


class BusyTests:
    def test_a_call_makes_busy_and_its_end_free(self, bob):
        presence.arrived(user=bob, process=HERE)
        assert presence.set_in_call(user=bob, in_call=True)
        assert presence.state(bob) == "busy"
        presence.set_in_call(user=bob, in_call=False)
        assert presence.state(bob) == "free"

    def test_a_lost_page_in_a_call_is_still_busy(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.set_in_call(user=bob, in_call=True)
        presence.left(user=bob, process=HERE)
        assert presence.state(bob) == "busy"


class MissedRingTests:
    def test_two_in_a_row_from_different_callers_set_away(self, bob, alice, eve):
        cast.online(bob)
        assert not presence.note_missed_ring(user=bob, caller=alice)
        assert presence.note_missed_ring(user=bob, caller=eve)
        assert presence.state(bob) == "away"

    def test_the_same_caller_twice_does_not(self, bob, alice):
        cast.online(bob)
        presence.note_missed_ring(user=bob, caller=alice)
        assert not presence.note_missed_ring(user=bob, caller=alice)
        assert presence.state(bob) == "free"

    def test_an_answer_in_between_breaks_the_row(self, bob, alice, eve):
        cast.online(bob)
        presence.note_missed_ring(user=bob, caller=alice)
        presence.note_ring_answered(user=bob)
        assert not presence.note_missed_ring(user=bob, caller=eve)
        assert presence.state(bob) == "free"
