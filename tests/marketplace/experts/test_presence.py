from datetime import time, timedelta
from uuid import UUID

import pytest
import time_machine

from marketplace.experts import presence
from marketplace.experts.models import Connection, Presence, Profile
from tests import cast

HERE, THERE = UUID(int=11), UUID(int=12)
HOUR = timedelta(hours=1)

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
        assert presence.choose(user=bob, chosen="away", now=cast.NOW)
        presence.arrived(user=bob, process=THERE)
        assert presence.state(bob) == "away"

    def test_available_again_is_free_with_a_page_open(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.choose(user=bob, chosen="away", now=cast.NOW)
        assert presence.choose(user=bob, chosen="free", now=cast.NOW)
        assert presence.state(bob) == "free"

    def test_available_without_a_page_is_away(self, bob):
        presence.choose(user=bob, chosen="free", now=cast.NOW)
        assert presence.state(bob) == "away"

    @pytest.mark.parametrize(
        ("chosen", "here", "in_call", "gone"),
        [
            ("free", "free", "busy", "away"),
            ("busy", "busy", "busy", "away"),
            ("dnd", "busy", "busy", "away"),
            ("away", "away", "away", "away"),
            ("invisible", "away", "away", "away"),
        ],
    )
    def test_what_others_see_of_each_choice(self, bob, chosen, here, in_call, gone):
        presence.arrived(user=bob, process=HERE)
        presence.choose(user=bob, chosen=chosen, now=cast.NOW)
        assert presence.state(bob) == here
        presence.set_in_call(user=bob, in_call=True)
        assert presence.state(bob) == in_call
        presence.set_in_call(user=bob, in_call=False)
        presence.left(user=bob, process=HERE)
        assert presence.state(bob) == gone

    def test_whatever_is_no_choice_changes_nothing(self, bob):
        presence.arrived(user=bob, process=HERE)
        with pytest.raises(ValueError, match="gone"):
            presence.choose(user=bob, chosen="gone", now=cast.NOW)
        assert presence.state(bob) == "free"

    def test_busy_for_an_hour_ends_after_it(self, bob):
        presence.arrived(user=bob, process=HERE)
        presence.choose(user=bob, chosen="busy", until=cast.NOW + HOUR, now=cast.NOW)
        assert presence.turn(now=cast.NOW + HOUR) == [bob.id]
        assert presence.state(bob) == "free"

    def test_of_who_is_invisible_nobody_can_tell_it(self, bob):
        """They look as they would with no page open: nothing is said of when they can be called again."""
        before = presence.seen([bob.id])
        presence.arrived(user=bob, process=HERE)
        presence.choose(user=bob, chosen="invisible", until=cast.NOW + HOUR, now=cast.NOW)
        assert presence.seen([bob.id]) == before

    @time_machine.travel(cast.NOW, tick=False)
    def test_nor_in_quiet_hours(self, bob):
        until = cast.NOW + 4 * HOUR
        presence.choose_quiet_hours(user=bob, start=time(8), end=until.time(), zone="UTC", now=cast.NOW)
        before = presence.seen([bob.id])
        assert before[bob.id] == presence.Seen("away", until)
        presence.arrived(user=bob, process=HERE)
        assert not presence.choose(user=bob, chosen="invisible", until=cast.NOW + HOUR, now=cast.NOW)
        assert presence.seen([bob.id]) == before

    @pytest.mark.parametrize(("chosen", "seen"), [("busy", "busy"), ("dnd", "busy"), ("away", "away")])
    def test_in_quiet_hours_who_chooses_to_be_seen_here_is_until_they_begin_anew(self, bob, chosen, seen):
        presence.arrived(user=bob, process=HERE)
        presence.choose_quiet_hours(user=bob, start=time(8), end=time(12), zone="UTC", now=cast.NOW)
        presence.choose(user=bob, chosen=chosen, now=cast.NOW)
        assert presence.state(bob) == seen
        presence.turn(now=cast.NOW + timedelta(hours=3))
        presence.turn(now=cast.NOW + timedelta(hours=23))
        assert presence.state(bob) == "away"


class CostTests:
    """A flip is a few small statements, whatever an expert has chosen: the row is narrow, and one index holds its state."""

    def test_coming_and_going_write_the_connection_and_the_row(self, bob, django_assert_num_queries):
        with django_assert_num_queries(6):  # a connection, [lock, look, write] in a transaction
            presence.arrived(user=bob, process=HERE)
        with django_assert_num_queries(6):
            presence.left(user=bob, process=HERE)

    def test_what_changes_nothing_writes_nothing(self, bob, django_assert_num_queries):
        presence.arrived(user=bob, process=HERE)
        with django_assert_num_queries(5):
            presence.arrived(user=bob, process=THERE)
        with django_assert_num_queries(4):  # looks alone
            presence.note_ring_answered(user=bob)

    def test_no_column_but_the_state_and_the_time_it_turns_is_in_an_index(self):
        fields = [field.name for field in Presence._meta.fields if field.db_index or field.unique]
        assert fields == ["user", "state"]
        # And when the away are back; and who search has not been told of: a row enters that one as its state changes, at no
        # other time.
        assert [index.fields for index in Presence._meta.indexes] == [["turns_at"], ["user"], ["next_free_at"]]


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
