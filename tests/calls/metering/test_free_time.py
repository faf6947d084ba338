"""30 free seconds for the same two people in 24 hours."""

from calls.metering.models import FreeTime
from marketplace.listings.models import Listing
from tests import cast
from tests.calls.metering.world import Story

DAY_S = 24 * 3_600


def paid_minute(story: Story, seconds: float) -> int:
    """Cents for `seconds` of a paid period."""
    story.go_paid(cap=400).after(seconds)
    return story.back_to_free().amount_minor


class FreeTimeTests:
    def test_the_first_thirty_seconds_are_free(self, story):
        assert paid_minute(story, 60) == 100

    def test_once_in_a_day(self, story):
        paid_minute(story, 60)
        assert paid_minute(story, 60) == 200

    def test_what_a_cut_left_over_stays_usable(self, story):
        assert paid_minute(story, 12) == 0
        assert paid_minute(story, 60) == 140
        assert FreeTime.objects.get().used_ms == 30_000

    def test_after_24_hours_from_the_first_free_second_it_starts_anew(self, story):
        story.offer_rate()
        story.accept(400)
        story.count_down()
        first_second = story.now
        story.after(60)
        story.back_to_free()
        story.now = first_second
        assert story.after(DAY_S - 1).offer_rate().free_ms == 0
        story.now = first_second
        story.after(DAY_S + 61).sweep()
        assert story.offer_rate().free_ms == 30_000
        story.accept(400)
        story.count_down().after(60)
        assert story.back_to_free().amount_minor == 100

    def test_the_window_counts_from_the_first_free_second_not_from_the_acceptance(self, story):
        story.offer_rate()
        story.period_id = story.accept(400).pk
        story.lose("payer", silent_for=0)
        story.count_down().after(10).hear("payer")
        heard_at = story.now
        story.after(60)
        story.back_to_free()
        assert FreeTime.objects.get().window_started_at == heard_at

    def test_an_experts_own_free_minutes_replace_it_if_longer(self, story):
        Listing.objects.filter(pk=cast.rate_of(story.bob).pk).update(free_minutes=2)
        assert paid_minute(story, 90) == 0
        assert paid_minute(story, 90) == 200

    def test_the_card_says_how_much_is_free(self, story):
        Listing.objects.filter(pk=cast.rate_of(story.bob).pk).update(free_minutes=2)
        story.offer_rate()
        assert "The first 2 minutes are free." in story.card()["text"][1]

    def test_without_any_left_the_card_says_nothing_about_it(self, story):
        paid_minute(story, 60)
        story.offer_rate()
        assert story.card()["text"][1] == "€2.00 per minute, billed by the second, taxes included."

    def test_acts_have_none_and_use_none(self, db):
        story = Story(credit=5_000)
        story.go_act().after(60)
        story.back_to_free()
        assert not FreeTime.objects.exists()
        assert story.offer_rate().free_ms == 30_000

    def test_another_expert_has_free_seconds_of_their_own(self, story):
        paid_minute(story, 60)
        story.hang_up()
        other = Story(credit=0, expert=cast.expert("Carol Stone"))
        other.now = story.now
        assert paid_minute(other, 60) == 100

    def test_after_the_cap_the_same_terms_bring_no_new_free_time(self, story):
        story.go_paid(cap=400).after(1_000).sweep()
        assert story.offer_rate().free_ms == 0
