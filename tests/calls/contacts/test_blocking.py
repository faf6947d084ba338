from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calls.contacts import services as contacts
from calls.contacts.models import Block
from calls.conversations import services as conversations
from calls.rooms import services as rooms
from tests import cast

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
