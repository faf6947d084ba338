"""Staff say of a category that nothing is sold in it: nothing new begins, and what was agreed ends as it was agreed."""

import pytest

from calls.metering import services as metering
from calls.metering.models import Offer, PaidPeriod
from calls.orders.models import WorkOrder
from calls.rooms import services as rooms
from calls.rooms.models import Call
from calls.rooms.states import look
from marketplace.experts.models import Category
from marketplace.listings.models import Listing
from tests import cast
from tests.calls.metering.test_agreements import Ring
from tests.calls.metering.world import Story, give_credit

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("kind", ["free_only", "closed"])]


def refused(code: str):
    return pytest.raises(metering.OfferRefused, match=f"^{code}$")


def they_become(kind: str) -> None:
    Category.objects.update(kind=kind)


class NothingNewTests:
    def test_the_expert_cannot_ask_and_reads_why(self, story, kind):
        they_become(kind)
        with refused("free_only") as refusal:
            story.offer_rate()
        assert "Nothing new is sold in your category" in refusal.value.text
        with refused("free_only"):
            story.offer_act()
        assert not Offer.objects.exists()

    def test_nor_see_what_they_would_get(self, story, kind):
        they_become(kind)
        with refused("free_only"):
            metering.preview(expert=story.bob, listing_id=cast.rate_of(story.bob).pk)

    def test_the_room_offers_the_expert_nothing_and_says_so(self, story, kind):
        they_become(kind)
        state = look(room=story.call.room, user=story.bob, now=story.now).state
        assert (state["listings"], state["free_only"]) == ([], True)

    def test_a_caller_cannot_call_at_the_listed_rate(self, story, kind):
        they_become(kind)
        with refused("not_found"):
            metering.card(caller=story.alice, expert=story.bob, now=story.now)

    def test_once_it_is_paid_again_the_expert_asks_as_before(self, story, kind):
        they_become(kind)
        they_become("paid")
        assert story.offer_rate().rate_minor == 200


class AgreedBeforeTests:
    def test_an_open_offer_is_still_accepted_on_its_frozen_terms(self, story, kind):
        story.offer_rate()
        they_become(kind)
        story.accept(cap=1_000)
        assert PaidPeriod.objects.get().rate_minor == 200

    def test_a_running_period_is_paid_to_its_end_and_the_next_offer_is_refused(self, story, kind):
        story.go_paid(cap=1_000).after(120)
        they_become(kind)
        story.after(60)
        story.back_to_free()
        earned = story.balances()["earned"]
        assert earned == 350  # of 3 minutes, 30 s of which are free
        with refused("free_only"):
            story.offer_rate()

    def test_what_is_left_of_an_act_is_still_used(self, kind):
        story = Story(credit=2_500).go_act().after(600)
        story.back_to_free()
        they_become(kind)
        assert story.offer_stored().kind == Offer.Kind.STORED_TIME

    def test_a_work_that_was_ordered_goes_on(self, story, kind, now):
        work = Listing.objects.create(
            profile=story.bob.profile,
            kind="act_of_work",
            title="A letter",
            description="To the office.",
            currency="EUR",
            price_minor=1_000,
            delivery_days=5,
        )
        offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
        story.after(2)
        they_become(kind)
        metering.accept(offer_id=offer.pk, payer=story.alice, cap_minor=1_000, now=story.now)
        assert WorkOrder.objects.get().price_minor == 1_000

    def test_who_agreed_before_ringing_is_taken_at_their_word(self, alice, bob, kind, settings):
        settings.ACCEPT_INERT_S = 0
        give_credit(alice, 1_840)
        ring = Ring(alice, cast.online(bob))
        ring.rings()
        they_become(kind)
        ring.answers().joins()
        assert ring.period.rate_minor == 200


class RingTests:
    def test_free_only_is_rung_and_closed_is_not(self, alice, bob, now, kind):
        cast.online(bob)
        they_become(kind)
        if kind == "closed":
            with pytest.raises(rooms.CannotRing, match="not_an_expert"):
                rooms.ring(caller=alice, expert=bob, line="", now=now)
            assert not Call.objects.exists()
        else:
            assert rooms.ring(caller=alice, expert=bob, line="", now=now).state == Call.State.RINGING
