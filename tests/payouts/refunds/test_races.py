"""Refunds against holds and against each other, with real threads: what is sent back is never more than is unused."""

import pytest

from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.stripe.answers import CardRefund
from payouts.wallet import services as wallet
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
