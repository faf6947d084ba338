"""Taking a place in line, seeing it, leaving it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from calls.waiting import services as waiting
from calls.waiting.models import Waiting
from marketplace.accounts import services as accounts
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from tests import cast
from tests.calls.waiting.world import DAY, SECOND, hang_up, in_line, past_calls, talk, turn_of, waits
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


def refusal(member, expert, now) -> str:
    with pytest.raises(waiting.CannotWait) as refused:
        waits(member, expert, now)
    return refused.value.code


def place(member) -> dict:
    (entry,) = waiting.waiting_state(member=member)["waiting"]
    return entry


class WaitTests:
    def test_who_comes_first_stands_first(self, alice, bob, carol, eve, now):
        talk(alice, bob, now)
        waits(carol, bob, now, line="My lease ends")
        waits(eve, bob, now + SECOND)
        assert in_line(bob) == [carol, eve]
        assert (place(carol)["place"], place(carol)["line"], place(eve)["place"]) == (1, "My lease ends", 2)

    def test_waiting_again_keeps_the_place_and_may_say_anew_what_it_is_about(self, bob, carol, eve, now):
        experts.choose(user=bob, chosen="away", now=now)
        for line in ("My lease", "My tax", ""):
            waits(carol, bob, now, line=line)
            waits(eve, bob, now)
        assert [(entry.member, entry.line) for entry in waiting.waiting_for(expert=bob)] == [
            (carol, "My tax"),
            (eve, ""),
        ]

    def test_nobody_waits_for_themself_or_for_who_is_no_expert(self, alice, bob, carol, now):
        assert refusal(bob, bob, now) == "self"
        assert refusal(carol, alice, now) == "not_an_expert"
        Profile.objects.update(published_at=None)
        assert refusal(carol, bob, now) == "not_an_expert"
        with pytest.raises(IntegrityError), transaction.atomic():
            Waiting.objects.create(member=bob, expert=bob, since=now)

    @pytest.mark.parametrize(("who", "code"), [("credit", "credit_needed"), ("known", "not_known")])
    def test_who_may_not_ring_may_not_wait(self, bob, carol, now, who, code):
        experts.choose_who_may_ring(member=bob, who=who)
        assert refusal(carol, bob, now) == code

    def test_one_waits_for_five_experts_at_most(self, carol, now):
        many = [cast.expert(f"Expert{number} Test") for number in range(6)]
        for one in many[:5]:
            waits(carol, one, now)
        assert refusal(carol, many[5], now) == "in_many_lines"
        waits(carol, many[0], now)  # who waits already takes no place more
        waiting.leave(member=carol, expert_id=many[0].pk)
        assert waits(carol, many[5], now)

    def test_leaving_moves_the_others_up_and_again_changes_nothing(self, bob, carol, eve, now):
        waits(carol, bob, now)
        waits(eve, bob, now)
        for _ in range(2):
            waiting.leave(member=carol, expert_id=bob.pk)
        assert (in_line(bob), place(eve)["place"]) == ([eve], 1)
        assert waiting.waiting_state(member=carol) == {"waiting": [], "awaited": 0}
        assert waiting.waiting_state(member=bob) == {"waiting": [], "awaited": 1}


class EndOfWaitingTests:
    def test_after_24_hours_it_is_over(self, alice, bob, carol, now):
        talk(alice, bob, now)
        waits(carol, bob, now)
        waiting.sweep(now=now + DAY - SECOND)
        assert in_line(bob) == [carol]
        assert letters(now + DAY, to="carol") == []
        waiting.sweep(now=now + DAY)
        assert in_line(bob) == []
        (mail,) = letters(now + 2 * DAY, to="carol")
        assert mail.startswith("You do not wait for Bob Leroy any more\n")
        for told in ("24 hours", "/experts/bob-leroy/"):
            assert told in mail

    def test_whom_bob_blocked_is_told_so_like_everybody(self, alice, bob, carol, now):
        talk(alice, bob, now)
        waits(carol, bob, now)
        contacts.block(member=bob, other=carol, now=now)
        waiting.sweep(now=now + DAY)
        assert "24 hours" in letters(now + 2 * DAY, to="carol")[0]

    def test_it_ends_with_the_account_of_either_and_with_the_profile(self, alice, bob, carol, eve, now):
        talk(alice, bob, now)
        waits(carol, bob, now)
        waits(eve, bob, now)
        accounts.deactivate(member=carol)
        waiting.sweep(now=now)
        assert in_line(bob) == [eve]
        experts.unpublish(member=bob)
        waiting.sweep(now=now)
        assert in_line(bob) == []
        assert letters(now + DAY, to="carol") == []
        (mail,) = letters(now + DAY, to="eve")
        assert "Bob Leroy cannot be called here any more" in mail
        assert "/experts/" not in mail

    def test_who_blocks_the_expert_waits_no_longer(self, alice, bob, carol, now):
        talk(alice, bob, now)
        waits(carol, bob, now)
        contacts.block(member=carol, other=bob, now=now)
        waiting.sweep(now=now)
        assert in_line(bob) == []
        assert letters(now + DAY, to="carol") == []  # her own doing
        assert refusal(carol, bob, now) == "you_blocked"

    def test_an_idle_round_costs_two_queries(self, alice, bob, carol, now, django_assert_num_queries):
        talk(alice, bob, now)
        waits(carol, bob, now)
        with django_assert_num_queries(2):
            assert waiting.sweep(now=now) == 0


class BlockedTests:
    @pytest.fixture(autouse=True)
    def carol_waits_and_is_blocked(self, alice, bob, carol, eve, now):
        self.call = talk(alice, bob, now)
        waits(carol, bob, now)
        waits(cast.here(eve), bob, now)
        contacts.block(member=bob, other=carol, now=now)
        waiting.sweep(now=now)

    def test_she_is_not_told(self, bob, carol, now):
        assert place(carol)["place"] == 1
        waiting.leave(member=carol, expert_id=bob.pk)
        waits(carol, bob, now)
        assert place(carol)["place"] == 2

    def test_she_stands_in_nobodys_way_and_bob_does_not_see_her(self, bob, eve):
        assert place(eve)["place"] == 1
        assert [entry.member for entry in waiting.waiting_for(expert=bob)] == [eve]
        assert waiting.waiting_state(member=bob)["awaited"] == 1

    def test_she_never_has_a_turn_nor_a_mail(self, bob, eve, now):
        hang_up(self.call, now)
        waiting.sweep(now=now)
        assert turn_of(bob) == eve
        waiting.leave(member=eve, expert_id=bob.pk)
        assert waiting.sweep(now=now) == 0
        assert turn_of(bob) is None

    def test_a_free_bob_is_away_to_her_and_she_reads_no_estimate(self, alice, bob, carol, now):
        past_calls(alice, bob, *[10] * 5, now=now)
        assert (place(carol)["state"], place(carol)["estimate"]) == ("away", None)
        hang_up(self.call, now)
        experts.choose(user=bob, chosen="away", until=now + SECOND, now=now)
        assert (place(carol)["state"], place(carol)["back_at"]) == ("away", None)

    def test_nor_does_she_hold_up_who_rings(self, alice, bob, carol, eve, now):
        hang_up(self.call, now)
        waiting.leave(member=eve, expert_id=bob.pk)
        assert in_line(bob) == [carol]
        assert rooms.ring(caller=alice, expert=bob, line="", now=now).state == "ringing"

    def test_nor_does_bob_call_her_back(self, bob, carol, now):
        hang_up(self.call, now)
        with pytest.raises(rooms.CannotRing, match="not_waiting"):
            rooms.ring_back(expert=bob, member=carol, now=now)


class EstimateTests:
    def test_is_the_median_of_the_last_calls_and_since_when_one_goes_on(self, alice, bob, carol, now):
        past_calls(alice, bob, 2, 60, 10, 8, 12, 0.1, 0.1, 0.1, now=now)
        talk(alice, bob, now)
        waits(carol, bob, now)
        assert place(carol)["estimate"] == {"each_ms": 600_000, "since": int(now.timestamp() * 1000)}
        assert (place(carol)["state"], place(carol)["back_at"]) == ("busy", None)

    def test_looks_at_twenty_calls(self, alice, bob, carol, now):
        past_calls(alice, bob, *[30] * 20, now=now - DAY)
        past_calls(alice, bob, *[1] * 20, now=now)
        call = talk(alice, bob, now)
        waits(carol, bob, now)
        hang_up(call, now)
        assert place(carol)["estimate"] == {"each_ms": 60_000, "since": None}

    def test_with_fewer_than_five_calls_there_is_none(self, alice, bob, carol, now):
        past_calls(alice, bob, 10, 10, 10, 10, 0.1, now=now)
        talk(alice, bob, now)
        waits(carol, bob, now)
        assert place(carol)["estimate"] is None

    @time_machine.travel(cast.NOW, tick=False)
    def test_an_expert_who_is_away_says_when_they_are_back_instead(self, alice, bob, carol, now):
        past_calls(alice, bob, *[10] * 5, now=now)
        experts.choose(user=bob, chosen="away", until=now + timedelta(hours=1), now=now)
        waits(carol, bob, now)
        told = place(carol)
        assert (told["state"], told["estimate"]) == ("away", None)
        assert told["back_at"] == int((now + timedelta(hours=1)).timestamp() * 1000)

    def test_a_free_expert_who_did_not_take_the_ring_promises_nothing(self, alice, bob, carol, now):
        past_calls(alice, bob, *[10] * 5, now=now)
        call = rooms.ring(caller=carol, expert=bob, line="", now=now)
        rooms.decline(call_id=call.pk, by=bob, now=now)
        waits(carol, bob, now)
        assert (place(carol)["state"], place(carol)["estimate"]) == ("free", None)
