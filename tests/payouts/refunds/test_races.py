"""Refunds against holds and against each other, with real threads: what is sent back is never more than is unused."""

import pytest
from django.utils import timezone

from payouts.cards import services as cards
from payouts.cards.models import CardPayment
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.stripe.answers import CardRefund
from payouts.verify import faults
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import eur, give_credit, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class RefundRaceTests:
    def test_the_same_credit_goes_back_once(self, alice, now):
        for _ in range(3):
            give_credit(alice, 400, now)
        ends = at_once(16, lambda number: refunds.request(member=alice, amount=eur(300), key=f"form-{number}", now=now))
        assert ends == {"done": 4, "NotEnough": 12}
        assert (sum(row.amount_minor for row in Refund.objects.all()), purse(alice)["credit"]) == (1_200, "0.00")

    def test_a_hold_and_a_refund_share_what_there_is(self, alice, now):
        give_credit(alice, 1_000, now)

        def one_of_both(number: int) -> None:
            if number % 2:
                refunds.request(member=alice, amount=eur(100), key=f"form-{number}", now=now)
            else:
                wallet.hold(payer=alice, amount=eur(100), key=f"h:{number}", reference=f"period:{number}", now=now)

        assert at_once(24, one_of_both)["done"] == 10
        assert purse(alice)["credit"] == "0.00"

    def test_one_form_sent_many_times_is_one_refund(self, alice, now):
        give_credit(alice, 1_000, now)
        at_once(12, lambda _: refunds.request(member=alice, amount=eur(100), key="form", now=now))
        assert (Refund.objects.count(), purse(alice)["credit"]) == (1, "9.00")

    def test_one_answer_heard_many_times_has_one_effect(self, alice, now):
        give_credit(alice, 1_000, now)
        (refund,) = refunds.request(member=alice, amount=eur(100), key="form", now=now)
        failed = CardRefund("re_1", "failed", eur(100), refund.pk, 0, True, True, "declined", "")
        assert at_once(12, lambda _: refunds.observe(found=failed, now=now)) == {"done": 12}
        assert purse(alice)["credit"] == "10.00"


class AutomaticTopUpTests:
    """All unused credit is asked back while the automatic top-up that it fell below is being paid."""

    def test_what_comes_in_is_either_sent_back_or_there(self, alice):
        now = timezone.now()
        card = save_card(alice, now=now)
        fill_up_from(card, now=now, below=500, amount=2_000)
        give_credit(alice, 400, now)
        cards.refill(member=alice, cause="call:1", now=now)
        payment = CardPayment.objects.get()
        answer = cards.ask(payment=payment)

        def act(number: int) -> None:
            if number % 3 == 0:
                cards.settle(payment=payment, answer=answer, now=now)
            elif number % 3 == 1:
                refunds.request(member=alice, amount=None, key=f"form-{number}", now=now)
            else:
                cards.refill(member=alice, cause=f"call:{number}", now=now)

        ends = at_once(9, act)
        assert ends["done"] + ends["NotEnough"] == 9
        asked = sum(row.amount_minor for row in Refund.objects.all())
        paid = 400 + sum(row.amount_minor for row in TopUp.objects.filter(way="card", state="paid"))
        assert wallet.credit(member=alice) == eur(paid - asked)
        assert paid == 2_400
        assert faults() == []
