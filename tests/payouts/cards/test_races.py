"""Presses and low credit at the same moment, on PostgreSQL: the card is charged once."""

import pytest
from django.utils import timezone

from payouts.cards import automatic, paying
from payouts.cards import services as cards
from payouts.cards.models import CardPayment
from payouts.sandbox.models import SandboxObject
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from tests.calls.metering.test_races import without_index
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import eur, give_credit
from tests.payouts.stripe.story import work_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def card(alice, now):
    return save_card(alice, now=now)


def run_low(card, now) -> None:
    fill_up_from(card, now=now)
    give_credit(card.member, 100, now)


def paid_charges() -> int:
    return SandboxObject.objects.filter(kind="charge", data__paid=True).count()


class AutomaticTests:
    def test_ten_calls_that_use_up_the_credit_at_once_bring_one_top_up(self, alice, card, now):
        run_low(card, now)
        ends = at_once(10, lambda n: cards.refill(member=alice, cause=f"call:{n}", now=now))
        assert ends == {"done": 10}
        work_for(4)
        assert (paid_charges(), wallet.credit(member=alice)) == (1, eur(2_100))

    def test_the_same_call_told_of_ten_times_brings_one(self, alice, card, now):
        run_low(card, now)
        at_once(10, lambda _: cards.after_spending(member=alice, cause="call:1", now=now))
        work_for(4)
        assert paid_charges() == 1

    def test_without_looking_whether_one_is_under_way_the_table_still_refuses(self, alice, card, now):
        """Nothing is looked at or locked: the constraint is what is left."""
        run_low(card, now)
        ends = at_once(10, lambda n: _careless(alice, card, n, now))
        assert (ends["done"], CardPayment.objects.count()) == (1, 1)

    def test_without_the_table_either_it_is_several(self, alice, card, now):
        """The broken twin."""
        run_low(card, now)
        with without_index("one_automatic_top_up_at_once"):
            assert at_once(10, lambda n: _careless(alice, card, n, now))["done"] > 1
            CardPayment.objects.update(is_open=False)
            TopUp.objects.filter(way=TopUp.Way.CARD).update(state=TopUp.State.FAILED)


def _careless(member, card, number: int, now) -> None:
    cause = f"call:{number}"
    paying.make(member=member, card=card, amount=eur(2_000), cause=cause, now=now, is_automatic=True)


class PressTests:
    def test_one_form_sent_ten_times_at_once_is_one_payment(self, alice, card, now):
        def press(_number: int) -> None:
            payment = cards.order(
                member=alice, card_id=card.pk, amount=eur(2_000), token="t" * 16, return_path="/wallet/", now=now
            )
            cards.pay(payment=payment, now=timezone.now())

        ends = at_once(10, press)
        assert ends["done"] + ends["NotAnswered"] == 10  # Stripe takes one request with a key at a time
        assert (CardPayment.objects.count(), paid_charges()) == (1, 1)
        assert wallet.credit(member=alice) == eur(2_000)

    def test_answer_and_event_at_once_credit_once(self, alice, card, now):
        payment = cards.order(
            member=alice, card_id=card.pk, amount=eur(2_000), token="t" * 16, return_path="/wallet/", now=now
        )
        answer = cards.ask(payment=payment)
        ends = at_once(8, lambda _: cards.settle(payment=payment, answer=answer, now=timezone.now()))
        assert ends == {"done": 8}
        assert wallet.credit(member=alice) == eur(2_000)
        assert not CardPayment.objects.get().is_open


class DeadlockTests:
    def test_settling_spending_and_filling_up_at_once_wait_in_no_ring(self, alice, card, now):
        run_low(card, now)
        cards.refill(member=alice, cause="call:0", now=now)
        payment = CardPayment.objects.get()
        answer = cards.ask(payment=payment)

        def act(number: int) -> None:
            if number % 3 == 0:
                cards.settle(payment=payment, answer=answer, now=now)
            elif number % 3 == 1:
                wallet.hold(payer=alice, amount=eur(1), key=f"h{number}", reference=f"period:{number}", now=now)
                automatic.after_spending(member=alice, cause=f"call:{number}", now=now)
            else:
                cards.refill(member=alice, cause=f"call:{number}", now=now)

        assert at_once(12, act) == {"done": 12}
