"""An expert offers below the list price, never above it, and the card says both in words."""

import pytest

from calls.metering import services as metering
from tests import cast
from tests.calls.metering.world import Story


@pytest.fixture
def story(db) -> Story:
    return Story(credit=5_000)


def offer_act(story: Story, price_minor):
    return metering.send_offer(
        call=story.call, expert=story.bob, listing_id=cast.act_of(story.bob).pk, price_minor=price_minor, now=story.now
    )


class DiscountTests:
    def test_a_lower_rate_shows_the_list_price_and_the_discount_in_words(self, story):
        story.offer_rate(150)
        card = story.card()
        assert card["list_text"] == "€2.00 per minute"
        assert card["text"][2] == "25 % less than the list price of €2.00 per minute."

    def test_the_list_price_itself_is_no_discount(self, story):
        story.offer_rate(200)
        assert story.card()["list_text"] is None
        assert "list price" not in " ".join(story.card()["text"])

    def test_an_act_can_be_cheaper_and_is_held_and_captured_at_that_price(self, story):
        story.offer = offer_act(story, 2_000)
        story.after(2)
        assert "20 % less than the list price of €25.00." in story.card()["text"]
        story.accept(2_000)
        story.count_down().after(60).sweep()
        assert story.balances() == {"credit": 3_000, "held": 0, "earned": 1_400, "commission": 600}

    def test_less_than_one_percent_has_words_too(self, story):
        story.offer_rate(199)
        assert story.card()["text"][2] == "Less than the list price of €2.00 per minute."

    @pytest.mark.parametrize(
        ("price", "code"),
        [(2_501, "rate_above_listing"), (99, "rate_out_of_range"), (0, "rate_out_of_range"), (-5, "rate_out_of_range")],
    )
    def test_another_price_is_refused(self, story, price, code):
        with pytest.raises(metering.OfferRefused, match=f"^{code}$"):
            offer_act(story, price)

    @pytest.mark.parametrize("price", [True, 20.5, "2000"])
    def test_nor_is_anything_a_price_that_is_no_whole_number(self, story, price):
        with pytest.raises(metering.OfferRefused, match="^rate_out_of_range$"):
            offer_act(story, price)


class PreviewTests:
    def test_the_expert_reads_what_they_will_get(self, story):
        rate, act = cast.rate_of(story.bob), cast.act_of(story.bob)
        assert metering.preview(expert=story.bob, listing_id=rate.pk)["text"] == "You will get €1.40 per minute."
        assert (
            metering.preview(expert=story.bob, listing_id=act.pk, price_minor=2_000)["text"] == "You will get €14.00."
        )

    def test_nobody_looks_at_another_experts_listing(self, story):
        with pytest.raises(metering.OfferRefused, match="^not_found$"):
            metering.preview(expert=cast.eve(), listing_id=cast.rate_of(story.bob).pk)
