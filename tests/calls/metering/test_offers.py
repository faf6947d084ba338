"""*Go paid*: who may ask, for what, and when."""

import pytest
from django.conf import settings

from calls.metering import services as metering
from calls.metering.models import Offer
from calls.rooms.models import Ask, Call
from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from tests import cast
from tests.calls.metering.world import Story


def refused(code: str):
    return pytest.raises(metering.OfferRefused, match=f"^{code}$")


def send(story: Story, **changes) -> Offer:
    terms = {"call": story.call, "expert": story.bob, "now": story.now} | changes
    if "listing_id" not in terms:
        terms["listing_id"] = cast.rate_of(story.bob).pk
    return metering.send_offer(**terms)


def asked(story: Story, highest: int | None) -> None:
    """The call came of an ask with this highest rate."""
    made = Ask.objects.create(
        caller=story.alice, rung=1, asked_at=story.now, max_rate_minor=highest, currency=settings.CURRENCY
    )
    Call.objects.filter(pk=story.call.pk).update(ask=made)


class SendTests:
    def test_the_terms_are_the_listings_and_stay_what_they_were(self, story):
        offer = send(story)
        Listing.objects.filter(pk=offer.listing).update(rate_minor=900, title="Dearer")
        offer.refresh_from_db()
        assert (offer.rate_minor, offer.label, offer.currency, offer.commission_percent) == (
            200,
            "Talk to me",
            "EUR",
            30,
        )

    def test_its_commission_is_that_of_the_experts_category(self, story):
        Category.objects.update(commission_percent=15)
        offer = send(story)
        Category.objects.update(commission_percent=20)
        offer.refresh_from_db()
        assert offer.commission_percent == 15
        seen = metering.preview(expert=story.bob, listing_id=cast.rate_of(story.bob).pk)
        assert seen["text"] == "You will get €1.60 per minute."

    @pytest.mark.parametrize(("highest", "rate"), [(150, 150), (150, 20), (200, None), (None, None)])
    def test_up_to_the_highest_rate_of_an_ask_it_is_sent(self, story, highest, rate):
        asked(story, highest)
        assert send(story, rate_minor=rate).rate_minor == (rate or 200)

    @pytest.mark.parametrize("rate", [None, 151, 200])
    def test_above_it_the_expert_reads_which_that_is_and_nothing_is_sent(self, story, rate):
        asked(story, 150)
        with refused("above_asked") as told:
            send(story, rate_minor=rate)
        assert "€1.50 per minute" in told.value.text
        assert not Offer.objects.exists()

    @pytest.mark.parametrize(("highest", "price"), [(84, 2_500), (83, 2_490), (20, 600)])
    def test_up_to_it_for_each_of_its_minutes_an_act_of_time_is_sent(self, story, highest, price):
        asked(story, highest)
        assert send(story, listing_id=cast.act_of(story.bob).pk, price_minor=price).price_minor == price

    @pytest.mark.parametrize(("highest", "price"), [(83, None), (83, 2_491), (20, 601)])
    def test_above_it_an_act_of_time_is_not(self, story, highest, price):
        asked(story, highest)
        with refused("above_asked"):
            send(story, listing_id=cast.act_of(story.bob).pk, price_minor=price)
        assert not Offer.objects.exists()

    def test_an_act_of_work_has_no_length_that_it_could_be_measured_by(self, story):
        asked(story, 20)
        work = listings.add_work(
            profile=story.bob.profile, title="A letter", description="To them.", delivery_days=5, price_minor=4_000
        )
        assert send(story, listing_id=work.pk).price_minor == 4_000

    def test_it_binds_that_call_alone(self, story):
        asked(story, 150)
        Call.objects.filter(pk=story.call.pk).update(ask=None)
        assert send(story).rate_minor == 200

    def test_an_expert_who_was_allowed_more_asks_for_more(self, story):
        with refused("rate_out_of_range"):
            send(story, rate_minor=4_000)
        Profile.objects.filter(user=story.bob).update(rate_minor_max=5_000)
        Listing.objects.filter(kind="per_minute").update(rate_minor=4_500)
        assert send(story, rate_minor=4_000).rate_minor == 4_000

    def test_the_caller_is_asked(self, story):
        offer = send(story)
        assert (offer.payer, offer.expert) == (story.alice, story.bob)

    def test_the_expert_may_ask_for_less(self, story):
        assert send(story, rate_minor=150).rate_minor == 150

    def test_but_never_for_more_than_the_listing(self, story):
        with refused("rate_above_listing"):
            send(story, rate_minor=201)

    @pytest.mark.parametrize("rate", [19, 0, -200, 1_001, 10**12, True, "200", 200.0])
    def test_a_rate_outside_the_limits_is_refused(self, story, rate):
        with refused("rate_out_of_range"):
            send(story, rate_minor=rate)

    def test_an_act_has_its_price_and_length(self, story):
        offer = send(story, listing_id=cast.act_of(story.bob).pk)
        assert (offer.price_minor, offer.length_ms, offer.rate_minor, offer.free_ms) == (2_500, 1_800_000, None, 0)

    def test_an_act_has_no_rate_to_lower(self, story):
        with refused("rate_out_of_range"):
            send(story, listing_id=cast.act_of(story.bob).pk, rate_minor=100)

    def test_an_act_has_no_estimate(self, story):
        with refused("bad_estimate"):
            send(story, listing_id=cast.act_of(story.bob).pk, estimate=(10, 15))

    @pytest.mark.parametrize(
        "estimate",
        [(15, 10), (0, 10), (-5, 10), (10, 601), (10,), (1, 2, 3), (True, 10), ("1", "2"), (1.5, 2), "ab", 7],
    )
    def test_a_senseless_estimate_is_refused(self, story, estimate):
        with refused("bad_estimate"):
            send(story, estimate=estimate)

    @pytest.mark.parametrize("who", ["alice", "eve", "sam"])
    def test_only_the_calls_expert_offers(self, story, who):
        with refused("not_the_expert"):
            send(story, expert=getattr(cast, who)())

    def test_another_expert_is_not_the_calls_expert(self, story):
        carol = cast.expert("Carol Stone")
        with refused("not_the_expert"):
            send(story, expert=carol, listing_id=cast.rate_of(carol).pk)

    def test_another_experts_listing_is_not_found(self, story):
        with refused("not_found"):
            send(story, listing_id=cast.rate_of(cast.expert("Carol Stone", rate_minor=100)).pk)

    def test_a_listing_that_was_taken_down_is_not_found(self, story):
        listing = cast.rate_of(story.bob)
        Listing.objects.filter(pk=listing.pk).update(active=False)
        with refused("not_found"):
            send(story, listing_id=listing.pk)

    def test_a_listing_in_another_currency_is_not_offered(self, story):
        Listing.objects.filter(pk=cast.rate_of(story.bob).pk).update(currency="USD")
        with refused("not_found"):
            send(story)
        assert not Offer.objects.exists()

    @pytest.mark.parametrize("state", ["ringing", "answered", "ended", "missed"])
    def test_both_must_be_in_the_call(self, story, state):
        Call.objects.filter(pk=story.call.pk).update(state=state)
        with refused("not_live"):
            send(story)

    def test_one_open_offer_at_a_time(self, story):
        send(story)
        with refused("offer_open"):
            send(story)

    def test_one_that_ran_out_unnoticed_is_not_in_the_way(self, story):
        first = send(story)
        story.after(settings.OFFER_S)
        second = send(story)
        first.refresh_from_db()
        assert (first.state, second.state) == ("expired", "open")

    def test_no_offer_while_a_paid_period_runs(self, story):
        story.go_paid()
        with refused("period_running"):
            send(story)

    def test_no_act_inside_a_running_paid_period(self, story):
        story.go_paid()
        with refused("period_running"):
            send(story, listing_id=cast.act_of(story.bob).pk)

    def test_a_refused_offer_changes_nothing(self, story):
        with refused("rate_above_listing"):
            send(story, rate_minor=300)
        assert not Offer.objects.exists()


class WithdrawTests:
    def test_the_expert_takes_it_back(self, story):
        offer = send(story)
        metering.withdraw_offer(offer_id=offer.pk, expert=story.bob, now=story.now)
        assert story.card()["state"] == "withdrawn"
        send(story)

    @pytest.mark.parametrize("who", ["alice", "eve"])
    def test_nobody_else_does(self, story, who):
        offer = send(story)
        with refused("not_yours"):
            metering.withdraw_offer(offer_id=offer.pk, expert=getattr(cast, who)(), now=story.now)

    def test_once(self, story):
        offer = send(story)
        metering.withdraw_offer(offer_id=offer.pk, expert=story.bob, now=story.now)
        with refused("closed"):
            metering.withdraw_offer(offer_id=offer.pk, expert=story.bob, now=story.now)


class RefuseTests:
    def refuse(self, story):
        offer = send(story)
        metering.refuse_offer(offer_id=offer.pk, payer=story.alice, now=story.now)

    def test_refusing_costs_nothing_and_the_call_goes_on(self, story):
        self.refuse(story)
        assert story.balances() == {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}
        assert story.meter_of_the_call()["state"] == "free"

    @pytest.mark.parametrize("who", ["bob", "eve"])
    def test_only_the_payer_refuses(self, story, who):
        offer = send(story)
        with refused("not_yours"):
            metering.refuse_offer(offer_id=offer.pk, payer=getattr(cast, who)(), now=story.now)

    def test_one_refusal_lets_the_expert_ask_again(self, story):
        self.refuse(story)
        send(story)

    def test_after_two_refusals_the_expert_waits_five_minutes(self, story):
        self.refuse(story)
        story.after(60)
        self.refuse(story)
        story.after(299)
        with refused("wait_after_refusals"):
            send(story)
        story.after(1)
        send(story)

    def test_and_after_a_third_one_again(self, story):
        for wait in (0, 0, 300):
            story.after(wait)
            self.refuse(story)
        with refused("wait_after_refusals"):
            send(story)

    def test_the_expert_is_told_until_when(self, story):
        self.refuse(story)
        assert story.card(story.bob)["wait_until"] is None
        self.refuse(story)
        assert story.card(story.bob)["wait_until"] == story.ms(300)
        assert story.card(story.alice)["wait_until"] is None

    def test_refusals_of_another_call_do_not_count(self, story):
        self.refuse(story)
        self.refuse(story)
        story.hang_up()
        story.call_again()
        send(story)


class ExpiryTests:
    def test_an_offer_expires_after_a_minute(self, story):
        send(story)
        assert story.after(59.9).sweep() == 0
        assert story.after(0.1).sweep() == 1
        assert story.card()["state"] == "expired"
        assert story.sweep() == 0

    def test_it_is_expired_even_where_no_sweeper_came(self, story):
        offer = send(story)
        story.after(60)
        assert story.card()["state"] == "expired"
        with refused("expired"):
            metering.refuse_offer(offer_id=offer.pk, payer=story.alice, now=story.now)

    def test_it_waits_ten_minutes_while_credit_is_added(self, story):
        offer = send(story)
        story.after(50)
        metering.start_adding_credit(offer_id=offer.pk, payer=story.alice, now=story.now)
        assert story.card(story.bob)["state"] == "adding_credit"
        assert story.after(599).sweep() == 0
        assert story.after(1).sweep() == 1

    def test_pressing_again_does_not_win_more_time(self, story):
        offer = send(story)
        for _ in range(2):
            metering.start_adding_credit(offer_id=offer.pk, payer=story.alice, now=story.now)
            story.after(300)
        assert story.sweep() == 1

    def test_only_the_payer_adds_credit(self, story):
        offer = send(story)
        with refused("not_yours"):
            metering.start_adding_credit(offer_id=offer.pk, payer=story.bob, now=story.now)

    def test_hanging_up_closes_it(self, story):
        offer = send(story)
        story.hang_up()
        assert story.card()["state"] == "expired"
        with refused("expired"):
            metering.accept_offer(offer_id=offer.pk, payer=story.alice, cap_minor=1_000, now=story.now)
