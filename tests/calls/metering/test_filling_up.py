"""Automatic top-up during a call: once, whatever the call holds; the cap stays what the payer accepted; the room hears of it."""

from unittest.mock import patch

import pytest
from django.utils import timezone

from calls.metering import credit
from marketplace.worker import HANDLERS
from payouts.cards import services as cards
from payouts.cards.models import CardPayment
from payouts.outbox import services as outbox
from payouts.wallet import services as wallet
from tests.calls.metering.world import Story, give_credit
from tests.payouts.cards.wallet_cards import fill_up_from, save_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(alice, bob) -> Story:
    """As ever, and alice's card fills up her credit when it falls below 5.00."""
    fill_up_from(save_card(alice, now=timezone.now()), now=timezone.now())
    return Story()


def work() -> None:
    for _ in range(3):
        outbox.work(handlers=HANDLERS, now=timezone.now())


class FillingUpTests:
    def test_the_hold_of_the_cap_may_bring_it(self, story):
        story.go_paid(1_500)
        work()
        assert wallet.credit(member=story.alice).minor == 340 + 2_000

    def test_the_cap_stays_what_was_accepted(self, story):
        cap = story.go_paid(1_500).period.cap_minor
        deadline = story.period.deadline_at
        work()
        assert (story.period.cap_minor, story.period.deadline_at) == (cap, deadline)
        story.after(3_600).sweep()
        assert (story.period.end_reason, story.period.amount_minor) == ("cap", 1_500)

    def test_one_more_press_uses_it(self, story):
        story.go_paid(1_500)
        work()
        story.raise_cap(3_000)
        assert story.period.cap_minor == 3_000

    def test_once_in_a_call(self, story):
        story.go_paid(1_500)
        work()
        story.raise_cap(3_800)
        work()
        story.hang_up()
        work()
        assert CardPayment.objects.count() == 1

    def test_a_call_after_it_may_bring_another(self, story):
        story.go_paid(1_500)
        work()
        story.raise_cap(3_000)
        story.after(3_600).sweep()
        story.hang_up()
        story.call_again()
        story.offer_rate()
        story.accept(400)
        work()
        assert [payment.cause for payment in CardPayment.objects.order_by("pk")] == [
            f"call:{pk}" for pk in (story.call.pk - 1, story.call.pk)
        ]

    def test_with_enough_credit_left_nothing_happens(self, story):
        give_credit(story.alice, 2_000)
        story.go_paid(1_500)
        work()
        assert not CardPayment.objects.exists()

    def test_no_hold_waits_for_stripe(self, story):
        with patch("payouts.stripe.card_gateway.pay_with_card") as asked:
            story.go_paid(1_500)
        assert not asked.called

    def test_the_room_hears_that_credit_came(self, story):
        with patch.object(credit, "tell_room") as told:
            story.go_paid(1_500)
            work()
        told.assert_called_once_with(room_id=story.call.room_id)

    def test_an_expert_without_a_card_of_their_own_is_asked_for_nothing(self, story):
        fill_up_from(save_card(story.bob, now=timezone.now()), now=timezone.now())
        story.go_paid(1_500)
        work()
        assert not CardPayment.objects.filter(member=story.bob).exists()

    def test_switched_off_the_call_goes_on_as_before(self, story):
        cards.switch_off(member=story.alice, now=timezone.now())
        story.go_paid(1_500)
        work()
        assert wallet.credit(member=story.alice).minor == 340
