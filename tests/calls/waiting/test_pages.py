"""What stands of waiting on the expert's profile, and on each one's own page."""

import pytest

from calls.contacts import services as contacts
from calls.contacts.models import Block
from calls.rooms import services as rooms
from calls.waiting.models import Waiting
from marketplace.experts import services as experts
from marketplace.experts.models import Connection, Presence
from tests.calls.waiting.world import in_line, waits

pytestmark = pytest.mark.django_db
PROFILE = "/experts/bob-leroy/"


def page_of(client, address: str = "/me/") -> str:
    return client.get(address).content.decode()


class ProfileTests:
    @pytest.mark.parametrize(
        ("state", "words"), [("busy", "Wait in line"), ("away", "Tell me when free"), ("free", "Call me back")]
    )
    def test_has_one_button_whose_words_follow_presence(self, signed_in, alice, bob, state, words):
        Presence.objects.filter(user=bob).update(state=state)
        page = page_of(signed_in(alice), PROFILE)
        assert f'<span data-when="{state}">{words}</span>' in page
        assert page.count('<span data-when="') - page.count(" hidden>") <= 1
        assert f'<section class="stack" id="wait" data-when="busy away"{" hidden" * (state == "free")}>' in page

    def test_offers_no_line_to_who_may_not_ring(self, signed_in, alice, bob):
        experts.choose_who_may_ring(member=bob, who="known")
        assert "wait-form" not in page_of(signed_in(alice), PROFILE)

    def test_nor_to_visitors_and_to_bob_himself(self, client, signed_in, bob):
        for somebody in (client, signed_in(bob)):
            assert "wait-form" not in page_of(somebody, PROFILE)


class WaitingForYouTests:
    def test_bob_reads_who_waits_and_calls_back_who_is_here(self, signed_in, bob, carol, now):
        waits(carol, bob, now, line="<b>My lease</b>")
        page = page_of(signed_in(bob))
        for told in ("Waiting for you", "Carol Waiter", "&lt;b&gt;My lease&lt;/b&gt;", f'data-call-back="{carol.pk}"'):
            assert told in page
        assert "Not here now" not in page

    def test_who_has_no_page_open_cannot_be_called_back(self, signed_in, bob, carol, now):
        waits(carol, bob, now)
        Connection.objects.filter(user=carol).delete()
        page = page_of(signed_in(bob))
        assert "Not here now; they get a mail when you are free." in page
        assert "data-call-back" not in page

    def test_whom_he_blocked_is_not_there(self, signed_in, bob, carol, now):
        waits(carol, bob, now)
        contacts.block(member=bob, other=carol, now=now)
        page = page_of(signed_in(bob))
        assert "data-call-back" not in page
        assert 'data-awaited="0" hidden>' in page

    def test_he_blocks_who_waits_without_having_talked_with_them(self, signed_in, bob, carol, eve, now):
        waits(carol, bob, now)
        client = signed_in(bob)
        assert client.post(f"/me/blocked/{eve.pk}/").status_code == 404
        client.post(f"/me/blocked/{carol.pk}/")
        assert Block.objects.get().blocked == carol

    def test_is_for_experts(self, signed_in, carol):
        assert "waiting-for-you" not in page_of(signed_in(carol))

    def test_costs_one_query_however_many_wait(self, signed_in, bob, carol, eve, now, django_assert_num_queries):
        client = signed_in(bob)
        waits(carol, bob, now)
        waits(eve, bob, now)
        with django_assert_num_queries(19):
            client.get("/me/")


class YouWaitForTests:
    def test_carol_reads_where_she_waits_and_leaves(self, signed_in, bob, carol, eve, now):
        waits(eve, bob, now)
        waits(carol, bob, now)
        client = signed_in(carol)
        page = page_of(client)
        assert "You wait for" in page
        assert "1 person is before you" in page
        answer = client.post(f"/me/waiting/{bob.pk}/leave/", follow=True).content.decode()
        assert "You do not wait any more." in answer
        assert in_line(bob) == [eve]

    def test_nobody_leaves_for_her(self, signed_in, client, bob, carol, eve, now):
        waits(carol, bob, now)
        signed_in(eve).post(f"/me/waiting/{bob.pk}/leave/")
        assert client.post(f"/me/waiting/{bob.pk}/leave/").url.startswith("/accounts/login/")
        assert signed_in(carol).get(f"/me/waiting/{bob.pk}/leave/").status_code == 405
        assert Waiting.objects.get().member == carol


class CallsTests:
    def test_a_call_back_reads_as_rung_by_the_expert(self, signed_in, bob, carol, now):
        waits(carol, bob, now)
        call = rooms.ring_back(expert=bob, member=carol, now=now)
        rooms.decline(call_id=call.pk, by=carol, now=now)
        assert "called you" in page_of(signed_in(carol))
        assert "you called" in page_of(signed_in(bob))

    def test_carol_blocks_who_called_her_back(self, signed_in, bob, carol, now):
        waits(carol, bob, now)
        rooms.ring_back(expert=bob, member=carol, now=now)
        signed_in(carol).post(f"/me/blocked/{bob.pk}/")
        assert Block.objects.get().blocked == bob


class DialogTests:
    def test_is_on_every_page_of_members(self, signed_in, client, alice, bob):
        assert 'id="turn-dialog"' in page_of(signed_in(alice), "/")
        assert 'id="turn-dialog"' not in page_of(client, "/")
