import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from calls.contacts import services as contacts
from calls.contacts.models import Block
from calls.conversations import services as conversations
from calls.rooms import services as rooms
from marketplace.experts import services as experts
from marketplace.experts.models import Presence
from tests import cast
from tests.calls.waiting.world import talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(bob):
    return cast.online(bob)


def refusal(caller, expert, now) -> str:
    with pytest.raises(rooms.CannotRing) as refused:
        rooms.ring(caller=caller, expert=expert, line="", now=now)
    return refused.value.code


class BlockTests:
    def test_whom_bob_blocked_finds_him_away_and_is_not_told(self, alice, bob, now):
        contacts.block(member=bob, other=alice, now=now)
        assert refusal(alice, bob, now) == "away"

    def test_nor_does_bob_ring_whom_he_blocked_by_mistake(self, alice, bob, now):
        carl = cast.online(cast.expert("Carl"))
        contacts.block(member=bob, other=carl, now=now)
        assert refusal(bob, carl, now) == "you_blocked"

    def test_others_ring_as_before(self, alice, bob, eve, now):
        contacts.block(member=bob, other=alice, now=now)
        assert rooms.ring(caller=eve, expert=bob, line="", now=now).state == "ringing"

    def test_neither_writes_to_the_other(self, alice, bob, now):
        contacts.block(member=bob, other=alice, now=now)
        for sender, recipient in ((alice, bob), (bob, alice)):
            with pytest.raises(conversations.BadMessage) as refused:
                conversations.leave_message(sender=sender, recipient=recipient, text="Hello", now=now)
            assert refused.value.code == "not_taken"

    def test_twice_is_once_and_taken_back_is_over(self, alice, bob, now):
        for later in (now, now + timedelta(days=1)):
            contacts.block(member=bob, other=alice, now=later)
        (one,) = contacts.blocks_of(bob)
        assert (one.blocked, one.blocked_at) == (alice, now)
        contacts.unblock(member=bob, other_id=alice.pk)
        assert rooms.ring(caller=alice, expert=bob, line="", now=now).state == "ringing"

    def test_nobody_blocks_themself(self, bob, now):
        with pytest.raises(ValueError, match="themself"):
            contacts.block(member=bob, other=bob, now=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Block.objects.create(blocker=bob, blocked=bob, blocked_at=now)


class LooksAwayTests:
    """To whom bob blocked he is away, wherever his presence stands; and nobody who is away is described otherwise."""

    @pytest.fixture(autouse=True)
    def blocked(self, alice, bob, now):
        contacts.block(member=bob, other=alice, now=now)

    def page(self, client, address: str) -> str:
        return re.sub(r'(?<=csrfmiddlewaretoken" value=)"\w+"', "", client.get(address).content.decode())

    @pytest.mark.parametrize("address", ["/", "/?online=1", "/experts/bob-leroy/", "/experts/zoe-second/similar/"])
    @pytest.mark.parametrize("who", ["members", "credit", "known"])
    def test_each_page_is_that_of_an_expert_who_is_away(self, alice, bob, now, signed_in, address, who):
        cast.online(cast.expert("Zoe Second"))
        experts.choose_who_may_ring(member=bob, who=who)
        client = signed_in(alice)
        of_the_blocked = self.page(client, address)
        contacts.unblock(member=bob, other_id=alice.pk)
        assert self.page(client, address) != of_the_blocked
        experts.choose(user=bob, chosen="away", now=now)
        assert self.page(client, address) == of_the_blocked

    def test_others_see_him_free(self, eve, client, signed_in):
        for somebody in (client, signed_in(eve)):
            assert "free now" in self.page(somebody, "/experts/bob-leroy/")
            assert "bob-leroy" in self.page(somebody, "/?online=1")

    @time_machine.travel(cast.NOW, tick=False)
    def test_when_he_is_back_is_not_for_them(self, alice, eve, bob, now):
        experts.choose(user=bob, chosen="away", until=now + timedelta(hours=1), now=now)
        assert contacts.seen_by(person=alice, expert_ids=[bob.pk])[bob.pk] == experts.NOT_THERE
        assert contacts.seen_by(person=eve, expert_ids=[bob.pk])[bob.pk].back_at == now + timedelta(hours=1)

    def test_he_is_away_to_a_ring_too_whatever_he_does(self, alice, eve, bob, now):
        assert refusal(alice, bob, now) == "away"
        talk(eve, bob, now)
        assert refusal(alice, bob, now) == "away"

    def test_and_in_the_room_where_they_talked(self, alice, bob, now):
        contacts.unblock(member=bob, other_id=alice.pk)
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.decline(call_id=call.pk, by=bob, now=now)
        contacts.block(member=bob, other=alice, now=now)
        hers = rooms.room_state(room=call.room, user=alice, now=now)
        assert (hers["other"]["presence"], hers["can_ring"]) == ("away", True)


class ChosenRuleTests:
    """What the expert chose for everybody is said to everybody."""

    @pytest.mark.parametrize(("who", "code"), [("credit", "credit_needed"), ("known", "not_known")])
    def test_whom_the_rule_refuses_reads_the_rule_blocked_or_not(self, alice, bob, now, who, code):
        experts.choose_who_may_ring(member=bob, who=who)
        assert rooms.refusal(caller=alice, expert=bob) == code
        contacts.block(member=bob, other=alice, now=now)
        assert rooms.refusal(caller=alice, expert=bob) == code

    @pytest.mark.parametrize("who", ["credit", "known"])
    def test_away_comes_before_it_for_both(self, alice, eve, bob, now, who):
        experts.choose_who_may_ring(member=bob, who=who)
        contacts.block(member=bob, other=alice, now=now)
        assert refusal(alice, bob, now) == "away"
        Presence.objects.update(state="away")
        assert refusal(eve, bob, now) == "away"


class BlockPageTests:
    def test_bob_blocks_who_called_him_and_takes_it_back(self, alice, bob, now, signed_in):
        call = rooms.ring(caller=alice, expert=bob, line="", now=now)
        rooms.decline(call_id=call.pk, by=bob, now=now)
        client = signed_in(bob)
        page = client.post(f"/me/blocked/{alice.pk}/", follow=True).content.decode()
        assert "People you blocked" in page
        assert f'action="/me/blocked/{alice.pk}/"' not in page  # blocked already
        assert "no longer call you" in page
        page = client.post(f"/me/blocked/{alice.pk}/remove/", follow=True).content.decode()
        assert "People you blocked" not in page
        assert not Block.objects.exists()

    def test_and_who_wrote_to_him(self, alice, bob, now, signed_in):
        conversations.leave_message(sender=alice, recipient=bob, text="Hello", now=now)
        assert f'action="/me/blocked/{alice.pk}/"' in signed_in(bob).get("/me/").content.decode()
        assert signed_in(bob).post(f"/me/blocked/{alice.pk}/").status_code == 302
        assert contacts.has_blocked(member=bob, other=alice)

    def test_a_number_says_nothing_about_people_who_never_reached_him(self, alice, bob, signed_in):
        for number in (alice.pk, bob.pk, 10**9):
            assert signed_in(bob).post(f"/me/blocked/{number}/").status_code == 404
        assert not Block.objects.exists()

    def test_eve_takes_back_no_block_of_bobs(self, alice, bob, eve, now, signed_in):
        contacts.block(member=bob, other=alice, now=now)
        signed_in(eve).post(f"/me/blocked/{alice.pk}/remove/")
        assert contacts.has_blocked(member=bob, other=alice)

    def test_visitors_sign_in_and_get_changes_nothing(self, alice, bob, now, client, signed_in):
        conversations.leave_message(sender=alice, recipient=bob, text="Hello", now=now)
        assert client.post(f"/me/blocked/{alice.pk}/").url.startswith("/accounts/login/")
        assert signed_in(bob).get(f"/me/blocked/{alice.pk}/").status_code == 405
        assert not Block.objects.exists()
