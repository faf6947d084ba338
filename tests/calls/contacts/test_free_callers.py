"""People whom an expert never asks to pay."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calls.contacts import services as contacts
from calls.contacts.models import FreeCaller
from calls.metering import services as metering
from calls.metering.errors import OfferRefused
from calls.rooms import services as rooms
from marketplace.experts import services as experts
from tests import cast
from tests.calls.metering.world import live_call

pytestmark = pytest.mark.django_db


class OfferTests:
    def test_bob_cannot_ask_alice_to_pay_while_she_calls_him_free(self, alice, bob, now):
        call = live_call(alice, bob, now)
        contacts.let_call_free(expert=bob, caller=alice, now=now)
        with pytest.raises(OfferRefused) as refused:
            metering.send_offer(call=call, expert=bob, listing_id=cast.rate_of(bob).pk, now=now)
        assert refused.value.code == "calls_free"
        assert "list" in refused.value.text
        contacts.charge_again(expert=bob, caller_id=alice.pk)
        assert metering.send_offer(call=call, expert=bob, listing_id=cast.rate_of(bob).pk, now=now).state == "open"

    def test_his_page_offers_nothing_and_says_why(self, alice, bob, now):
        call = live_call(alice, bob, now)
        state = rooms.room_state(room=call.room, user=bob, now=now)
        assert (bool(state["listings"]), state["calls_free"]) == (True, False)
        contacts.let_call_free(expert=bob, caller=alice, now=now)
        state = rooms.room_state(room=call.room, user=bob, now=now)
        assert (state["listings"], state["calls_free"]) == ([], True)
        assert "calls_free" not in rooms.room_state(room=call.room, user=alice, now=now)

    def test_others_are_asked_as_before(self, alice, bob, eve, now):
        contacts.let_call_free(expert=bob, caller=eve, now=now)
        call = live_call(alice, bob, now)
        assert metering.send_offer(call=call, expert=bob, listing_id=cast.rate_of(bob).pk, now=now).state == "open"


class ListTests:
    def test_twice_is_once(self, alice, bob, now):
        for later in (now, now + timedelta(days=1)):
            contacts.let_call_free(expert=bob, caller=alice, now=later)
        (one,) = contacts.free_callers_of(bob)
        assert (one.caller, one.since) == (alice, now)

    def test_nobody_calls_themself(self, bob, now):
        with pytest.raises(ValueError, match="themself"):
            contacts.let_call_free(expert=bob, caller=bob, now=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            FreeCaller.objects.create(expert=bob, caller=bob, since=now)


class PageTests:
    def test_bob_puts_who_called_him_on_the_list_and_takes_her_off(self, alice, bob, now, signed_in):
        live_call(alice, bob, now)
        client = signed_in(bob)
        assert f'action="/me/free-callers/{alice.pk}/"' in client.get("/me/").content.decode()
        page = client.post(f"/me/free-callers/{alice.pk}/", follow=True).content.decode()
        assert "People who call you free" in page
        assert f'action="/me/free-callers/{alice.pk}/"' not in page  # is on it already
        page = client.post(f"/me/free-callers/{alice.pk}/remove/", follow=True).content.decode()
        assert "People who call you free" not in page
        assert not FreeCaller.objects.exists()

    def test_she_reads_on_his_page_that_her_calls_are_free(self, alice, bob, eve, now, signed_in):
        contacts.let_call_free(expert=bob, caller=alice, now=now)
        assert "your calls with Bob are always free" in signed_in(alice).get("/experts/bob-leroy/").content.decode()
        assert "are always free" not in signed_in(eve).get("/experts/bob-leroy/").content.decode()

    def test_a_number_says_nothing_about_people_who_never_called_him(self, alice, bob, signed_in):
        for number in (alice.pk, bob.pk, 10**9):
            assert signed_in(bob).post(f"/me/free-callers/{number}/").status_code == 404
        assert not FreeCaller.objects.exists()

    def test_guests_are_not_put_on_it(self, carla, bob, now, signed_in):
        experts.choose_who_may_ring(member=bob, who="anyone")
        live_call(carla, bob, now)
        client = signed_in(bob)
        assert f'action="/me/free-callers/{carla.pk}/"' not in client.get("/me/").content.decode()
        assert client.post(f"/me/free-callers/{carla.pk}/").status_code == 404
        assert not FreeCaller.objects.exists()

    def test_who_is_no_expert_has_no_such_list(self, alice, bob, now, signed_in):
        live_call(alice, bob, now)
        assert signed_in(alice).post(f"/me/free-callers/{bob.pk}/").status_code == 404
        assert "free-callers" not in signed_in(alice).get("/me/").content.decode()

    def test_eve_takes_nobody_off_bobs(self, alice, bob, eve, now, signed_in):
        contacts.let_call_free(expert=bob, caller=alice, now=now)
        signed_in(eve).post(f"/me/free-callers/{alice.pk}/remove/")
        assert contacts.calls_free(expert_id=bob.pk, caller_id=alice.pk)
