"""Which cards are saved: those that Stripe keeps, each number once, until they are removed."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from payouts.cards import services as cards
from payouts.cards.models import AutoTopUp, SavedCard
from payouts.sandbox import services as sandbox
from payouts.stripe import card_gateway
from payouts.stripe.answers import NotAnswered
from payouts.stripe.client import client
from payouts.wallet.models import Customer
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.stripe.story import open_top_up, work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def shown(member) -> list[str]:
    return [str(card) for card in cards.saved_cards(member=member)]


class SavingTests:
    def test_a_tick_on_the_payment_page_saves_it(self, alice, now):
        top_up = open_top_up(alice, 2_000, now=now)
        sandbox.pay_with_card(session_id=top_up.stripe_session, number="5555555555554444", save=True)
        work_for(4)
        assert shown(alice) == ["Mastercard •••• 4444"]

    def test_without_a_tick_nothing_is_saved(self, alice, now):
        top_up = open_top_up(alice, 2_000, now=now)
        sandbox.pay_with_card(session_id=top_up.stripe_session, number="5555555555554444")
        work_for(4)
        assert shown(alice) == []

    def test_the_same_number_twice_is_one_card(self, alice, now):
        save_card(alice, now=now)
        save_card(alice, now=now)
        assert shown(alice) == ["Visa •••• 4242"]

    def test_one_past_its_date_is_shown_but_pays_no_more(self, alice, now):
        save_card(alice, now=now)
        assert cards.usable_cards(member=alice, now=now)
        in_time = now.replace(year=2034, month=12, day=31)
        assert cards.usable_cards(member=alice, now=in_time)
        assert cards.usable_cards(member=alice, now=in_time + timedelta(days=1)) == []
        assert shown(alice) == ["Visa •••• 4242"]

    def test_who_is_unknown_to_stripe_has_none(self, alice, now):
        cards.refresh_cards(member=alice, now=now)
        cards.refresh_cards_of(customer="cus_nobody", now=now)
        assert shown(alice) == []


class RemovingTests:
    def test_stripe_forgets_it_under_each_name(self, alice, now):
        save_card(alice, now=now)
        card = save_card(alice, now=now)
        cards.remove_card(member=alice, card_id=card.pk, now=now)
        assert shown(alice) == []
        assert card_gateway.list_cards(customer=Customer.objects.get().stripe_id) == []
        work_for(4)
        assert shown(alice) == []

    def test_nothing_is_taken_from_it_by_itself_any_more(self, alice, now):
        card = save_card(alice, now=now)
        fill_up_from(card, now=now)
        cards.remove_card(member=alice, card_id=card.pk, now=now)
        assert not AutoTopUp.objects.get().is_on

    def test_of_somebody_else_it_is_not_there(self, alice, eve, now):
        card = save_card(alice, now=now)
        with pytest.raises(SavedCard.DoesNotExist):
            cards.remove_card(member=eve, card_id=card.pk, now=now)
        assert shown(alice) == ["Visa •••• 4242"]

    def test_while_stripe_does_not_answer_it_stays(self, alice, now):
        card = save_card(alice, now=now)
        with (
            patch("payouts.stripe.card_gateway.detach_card", side_effect=NotAnswered("time-out")),
            pytest.raises(NotAnswered),
        ):
            cards.remove_card(member=alice, card_id=card.pk, now=now)
        assert shown(alice) == ["Visa •••• 4242"]

    def test_an_answer_from_before_the_removal_does_not_bring_it_back(self, alice, now):
        card = save_card(alice, now=now)
        old = card_gateway.list_cards(customer=Customer.objects.get().stripe_id)
        cards.remove_card(member=alice, card_id=card.pk, now=now)
        with patch("payouts.stripe.card_gateway.list_cards", return_value=old):
            cards.refresh_cards(member=alice, now=now)
        assert shown(alice) == []

    def test_removed_at_stripe_it_is_gone_here(self, alice, now):
        card = save_card(alice, now=now)
        client().v1.payment_methods.detach(card.stripe_method)
        work_for(4)
        assert shown(alice) == []
