"""Whom nobody answered is not forgotten: the expert reads of it in their mail."""

from datetime import timedelta

import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from marketplace.experts import services as experts
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db
RING_OVER = timedelta(seconds=45)


@pytest.fixture
def bob(bob):
    return cast.online(bob)


def missed(caller, expert, at, line: str = "") -> None:
    rooms.ring(caller=caller, expert=expert, line=line, now=at)
    rooms.sweep(now=at + RING_OVER)


class MissedCallMailTests:
    def test_says_who_called_and_what_about(self, alice, bob, now):
        missed(alice, bob, now, line="My lease <ends> & so on")
        (mail,) = letters(now + timedelta(days=1), to="bob")
        assert mail.startswith("You missed a call from Alice Martin\n")
        assert "My lease <ends> & so on" in mail
        assert "/me/" in mail
        assert "away" not in mail

    def test_of_the_second_caller_in_a_row_says_that_bob_is_away_now(self, alice, bob, eve, now):
        missed(alice, bob, now)
        missed(eve, bob, now + timedelta(minutes=2))
        _, mail = letters(now + timedelta(days=1), to="bob")
        assert "you are shown as away" in mail

    def test_one_caller_brings_one_mail_an_hour(self, alice, bob, now):
        for minutes in (0, 5, 10):
            missed(alice, bob, now + timedelta(minutes=minutes))
        missed(alice, bob, now + timedelta(hours=1))
        assert len(letters(now + timedelta(days=1), to="bob")) == 2

    def test_so_does_what_rang_for_long_before_the_caller_gave_up(self, alice, bob, now):
        for seconds, mails in ((19, 0), (20, 1), (44, 1)):
            call = rooms.ring(caller=alice, expert=bob, line="My lease", now=now)
            rooms.cancel(call_id=call.pk, by=alice, now=now + timedelta(seconds=seconds))
            assert len(letters(now + timedelta(days=1), to="bob")) == mails
        assert "My lease" in letters(now + timedelta(days=1), to="bob")[0]
        assert experts.state(bob) == "free"

    def test_which_sets_nobody_away(self, alice, bob, eve, now):
        for caller in (alice, eve):
            call = rooms.ring(caller=caller, expert=bob, line="", now=now)
            rooms.cancel(call_id=call.pk, by=caller, now=now + timedelta(seconds=44))
        assert experts.state(bob) == "free"

    def test_what_was_declined_or_cancelled_brings_none(self, alice, bob, now):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.decline(call_id=call.pk, by=bob, now=now)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.cancel(call_id=call.pk, by=alice, now=now)
        assert not OutboxRow.objects.exists()

    def test_nor_does_whom_bob_blocked(self, alice, bob, now):
        contacts.block(member=bob, other=alice, now=now)
        with pytest.raises(rooms.CannotRing):
            missed(alice, bob, now)
        assert not OutboxRow.objects.exists()
