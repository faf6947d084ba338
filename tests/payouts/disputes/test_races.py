"""One dispute heard of by many workers at once, while its member's credit is being held and earnings are given back."""

from datetime import timedelta

import pytest

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.stripe.answers import BankDispute, Movement
from payouts.wallet import services as wallet
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import charge, eur, give_credit, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def found(top_up, now, status: str = "needs_response") -> BankDispute:
    out = Movement("txn_1", "adjustment", "du_1", {}, eur(-1_000), eur(1_500), now, now)
    back = Movement("txn_2", "adjustment", "du_1", {}, eur(1_000), eur(-1_500), now, now)
    moved = (out, back) if status == "won" else (out,)
    return BankDispute("du_1", status, "fraudulent", eur(1_000), "ch_1", top_up.pk, None, moved)


class DisputeRaceTests:
    def test_one_dispute_heard_many_times_has_one_effect(self, alice, now):
        top_up = give_credit(alice, 1_000, now)
        assert at_once(12, lambda _: disputes.observe(found=found(top_up, now), now=now)) == {"done": 12}
        dispute = Dispute.objects.get()
        assert (dispute.taken_minor, dispute.moved_minor, purse(alice)["credit"]) == (1_000, 1_000, "0.00")
        assert at_once(12, lambda _: disputes.observe(found=found(top_up, now, "won"), now=now)) == {"done": 12}
        assert purse(alice)["credit"] == "10.00"

    def test_what_is_held_meanwhile_is_not_taken(self, alice, now):
        top_up = give_credit(alice, 1_000, now)

        def hold_or_hear(number: int) -> None:
            if number % 4 == 0:
                disputes.observe(found=found(top_up, now), now=now)
            else:
                wallet.hold(payer=alice, amount=eur(100), key=f"h:{number}", reference=f"period:{number}", now=now)

        at_once(16, hold_or_hear)
        disputes.take_what_was_freed(now=now)
        held = wallet.held(member=alice).minor
        assert (Dispute.objects.get().taken_minor, purse(alice)["credit"]) == (1_000 - held, "0.00")

    def test_a_release_and_a_dispute_do_not_stand_in_each_others_way(self, alice, bob, now):
        top_up = give_credit(alice, 1_000, now)
        for _ in range(6):
            charge(alice, bob, 100, now)

        def release_or_hear(number: int) -> None:
            if number % 2:
                earnings.release_due(now=now + timedelta(days=31))
            else:
                disputes.observe(found=found(top_up, now), now=now)

        assert at_once(8, release_or_hear) == {"done": 8}
        assert (Dispute.objects.get().taken_minor, purse(alice)["credit"]) == (400, "0.00")
