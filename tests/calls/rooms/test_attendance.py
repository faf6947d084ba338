"""When each came into the room and left it, as the receipt tells it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from calls.metering import services as metering
from calls.notices import lease
from calls.rooms import services as rooms
from calls.rooms.models import Attendance
from tests.calls.signalling.wires import answered_call

pytestmark = pytest.mark.django_db
HERS, HIS = UUID(int=11), UUID(int=12)


@pytest.fixture
def call(alice, bob, now):
    """Bob answered; she joins after 2 s, he after 5."""
    call = answered_call(alice, bob, now)
    comes(call, alice, HERS, now + timedelta(seconds=2))
    comes(call, bob, HIS, now + timedelta(seconds=5))
    return call


def comes(call, user, tab, at, *, process=None) -> None:
    rooms.join(room=call.room, user=user, process=process or uuid4(), tab=tab, page=tab.hex, now=at)


def goes(call, user, tab, at, reason="gone") -> None:
    rooms.leave(room=call.room, user=user, tab=tab, now=at, reason=reason)


def told(call, now) -> list[tuple[str, float]]:
    """Each row of the table, and after how many seconds."""
    call.refresh_from_db()
    line = metering.receipt(call=call, now=now).line
    return [(each.text, (each.started_at - now).total_seconds()) for each in line]


class AttendanceTests:
    def test_both_joined_and_left_when_one_hung_up(self, call, bob, now):
        goes(call, bob, HIS, now + timedelta(seconds=65), "hung_up")
        assert told(call, now) == [
            ("Alice Martin joined", 2),
            ("Bob Leroy joined", 5),
            ("Free call", 5),
            ("Alice Martin left", 65),
            ("Bob Leroy left", 65),
        ]

    def test_who_loses_the_connection_and_comes_back_has_left_and_joined(self, call, alice, bob, now):
        goes(call, alice, HERS, now + timedelta(seconds=20))
        comes(call, alice, UUID(int=13), now + timedelta(seconds=32))
        goes(call, bob, HIS, now + timedelta(seconds=65), "hung_up")
        assert told(call, now)[3:5] == [("Alice Martin left", 20), ("Alice Martin joined", 32)]

    def test_who_comes_and_goes_within_a_moment_has_been_there(self, call, alice, bob, now):
        for second in range(20, 40, 2):
            goes(call, alice, HERS, now + timedelta(seconds=second))
            comes(call, alice, HERS, now + timedelta(seconds=second + 1))
        goes(call, bob, HIS, now + timedelta(seconds=65), "hung_up")
        assert [text for text, _ in told(call, now)].count("Alice Martin joined") == 1

    def test_a_newer_window_that_takes_the_seat_is_no_coming(self, call, alice, now):
        comes(call, alice, UUID(int=13), now + timedelta(seconds=20))
        goes(call, alice, HERS, now + timedelta(seconds=21))  # the older one's socket is closed
        assert (
            Attendance.objects.filter(user=alice, left_at=None).count() == Attendance.objects.filter(user=alice).count()
        )

    def test_nobody_comes_back_and_each_left_when_they_did(self, call, alice, bob, now, settings):
        goes(call, alice, HERS, now + timedelta(seconds=20))
        over = now + timedelta(seconds=21 + settings.LOSS_ENDS_S)
        rooms.sweep(now=over)
        assert [row for row in told(call, now) if "left" in row[0]] == [
            ("Alice Martin left", 20),
            ("Bob Leroy left", 21 + settings.LOSS_ENDS_S),
        ]

    def test_with_the_server_they_left_at_its_last_beat_and_never_before_they_came(self, call, alice, bob, now):
        server = UUID(int=99)
        lease.take(process=server, now=now + timedelta(seconds=30))
        for user, tab, second in ((alice, HERS, 29), (bob, HIS, 31)):
            goes(call, user, tab, now + timedelta(seconds=20))
            comes(call, user, tab, now + timedelta(seconds=second), process=server)
        rooms.reap(now=now + timedelta(minutes=1))
        last = Attendance.objects.order_by("-pk")[:2]
        assert {row.user: (row.left_at - now).total_seconds() for row in last} == {alice: 30, bob: 31}
        assert all(row.left_at >= row.joined_at for row in last)

    def test_a_call_of_before_they_were_written_down_has_the_seconds_alone(self, call, bob, now):
        Attendance.objects.all().delete()
        goes(call, bob, HIS, now + timedelta(seconds=65), "hung_up")
        assert told(call, now) == [("Free call", 5)]
