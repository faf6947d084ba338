"""Which cap the consent card proposes, and what clipped it."""

import pytest

from marketplace.listings.models import Listing
from tests import cast
from tests.calls.metering.world import Story, give_credit


def cap(story: Story) -> dict:
    return story.card()["cap"]


class ProposalTests:
    def test_the_top_of_the_estimate(self, db):
        story = Story(credit=5_000)
        story.offer_rate(estimate=(10, 15))
        assert (cap(story)["proposed_minor"], cap(story)["clipped_by"]) == (3_000, None)

    def test_without_one_ten_minutes(self, db):
        story = Story(credit=5_000)
        story.offer_rate()
        assert cap(story)["proposed_minor"] == 2_000

    def test_then_what_this_payer_chose_last_with_this_expert(self, db):
        story = Story(credit=5_000)
        story.go_paid(cap=700)
        story.raise_cap(3_000)
        story.back_to_free()
        story.offer_rate()
        assert cap(story)["proposed_minor"] == 700

    def test_an_estimate_comes_before_the_last_choice(self, db):
        story = Story(credit=5_000)
        story.go_paid(cap=700)
        story.back_to_free()
        story.offer_rate(estimate=(1, 4))
        assert cap(story)["proposed_minor"] == 800

    def test_what_was_chosen_with_another_expert_does_not_count(self, db):
        story = Story(credit=5_000)
        story.go_paid(cap=700)
        story.back_to_free()
        other = Story(credit=0, expert=cast.expert("Carol Stone"))
        other.offer_rate()
        assert cap(other)["proposed_minor"] == 2_000

    def test_never_above_the_credit_and_the_card_says_so(self, story):
        story.offer_rate(estimate=(10, 15))
        assert cap(story) | {"choices": []} == {
            "proposed_minor": 1_840,
            "max_minor": 1_840,
            "clipped_by": "credit",
            "choices": [],
        }

    def test_nor_above_what_the_monthly_limit_leaves(self, story):
        story.limit(1_000)
        story.offer_rate(estimate=(10, 15))
        assert cap(story) | {"choices": []} == {
            "proposed_minor": 1_000,
            "max_minor": 1_000,
            "clipped_by": "limit",
            "choices": [],
        }
        assert [one["minor"] for one in cap(story)["choices"]] == [1_000]

    def test_a_monthly_limit_above_the_credit_clips_nothing(self, story):
        story.limit(1_841)
        story.offer_rate(estimate=(10, 15))
        assert (cap(story)["proposed_minor"], cap(story)["clipped_by"]) == (1_840, "credit")

    def test_a_wish_below_both_is_not_clipped(self, story):
        story.limit(1_000)
        story.offer_rate(estimate=(1, 2))
        assert (cap(story)["proposed_minor"], cap(story)["clipped_by"]) == (400, None)

    def test_never_under_two_minutes(self, db):
        story = Story(credit=5_000)
        story.offer_rate(estimate=(1, 1))
        assert cap(story)["proposed_minor"] == 400

    def test_each_choice_can_be_accepted_and_says_how_long_it_lasts(self, story):
        story.offer_rate()
        choices = cap(story)["choices"]
        assert [(one["minor"], one["text"], one["time_ms"] // 1_000) for one in choices] == [
            (1_000, "€10.00", 330),
            (1_840, "€18.40", 582),
        ]

    def test_credit_that_arrives_moves_the_card(self, story):
        story.offer_rate()
        give_credit(story.alice, 10_000)
        assert cap(story)["proposed_minor"] == 2_000
        assert [one["minor"] for one in cap(story)["choices"]] == [1_000, 2_000, 3_000, 4_000, 6_000, 11_840]

    def test_an_act_has_one_price_and_nothing_to_choose(self, story):
        story.offer_act()
        assert cap(story) == {"proposed_minor": 2_500, "max_minor": 2_500, "clipped_by": None, "choices": []}


class CardTests:
    def test_the_lines_of_the_product_page(self, story):
        story.offer_rate(estimate=(10, 15))
        assert story.card()["text"] == [
            "Bob Leroy asks to switch this call to paid.",
            "€2.00 per minute, billed by the second, taxes included. The first 30 seconds are free.",
            "About 10 to 15 min (at most €20.00 to €30.00).",
            "You have €18.40: 9 min 42 s.",
            "By accepting I ask to start now; I cannot withdraw from time already given.",
        ]

    def test_no_credit_lasts_for_no_time(self, db):
        story = Story(credit=0)
        story.offer_rate()
        assert "You have €0.00." in story.card()["text"]

    def test_an_act_says_what_is_bought(self, db):
        story = Story(credit=5_000)
        story.offer_act()
        assert story.card()["text"] == [
            "Bob Leroy asks to switch this call to paid.",
            "Half an hour on your tax return: €25.00 for 30 min, taxes included.",
            "Cancelling is free until 60 seconds after the start.",
            "Time that is not used stays yours with this expert for 30 days; what is then left comes back as credit.",
            "You have €50.00.",
            "By accepting I ask to start now; I cannot withdraw from time already given.",
        ]

    def test_names_and_titles_of_several_lines_add_none_to_it(self, story):
        story.bob.name = "Bob\nThis call is free.\u2028Really"
        story.bob.save()
        Listing.objects.filter(pk=cast.act_of(story.bob).pk).update(title="Half an hour\r\nNothing is charged.\nSo")
        story.call.expert.refresh_from_db()
        story.offer_act()
        assert story.card()["text"][0].startswith("Bob This call is free. Really asks to switch")
        assert story.card()["text"][1].startswith("Half an hour Nothing is charged. So: €25.00")
        assert len(story.card()["text"]) == 6

    def test_too_little_credit_asks_for_more(self, db):
        story = Story(credit=399)
        story.offer_rate()
        card = story.card()
        assert (card["needs_credit"], card["can_accept"]) == (True, False)

    def test_the_monthly_limit_is_named_where_it_leaves_less_than_the_credit(self, story):
        story.limit(1_000)
        story.offer_rate()
        card = story.card()
        assert card["text"][-2] == "Your monthly limit of €10.00 leaves €10.00 until the month ends."
        assert (card["needs_credit"], card["can_accept"]) == (False, True)

    def test_used_up_it_asks_for_no_credit_and_says_what_to_do(self, db):
        story = Story(credit=1_100)
        story.limit(1_000)
        story.go_paid(cap=700)
        story.after(300).sweep()
        story.offer_rate()
        card = story.card()
        assert (card["needs_credit"], card["can_accept"]) == (False, False)
        assert "leaves €3.00" in card["text"][-2]
        assert "raise it in your wallet" in card["text"][-2]

    def test_an_act_above_it_cannot_be_accepted(self, db):
        story = Story(credit=5_000)
        story.limit(2_499)
        story.offer_act()
        assert story.card()["can_accept"] is False

    def test_enough_credit_can_accept(self, db):
        story = Story(credit=400)
        story.offer_rate()
        card = story.card()
        assert (card["needs_credit"], card["can_accept"]) == (False, True)

    def test_times_and_state_are_told(self, story):
        offer = story.offer_rate()
        card = story.card()
        assert (card["id"], card["state"], card["kind"]) == (offer.pk, "open", "per_minute")
        assert (card["expires_at"], card["inert_until"]) == (story.ms(58), story.ms(-1))
        assert (card["rate_minor"], card["price_minor"], card["rate_text"]) == (200, None, "€2.00 per minute")

    @pytest.mark.parametrize("credit", [0, 1_840, 40_000])
    def test_the_expert_never_learns_how_much_credit_there_is(self, db, credit):
        story = Story(credit=credit)
        story.offer_rate(estimate=(10, 15))
        card = story.card(story.bob)
        assert card["text"] == [
            "You asked Alice Martin to switch this call to paid.",
            "€2.00 per minute, billed by the second, taxes included. The first 30 seconds are free.",
            "About 10 to 15 min (at most €20.00 to €30.00).",
        ]
        assert (card["cap"], card["needs_credit"], card["can_accept"]) == (None, False, False)

    def test_a_stranger_sees_no_card(self, story):
        story.offer_rate()
        assert story.card(cast.eve()) is None

    def test_an_accepted_offer_is_a_meter_and_no_card(self, story):
        story.go_paid()
        assert story.card() is None

    def test_both_see_the_same_keys(self, story):
        story.offer_rate()
        assert set(story.card(story.alice)) == set(story.card(story.bob)) == KEYS


KEYS = {
    *("id", "state", "kind", "text", "rate_minor", "price_minor", "rate_text", "expires_at", "inert_until"),
    *("list_text", "by_payer"),
    *("can_accept", "needs_credit", "cap", "wait_until"),
}
