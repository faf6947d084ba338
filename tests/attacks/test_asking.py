"""Somebody makes telephones ring all over the site, or reads of an ask what is not theirs."""

from datetime import timedelta

import pytest

from calls.asking import choosing
from calls.asking import services as asking
from calls.contacts import services as contacts
from calls.rooms import admission, in_vain
from calls.rooms import services as rooms
from calls.rooms.models import Call
from tests import cast
from tests.calls.asking.world import answer_to, ask, experts

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def five():
    return experts(5)


def rings_in_twenty_minutes(eve, now) -> int:
    """She asks each minute, and gives up at once."""
    for minutes in range(20):
        at = now + minutes * MINUTE
        if answer_to(eve, at).isdigit():
            asking.cancel(ask_id=eve.asks.latest("pk").pk, by=eve, now=at)
            rooms.sweep(now=at)
    return Call.objects.filter(caller=eve).count()


class BellTests:
    """Eve rings at everybody, again and again, and hangs up."""

    def test_she_rings_at_each_a_few_times(self, eve, five, now, settings):
        assert rings_in_twenty_minutes(eve, now) <= settings.ASKS_PER_HOUR * len(five)

    def test_with_two_windows_she_rings_no_more(self, eve, five, now):
        assert [answer_to(eve, now), answer_to(eve, now)] == ["5", "asking"]

    def test_without_the_limits_all_bells_ring_each_minute(self, eve, five, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(asking, "_check_number", lambda *_: None)
        monkeypatch.setattr(in_vain, "check", lambda **_: None)
        monkeypatch.setattr(in_vain, "check_hour", lambda **_: None)
        assert rings_in_twenty_minutes(eve, now) == 20 * len(five)


class BlockedTests:
    """Bob blocked Eve. She asks, to reach him all the same."""

    def test_it_does_not_ring_at_him_and_looks_like_nobody(self, eve, bob, now):
        contacts.block(member=cast.online(bob), other=eve, now=now)
        assert answer_to(eve, now) == "nobody"
        experts(1)
        assert ask(eve, now).calls.get().expert != bob

    def test_without_that_look_it_rings(self, eve, bob, now, monkeypatch):
        """The broken twin."""
        contacts.block(member=cast.online(bob), other=eve, now=now)
        monkeypatch.setattr(contacts, "blockers_of", lambda _person: set())
        assert answer_to(eve, now) == "1"


class DoorTests:
    """A guest asks, to ring at those who take members alone."""

    def test_it_rings_at_none_of_them(self, carla, five, now):
        assert answer_to(carla, now) == "nobody"

    def test_nor_where_the_choice_alone_would_let_them_in(self, carla, five, now, monkeypatch):
        monkeypatch.setattr(choosing, "reachable", lambda **_: five)
        assert answer_to(carla, now) == "nobody"

    def test_where_nobody_asks_who_may_it_rings_at_all(self, carla, five, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(choosing, "reachable", lambda **_: five)
        monkeypatch.setattr(admission, "refusal", lambda **_: "")
        assert answer_to(carla, now) == "5"
