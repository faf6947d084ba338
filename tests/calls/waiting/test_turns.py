"""The expert is free: the first in line has a turn, and others wait for it."""

from datetime import timedelta

import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.experts import services as experts
from marketplace.experts.models import Connection
from marketplace.listings.models import Listing
from tests import cast
from tests.calls.waiting.world import (
    HERE,
    RING,
    SECOND,
    TURN,
    answer_to,
    hang_up,
    in_line,
    talk,
    turn_of,
    waited,
    waits,
)
from tests.payouts.mail.inbox import letters
from tests.payouts.purse import give_credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(alice, bob, now):
    return talk(alice, bob, now)


@pytest.fixture
def carols_turn(call, bob, carol, now):
    """She waited, alice hung up."""
    waits(carol, bob, now)
    hang_up(call, now)
    waiting.sweep(now=now)
    assert turn_of(bob) == carol


def goes(member) -> None:
    """The last page of a member is closed, and has been for a while."""
    experts.left(user=member, process=HERE)


class TurnTests:
    def test_begins_when_the_call_is_over_and_not_before(self, call, bob, carol, now):
        waits(carol, bob, now)
        assert waiting.sweep(now=now) == 0
        hang_up(call, now)
        assert waiting.sweep(now=now) == 1
        assert turn_of(bob) == carol
        (told,) = waiting.waiting_state(member=carol)["waiting"]
        assert told["turn_until"] == int((now + TURN).timestamp() * 1000)

    def test_begins_when_bob_is_back(self, bob, carol, now):
        experts.choose(user=bob, chosen="away", now=now)
        waits(carol, bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None
        experts.choose(user=bob, chosen="free", now=now)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol

    def test_begins_when_bob_opens_a_page(self, bob, carol, now):
        goes(bob)
        waits(carol, bob, now)
        experts.arrived(user=bob, process=HERE)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol

    def test_begins_when_his_quiet_hours_end(self, bob, carol, now):
        until = now + timedelta(hours=1)
        experts.choose_quiet_hours(user=bob, start=now.time(), end=until.time(), zone="UTC", now=now)
        waits(carol, bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None
        rooms.turn_presence(now=until)
        waiting.sweep(now=until)
        assert turn_of(bob) == carol

    def test_not_while_somebody_rings(self, bob, carol, eve, now):
        call = rooms.ring(caller=eve, expert=bob, line="", now=now)
        waits(carol, bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None
        rooms.cancel(call_id=call.pk, by=eve, now=now)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol

    @pytest.mark.usefixtures("carols_turn")
    def test_others_who_ring_are_told_that_somebody_is_first(self, bob, carol, eve, now):
        assert answer_to(eve, bob, now) == "in_line"
        assert answer_to(carol, bob, now) == "rings"
        assert in_line(bob) == []

    def test_others_are_told_so_before_any_worker_looked(self, call, bob, carol, eve, now):
        waits(carol, bob, now)
        hang_up(call, now)
        assert answer_to(eve, bob, now) == "in_line"
        assert answer_to(carol, bob, now) == "rings"

    @pytest.mark.usefixtures("carols_turn")
    def test_who_lets_it_pass_keeps_the_place_and_the_next_has_theirs(self, bob, carol, eve, now):
        waited(cast.here(eve), bob, now)
        waiting.sweep(now=now + TURN - SECOND)
        assert turn_of(bob) == carol
        waiting.sweep(now=now + TURN)
        assert (turn_of(bob), in_line(bob)) == (eve, [carol, eve])
        (mail,) = letters(now + timedelta(days=1), to="carol")
        assert mail.startswith("Your turn to call Bob Leroy has passed\n")
        for told in ("You keep your place in line", "/experts/bob-leroy/"):
            assert told in mail

    @pytest.mark.usefixtures("carols_turn")
    def test_and_stands_in_nobodys_way_until_bob_is_free_anew(self, bob, carol, eve, now):
        later = now + TURN
        waiting.sweep(now=later)
        assert waiting.sweep(now=later) == 0
        hang_up(talk(eve, bob, later), later)
        waiting.sweep(now=later)
        assert turn_of(bob) is None  # no worker has looked while they talked
        call = talk(eve, bob, later)
        waiting.sweep(now=later)
        hang_up(call, later)
        waiting.sweep(now=later)
        assert turn_of(bob) == carol

    @pytest.mark.usefixtures("carols_turn")
    def test_who_lets_it_pass_again_is_out_and_told_by_mail(self, bob, carol, eve, now):
        waiting.sweep(now=now + TURN)
        later = now + timedelta(hours=2)
        call = talk(eve, bob, later)
        waiting.sweep(now=later)
        hang_up(call, later)
        waiting.sweep(now=later)
        assert turn_of(bob) == carol
        waiting.sweep(now=later + TURN)
        assert (turn_of(bob), in_line(bob)) == (None, [])
        _, mail = letters(now + timedelta(days=1), to="carol")
        assert mail.startswith("You do not wait for Bob Leroy any more\n")
        for told in ("Your turn passed a second time", "/experts/bob-leroy/"):
            assert told in mail

    @pytest.mark.usefixtures("carols_turn")
    def test_not_now_passes_it_on_at_once(self, bob, carol, eve, now):
        waited(cast.here(eve), bob, now)
        waiting.leave(member=carol, expert_id=bob.pk)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve

    @pytest.mark.usefixtures("carols_turn")
    def test_bob_busy_again_takes_it_back_and_keeps_the_place(self, bob, carol, eve, now):
        waits(cast.here(eve), bob, now)
        zoe = cast.online(cast.expert("Zoe Second"))
        call = talk(bob, zoe, now)
        waiting.sweep(now=now)
        assert (turn_of(bob), in_line(bob)) == (None, [carol, eve])
        hang_up(call, now)
        waiting.sweep(now=now + SECOND)
        assert turn_of(bob) == carol
        assert Waiting.objects.get(member=carol).turn_until == now + SECOND + TURN

    @pytest.mark.usefixtures("carols_turn")
    def test_it_cannot_be_used_once_bob_is_away(self, bob, carol, now):
        experts.choose(user=bob, chosen="away", now=now)
        assert answer_to(carol, bob, now) == "away"
        waiting.sweep(now=now)
        assert (turn_of(bob), in_line(bob)) == (None, [carol])

    @pytest.mark.usefixtures("carols_turn")
    def test_who_is_blocked_in_the_middle_of_it_loses_it(self, bob, carol, eve, now):
        waited(cast.here(eve), bob, now)
        contacts.block(member=bob, other=carol, now=now)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve

    def test_who_talks_with_somebody_else_is_passed_over_and_keeps_the_place(self, call, bob, carol, eve, now):
        waits(carol, bob, now)
        waits(cast.here(eve), bob, now)
        zoe = cast.online(cast.expert("Zoe Second"))
        hers = talk(carol, zoe, now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve
        waiting.leave(member=eve, expert_id=bob.pk)
        assert waiting.sweep(now=now) == 0
        hang_up(hers, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol

    def test_who_rings_somebody_else_in_her_turn_has_no_second_one_while_bob_is_free(self, call, bob, carol, now):
        waits(cast.here(carol), bob, now)
        hang_up(call, now)
        waiting.sweep(now=now)
        zoe = cast.online(cast.expert("Zoe Second"))
        hers = rooms.ring(caller=carol, expert=zoe, line="", now=now)
        waiting.sweep(now=now)
        rooms.cancel(call_id=hers.pk, by=carol, now=now)
        waiting.sweep(now=now)
        assert (turn_of(bob), in_line(bob)) == (None, [carol])
        again = talk(carol, bob, now)
        hang_up(again, now)
        assert in_line(bob) == []

    def test_who_may_not_ring_any_more_is_out(self, call, bob, carol, eve, now):
        experts.choose_who_may_ring(member=bob, who="credit")
        for member in (carol, cast.here(eve)):
            give_credit(member, 2_000, now)
            waits(member, bob, now)
        Listing.objects.filter(rate_minor__isnull=False).update(rate_minor=900)
        give_credit(eve, 7_000, now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert (turn_of(bob), in_line(bob)) == (eve, [eve])
        (mail,) = letters(now + timedelta(days=1), to="carol")
        assert mail.startswith("You do not wait for Bob Leroy any more\n")
        assert "yours does not cover that any more" in mail

    def test_nor_who_never_talked_with_bob_once_he_takes_only_people_he_knows(self, call, bob, carol, now):
        waits(carol, bob, now)
        experts.choose_who_may_ring(member=bob, who="known")
        hang_up(call, now)
        waiting.sweep(now=now)
        assert in_line(bob) == []
        (mail,) = letters(now + timedelta(days=1), to="carol")
        assert "takes calls from people they have talked with" in mail

    def test_one_line_that_fails_holds_up_no_other(self, call, bob, carol, now, monkeypatch, caplog):
        zoe = cast.online(cast.expert("Zoe Second"))
        waits(carol, bob, now)
        waited(carol, zoe, now)
        hang_up(call, now)
        real = experts.state
        monkeypatch.setattr(experts, "state", lambda user: 1 / 0 if user == bob else real(user))
        waiting.sweep(now=now)
        assert turn_of(zoe) == carol
        assert "A line could not move on" in caplog.text


class CallMeBackTests:
    """Who begins to wait while bob is free has a turn once he is free anew."""

    @pytest.mark.parametrize("how", ["declined", "missed"])
    def test_the_turn_comes_once_bob_was_busy_or_away(self, bob, carol, now, how):
        call = rooms.ring(caller=carol, expert=bob, line="", now=now)
        if how == "declined":
            rooms.decline(call_id=call.pk, by=bob, now=now)
        else:
            rooms.sweep(now=now + RING)
        later = now + RING
        waits(carol, bob, later)
        waiting.sweep(now=later)
        assert turn_of(bob) is None
        experts.choose(user=bob, chosen="away", now=later)
        waiting.sweep(now=later)
        experts.choose(user=bob, chosen="free", now=later)
        waiting.sweep(now=later)
        assert turn_of(bob) == carol

    def test_she_stands_in_nobodys_way_until_then(self, bob, carol, eve, now):
        call = rooms.ring(caller=carol, expert=bob, line="", now=now)
        rooms.decline(call_id=call.pk, by=bob, now=now)
        waits(carol, bob, now)
        assert answer_to(eve, bob, now) == "rings"

    @pytest.mark.usefixtures("carols_turn")
    def test_who_waits_during_a_turn_has_theirs_after_that_call(self, bob, carol, eve, now):
        waits(cast.here(eve), bob, now)
        hang_up(talk(carol, bob, now), now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None  # no worker has looked while they talked
        call = talk(carol, bob, now)
        waiting.sweep(now=now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve

    @pytest.mark.usefixtures("carols_turn")
    def test_two_who_wait_in_turns_keep_nobody_from_bob(self, alice, bob, carol, eve, now):
        waits(cast.here(eve), bob, now)
        waiting.leave(member=carol, expert_id=bob.pk)
        waits(carol, bob, now)
        waiting.sweep(now=now)
        assert turn_of(bob) is None
        assert answer_to(alice, bob, now) == "rings"


class NoPageOpenTests:
    @pytest.fixture(autouse=True)
    def carol_goes(self, call, bob, carol, eve, now):
        waits(carol, bob, now)
        waits(cast.here(eve), bob, now)
        self.call = call
        goes(carol)

    def test_she_is_told_by_mail_and_the_turn_passes_at_once(self, bob, carol, eve, now):
        hang_up(self.call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve
        assert in_line(bob) == [carol, eve]
        (mail,) = letters(now + timedelta(days=1), to="carol")
        assert mail.startswith("Bob Leroy is free now\n")
        assert "/experts/bob-leroy/" in mail

    def test_once_however_often_he_is_free(self, bob, eve, now):
        hang_up(self.call, now)
        for hours in range(3):
            later = now + timedelta(hours=hours)
            waiting.sweep(now=later)
            experts.choose(user=bob, chosen="away", now=later)
            waiting.sweep(now=later)
            experts.choose(user=bob, chosen="free", now=later)
        assert len(letters(now + timedelta(days=1), to="carol")) == 1

    def test_at_most_one_an_hour_however_often_she_waits(self, bob, carol, now):
        hang_up(self.call, now)
        for minutes in (0, 10, 60):
            later = now + timedelta(minutes=minutes)
            waiting.leave(member=carol, expert_id=bob.pk)
            waited(carol, bob, later)
            Waiting.objects.exclude(member=carol).delete()
            waiting.sweep(now=later)
        assert len(letters(now + timedelta(days=1), to="carol")) == 2

    def test_back_on_the_site_she_is_first_again(self, bob, carol, eve, now):
        hang_up(self.call, now)
        waiting.sweep(now=now)
        waiting.leave(member=eve, expert_id=bob.pk)
        assert waiting.sweep(now=now) == 0
        cast.here(carol)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol

    def test_who_goes_in_the_middle_of_the_turn_keeps_the_place(self, bob, carol, eve, now):
        cast.here(carol)
        hang_up(self.call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == carol
        Connection.objects.filter(user=carol).delete()
        waiting.sweep(now=now + SECOND)
        assert (turn_of(bob), in_line(bob)) == (eve, [carol, eve])
        assert len(letters(now + timedelta(days=1), to="carol")) == 1
