"""Who may review: after 60 billed seconds of these two that were not wholly refunded (PRODUCT.md, section 4, 12)."""

import pytest

from calls.contacts import services as contacts
from calls.metering import services as metering
from calls.metering.afterwards import TooLittleBilled
from calls.orders import services as orders
from marketplace.listings import services as listings
from marketplace.reviews.models import Review
from payouts.earnings import services as earnings
from payouts.money import Money
from tests import cast
from tests.calls.metering.world import Story

pytestmark = pytest.mark.django_db


def may(story: Story, payer=None, expert=None) -> bool:
    return metering.reviewing(payer=payer or story.alice, expert=expert or story.bob).may_write


def review(story: Story, payer=None, expert=None, stars: int = 5, text: str = "Plain words.", seen: int = 0) -> None:
    metering.review(
        payer=payer or story.alice, expert=expert or story.bob, stars=stars, text=text, seen=seen, now=story.now
    )


def paid(seconds: float, story: Story | None = None) -> Story:
    """A period of that many billed seconds."""
    story = story or Story(credit=10_000)
    story.go_paid(cap=1_000).after(seconds)
    story.back_to_free()
    return story


def give_back(story: Story, minor: int, reference: str = "") -> None:
    reference = reference or f"period:{story.period_id}"
    metering.give_back(
        expert=story.bob, reference=reference, amount=Money(minor, "EUR"), key=f"form-{minor}", now=story.now
    )


def price(story: Story) -> int:
    reference = f"period:{story.period_id}"
    return earnings.of_references(references=[reference])[reference].price.minor


class BilledSecondsTests:
    def test_after_sixty_of_them(self, db):
        assert may(paid(60))

    def test_not_after_fewer(self, db):
        story = paid(59.9)
        assert not may(story)
        with pytest.raises(TooLittleBilled):
            review(story)
        assert not Review.objects.exists()

    def test_in_all_calls_of_the_two_together(self, db):
        story = paid(40)
        story.hang_up()
        story.call_again()
        assert not may(story)
        assert may(paid(20, story))

    def test_a_period_within_the_free_time_was_never_paid(self, bob):
        listings.set_rate(profile=bob.profile, rate_minor=200, free_minutes=10)
        assert not may(paid(300))

    def test_of_a_period_that_goes_on_nothing_counts_yet(self, db):
        story = Story()
        story.go_paid().after(300)
        assert not may(story)

    def test_a_free_call_of_an_hour_is_none(self, db):
        assert not may(Story().after(3_600))


class RefundTests:
    def test_wholly_refunded_they_do_not_count(self, db):
        story = paid(120)
        give_back(story, price(story))
        assert not may(story)

    def test_refunded_in_part_they_do(self, db):
        story = paid(120)
        give_back(story, price(story) - 1)
        assert may(story)

    def test_each_period_by_itself(self, db):
        story = paid(40)
        story = paid(50, story)
        assert may(story)
        give_back(story, price(story))
        assert not may(story)

    def test_a_review_that_was_written_before_stays_and_stays_theirs_to_change(self, db):
        story = paid(120)
        review(story)
        give_back(story, price(story))
        assert may(story)
        review(story, stars=4, text="He gave it all back.", seen=1)
        assert Review.objects.get().stars == 4


class ActTests:
    def test_the_time_used_of_an_act_counts(self, db):
        story = Story(credit=10_000)
        story.go_act().after(60).sweep()
        story.after(5).back_to_free()
        assert may(story)

    def test_of_one_that_was_cancelled_before_it_was_paid_nothing_does(self, db):
        story = Story(credit=10_000)
        story.go_act().after(50)
        story.cancel_act()
        assert not may(story)

    def test_so_does_stored_time(self, db):
        story = Story(credit=10_000)
        story.go_act().after(60).sweep()
        story.after(1).back_to_free()
        give_back(story, price(story))
        assert not may(story)
        story.go_stored().after(70)
        story.back_to_free()
        assert may(story)

    def test_a_work_has_no_second_of_it(self, db):
        story = Story(credit=10_000)
        work = listings.add_work(
            profile=story.bob.profile, title="A letter", description="One page.", delivery_days=3, price_minor=2_000
        )
        offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
        metering.accept(offer_id=offer.pk, payer=story.alice, cap_minor=2_000, now=story.after(2).now)
        order = orders.of_member(story.alice).get()
        orders.deliver(order_id=order.pk, expert=story.bob, note="Here.", now=story.now)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        assert not may(story)


class WhoTests:
    def test_only_who_paid_and_only_of_whom(self, eve):
        story = paid(120)
        cleo = cast.expert("Cleo Stahl")
        for payer, expert in ((eve, story.bob), (story.bob, story.alice), (story.alice, cleo), (story.bob, story.bob)):
            assert not may(story, payer, expert)
            with pytest.raises(TooLittleBilled):
                review(story, payer, expert)
        assert not Review.objects.exists()

    def test_whoever_was_blocked_afterwards_still_may(self, db):
        story = paid(120)
        contacts.block(member=story.bob, other=story.alice, now=story.now)
        review(story)
        assert Review.objects.get().writer == story.alice

    def test_it_asks_three_queries_however_many_calls_there_were(self, db, django_assert_num_queries):
        story = paid(120)
        for _ in range(3):
            paid(120, story)
        with django_assert_num_queries(3):
            metering.reviewing(payer=story.alice, expert=story.bob)
