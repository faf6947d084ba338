"""*Accept and pay*: the hold, the countdown, and everything that must be true for them."""

from unittest.mock import patch

import pytest

from calls.metering import services as metering
from calls.metering.models import PaidPeriod
from payouts.money import Money
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import SERVER, Story, give_credit, live_call


def refused(code: str):
    return pytest.raises(metering.OfferRefused, match=f"^{code}$")


def accept(story: Story, cap: int = 1_000, payer=None) -> PaidPeriod:
    return metering.accept_offer(offer_id=story.offer.pk, payer=payer or story.alice, cap_minor=cap, now=story.now)


class AcceptTests:
    def test_the_cap_is_held_and_the_countdown_begins(self, story):
        story.offer_rate()
        period = accept(story, 1_000)
        assert story.balances() == {"credit": 840, "held": 1_000, "earned": 0, "commission": 0}
        assert Hold.objects.get().key == f"period:{period.pk}:hold:1"
        assert (period.state, period.counts_from) == ("countdown", story.ago(-3))

    def test_nothing_is_charged_before_accept(self, story):
        story.offer_rate()
        assert story.balances()["credit"] == 1_840

    def test_accept_is_inert_for_the_cards_first_second(self, story):
        offer = story.offer_rate()
        with refused("too_soon"):
            metering.accept_offer(offer_id=offer.pk, payer=story.alice, cap_minor=1_000, now=story.ago(1.001))
        metering.accept_offer(offer_id=offer.pk, payer=story.alice, cap_minor=1_000, now=story.ago(1))

    @pytest.mark.parametrize("who", ["bob", "eve", "sam"])
    def test_only_the_payer_accepts(self, story, who):
        story.offer_rate()
        person = getattr(cast, who)()
        give_credit(person, 5_000)
        with refused("not_yours"):
            accept(story, payer=person)

    def test_an_offer_that_never_was_is_not_yours(self, story):
        with refused("not_yours"):
            metering.accept_offer(offer_id=999, payer=story.alice, cap_minor=1_000, now=story.now)

    def test_an_expired_offer_is_not_accepted(self, story):
        story.offer_rate()
        story.after(60)
        with refused("expired"):
            accept(story)
        story.sweep()
        with refused("expired"):
            accept(story)

    def test_a_withdrawn_offer_is_not_accepted(self, story):
        offer = story.offer_rate()
        metering.withdraw_offer(offer_id=offer.pk, expert=story.bob, now=story.now)
        with refused("closed"):
            accept(story)

    def test_a_refused_offer_is_not_accepted(self, story):
        offer = story.offer_rate()
        metering.refuse_offer(offer_id=offer.pk, payer=story.alice, now=story.now)
        with refused("closed"):
            accept(story)

    def test_accepting_twice_is_one_period(self, story):
        story.offer_rate()
        accept(story)
        with refused("closed"):
            accept(story)
        assert PaidPeriod.objects.count() == 1
        assert story.balances()["held"] == 1_000

    @pytest.mark.parametrize("cap", [399, 0, -1_000, True, "1000", 1_000.0, None])
    def test_a_cap_below_two_minutes_or_senseless_is_refused(self, story, cap):
        story.offer_rate()
        with refused("cap_too_low"):
            accept(story, cap)

    @pytest.mark.parametrize("cap", [1_841, 10**15])
    def test_a_cap_above_the_credit_is_refused(self, story, cap):
        story.offer_rate()
        with refused("cap_above_credit"):
            accept(story, cap)

    def test_a_cap_above_what_the_monthly_limit_leaves_is_refused(self, story):
        story.limit(1_000)
        story.offer_rate()
        with refused("cap_above_limit"):
            accept(story, 1_001)
        accept(story, 1_000)
        assert story.balances()["held"] == 1_000
        assert "Your monthly limit of €10.00 leaves €10.00" in PaidPeriod.objects.get().offer.terms_text

    def test_a_monthly_limit_that_allows_no_two_minutes_refuses(self, story):
        story.limit(500)
        story.go_paid(cap=500)
        story.back_to_free()
        story.limit(500)
        wallet.hold(payer=story.alice, amount=Money(101, "EUR"), key="k", reference="act:1", now=story.now)
        story.offer_rate()
        with refused("monthly_limit"):
            accept(story, 400)

    def test_what_was_spent_while_the_card_was_open_counts(self, story):
        story.limit(1_000)
        story.offer_rate()
        spent_meanwhile = wallet.AboveMonthlyLimit(Money(0, "EUR"))
        with patch("payouts.wallet.monthly.check", side_effect=spent_meanwhile), refused("monthly_limit"):
            accept(story, 1_000)
        assert not PaidPeriod.objects.exists()

    def test_a_refused_acceptance_changes_nothing(self, story):
        story.offer_rate()
        with refused("cap_above_credit"):
            accept(story, 5_000)
        assert story.card()["state"] == "open"
        assert not PaidPeriod.objects.exists()
        assert story.balances() == {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}

    def test_under_two_minutes_of_credit_is_too_little(self, db):
        story = Story(credit=399)
        story.offer_rate()
        with refused("insufficient_credit"):
            accept(story, 399)
        give_credit(story.alice, 1)
        accept(story, 400)

    def test_an_act_takes_its_price_and_no_other_cap(self, db):
        story = Story(credit=5_000)
        story.offer_act()
        with refused("cap_too_low"):
            accept(story, 2_499)
        with refused("cap_above_credit"):
            accept(story, 2_501)
        accept(story, 2_500)
        assert story.balances()["held"] == 2_500

    def test_an_act_above_the_credit_needs_credit(self, db):
        story = Story(credit=2_499)
        story.offer_act()
        with refused("insufficient_credit"):
            accept(story, 2_500)

    def test_the_terms_and_what_was_chosen_are_frozen(self, story):
        story.offer_rate(estimate=(10, 15))
        accept(story, 1_000)
        story.offer.refresh_from_db()
        assert story.offer.terms_text.split("\n") == [
            "Bob Leroy asks to switch this call to paid.",
            "€2.00 per minute, billed by the second, taxes included. The first 30 seconds are free.",
            "About 10 to 15 min (at most €20.00 to €30.00).",
            "You have €18.40: 9 min 42 s.",
            "Stop automatically at €10.00, then back to free.",
            "By accepting I ask to start now; I cannot withdraw from time already given.",
        ]


class OneAtATimeTests:
    def test_a_payer_pays_in_one_room_at_a_time(self, story):
        carol = cast.expert("Carol Stone")
        story.go_paid(cap=800)
        second = Story(credit=0, expert=carol)
        second.now = story.now
        second.offer_rate()
        with refused("already_paying") as refusal:
            accept(second, 800)
        assert refusal.value.text == "You have another paid call running. End it first."
        assert story.balances()["held"] == 800
        story.back_to_free()
        accept(second, 800)

    def test_an_expert_earns_in_one_room_at_a_time(self, story):
        eve = cast.eve()
        second = Story(caller=eve)
        second.offer_rate()
        story.go_paid()
        with refused("already_paying") as refusal:
            accept(second, 800)
        assert refusal.value.text == "The expert has another paid call running. Ask again once it has ended."
        assert second.balances()["held"] == 0

    def test_nobody_pays_themself(self, story):
        """No room has the same member twice; the tables refuse it too."""
        with pytest.raises(Exception, match="room_needs_two_people"):
            live_call(story.bob, story.bob)


class CountdownTests:
    def test_three_seconds_then_it_runs(self, story):
        story.offer_rate()
        story.accept(1_000)
        assert story.after(2.9).sweep() == 0
        assert story.meter()["state"] == "countdown"
        assert story.after(0.1).sweep() == 1
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("running", 0)

    def test_back_to_free_during_it_costs_nothing(self, story):
        story.offer_rate()
        story.accept(1_000)
        story.after(2.9)
        period = story.back_to_free(story.bob)
        assert (period.amount_minor, period.billable_ms, period.end_reason) == (0, 0, "back_to_free")
        assert story.balances() == {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}

    def test_a_late_sweeper_does_not_make_it_longer(self, story):
        story.offer_rate()
        story.accept(1_000)
        story.after(10).sweep()
        assert story.meter()["billable_ms"] == 7_000

    def test_without_sound_on_both_sides_it_does_not_run(self, story):
        story.offer_rate()
        story.period_id = accept(story).pk
        story.hear("payer")
        story.count_down()
        meter = story.meter()
        assert (meter["state"], meter["reason"], meter["by"], meter["billable_ms"]) == ("stopped", "loss", "expert", 0)
        story.after(5).hear("expert", process=SERVER)
        assert story.meter()["state"] == "running"
        assert story.after(10).meter()["billable_ms"] == 10_000
