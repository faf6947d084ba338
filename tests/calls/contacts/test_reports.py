from datetime import timedelta
from uuid import uuid4

import pytest

from calls.contacts import services as contacts
from calls.contacts.models import Report
from calls.metering.models import PaidPeriod
from calls.rooms import services as rooms
from payouts.office import services as office
from payouts.office.models import StaffTask
from tests import cast
from tests.calls.metering.world import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(alice, bob, now):
    """They are talking."""
    cast.online(bob)
    call = rooms.ring(caller=alice, expert=bob, line="", now=now)
    for user in (bob, alice):
        rooms.join(room=call.room, user=user, process=uuid4(), tab=uuid4(), now=now)
    return call


def report(call, user, now) -> None:
    rooms.report_and_leave(room=call.room, user=user, now=now)


class ReportAndLeaveTests:
    def test_ends_the_call_tells_staff_and_blocks_the_other(self, call, alice, bob, now):
        report(call, alice, now)
        call.refresh_from_db()
        assert (call.state, call.end_reason) == ("ended", "hung_up")
        assert contacts.has_blocked(member=alice, other=bob)
        task = StaffTask.objects.get()
        assert (task.kind, task.reference) == ("report", f"call:{call.pk}")
        assert "Alice" in task.text
        assert "Bob" in task.text

    def test_so_may_the_expert(self, call, alice, bob, now):
        report(call, bob, now)
        assert contacts.has_blocked(member=bob, other=alice)
        assert Report.objects.get().about == alice

    def test_who_reported_is_shown_it_and_the_other_is_not(self, call, alice, bob, now):
        report(call, alice, now)
        assert rooms.room_state(room=call.room, user=alice, now=now)["reported"] == {"explained": False}
        assert rooms.room_state(room=call.room, user=bob, now=now)["reported"] is None

    def test_after_the_other_hung_up_it_still_works(self, call, alice, bob, now):
        rooms.leave(room=call.room, user=bob, tab=uuid4(), now=now, reason="hung_up")
        report(call, alice, now + timedelta(minutes=1))
        assert contacts.has_blocked(member=alice, other=bob)

    def test_twice_is_once(self, call, alice, now):
        report(call, alice, now)
        report(call, alice, now)
        assert StaffTask.objects.count() == Report.objects.count() == 1

    def test_what_was_unblocked_stays_so_when_it_comes_again(self, call, alice, bob, now):
        report(call, alice, now)
        contacts.unblock(member=alice, other_id=bob.pk)
        report(call, alice, now)
        assert not contacts.has_blocked(member=alice, other=bob)

    def test_those_who_have_not_talked_have_nothing_to_report(self, alice, bob, now):
        cast.online(bob)
        ringing = rooms.ring(caller=alice, expert=bob, line="", now=now)
        with pytest.raises(rooms.NoCall):
            report(ringing, alice, now)
        ringing.refresh_from_db()
        assert ringing.state == "ringing"
        assert not Report.objects.exists()

    def test_a_paid_period_is_settled_as_by_hanging_up(self):
        story = Story()
        story.go_paid().after(60)
        rooms.report_and_leave(room=story.call.room, user=story.alice, now=story.now)
        period = PaidPeriod.objects.get()
        assert period.state == "ended"
        assert period.end_reason == "hung_up"


class WordsTests:
    def test_reach_staff_once(self, call, alice, now):
        report(call, alice, now)
        rooms.explain_report(room=call.room, user=alice, words=" He shouted. ", now=now)
        assert rooms.room_state(room=call.room, user=alice, now=now)["reported"] == {"explained": True}
        assert "He shouted." in StaffTask.objects.get(key__endswith=":words").text
        with pytest.raises(contacts.BadWords) as refused:
            rooms.explain_report(room=call.room, user=alice, words="And more.", now=now)
        assert refused.value.code == "said"

    @pytest.mark.parametrize(("words", "code"), [(" ", "empty"), ("a" * 2001, "too_long"), ("a\0", "unreadable")])
    def test_bad_ones_are_refused(self, call, alice, now, words, code):
        report(call, alice, now)
        with pytest.raises(contacts.BadWords) as refused:
            rooms.explain_report(room=call.room, user=alice, words=words, now=now)
        assert refused.value.code == code
        assert Report.objects.get().words == ""

    def test_need_a_report_of_ones_own(self, call, alice, bob, now):
        report(call, alice, now)
        with pytest.raises(contacts.NotReported):
            rooms.explain_report(room=call.room, user=bob, words="No!", now=now)

    def test_staff_who_are_one_of_the_two_do_not_close_it(self, call, bob, now):
        report(call, bob, now)
        bob.is_staff = True
        bob.save()
        with pytest.raises(office.PartyToIt):
            office.close_task(task=StaffTask.objects.get(), staff=bob, note="Nothing.", now=now)
