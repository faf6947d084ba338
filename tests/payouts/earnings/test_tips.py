"""A tip goes whole to the expert, waits as an earning does, and can be given back."""

from datetime import timedelta

import pytest

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning, Tip
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db


def tip(payer, expert, minor, now, *, key="token-1", about="call:1", **changes):
    words = {"group": "listing:5", "label": "Tip from Alice", "link": "/calls/1/", "amount": eur(minor)}
    return earnings.tip(payer=payer, expert=expert, about=about, key=key, now=now, **{**words, **changes})


@pytest.fixture
def rich(alice, now):
    give_credit(alice, 5_000, now)
    return alice


class TipTests:
    def test_it_goes_whole_to_the_expert(self, rich, bob, now):
        tip(rich, bob, 500, now)
        assert (purse(rich)["credit"], purse(bob)["pending"]) == ("45.00", "5.00")
        assert ledger.balance(accounts.commission(), "EUR") == eur(0)

    def test_it_matures_like_an_earning(self, rich, bob, now):
        tip(rich, bob, 500, now)
        earnings.release_due(now=now + timedelta(days=29))
        assert purse(bob)["available"] == "0.00"
        earnings.release_due(now=now + timedelta(days=30))
        assert purse(bob)["available"] == "5.00"

    def test_the_same_form_twice_is_one_tip(self, rich, bob, now):
        for _ in range(2):
            tip(rich, bob, 500, now)
        assert purse(rich)["credit"] == "45.00"
        with pytest.raises(ledger.KeyReused):
            tip(rich, bob, 600, now)

    def test_up_to_20_for_a_call_in_all(self, rich, bob, now):
        tip(rich, bob, 1_500, now)
        with pytest.raises(earnings.TipLimit) as refused:
            tip(rich, bob, 501, now, key="token-2")
        assert refused.value.left == eur(500)
        tip(rich, bob, 500, now, key="token-3")
        tip(rich, bob, 2_000, now, key="token-4", about="call:2")
        assert purse(bob)["pending"] == "40.00"

    def test_giving_it_back_opens_no_room_for_another(self, rich, bob, now):
        sent = tip(rich, bob, 2_000, now)
        earnings.give_back(reference=sent.reference, amount=eur(2_000), key="refund:1", now=now)
        assert purse(rich)["credit"] == "50.00"
        with pytest.raises(earnings.TipLimit):
            tip(rich, bob, 100, now, key="token-2")

    @pytest.mark.parametrize("minor", [0, -500, 99])
    def test_what_is_no_tip_changes_nothing(self, rich, bob, now, minor):
        with pytest.raises(BadAmount):
            tip(rich, bob, minor, now)
        assert (purse(rich)["credit"], Tip.objects.count()) == ("50.00", 0)

    def test_in_the_platforms_currency_only(self, rich, bob, now):
        with pytest.raises(BadAmount):
            tip(rich, bob, 500, now, amount=Money(500, "USD"))

    def test_nobody_tips_themself(self, rich, now):
        with pytest.raises(BadAmount):
            tip(rich, rich, 500, now)

    def test_not_more_than_the_credit(self, alice, bob, now):
        give_credit(alice, 300, now)
        with pytest.raises(wallet.InsufficientCredit):
            tip(alice, bob, 500, now)
        assert (purse(alice)["credit"], Tip.objects.count(), Earning.objects.count()) == ("3.00", 0, 0)

    def test_what_is_held_for_a_call_cannot_be_tipped(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(800), key="period:1:hold:1", reference="period:1", now=now)
        with pytest.raises(wallet.InsufficientCredit) as refused:
            tip(alice, bob, 500, now)
        assert refused.value.credit == eur(200)
        assert purse(alice) | {"held": "8.00", "credit": "2.00"} == purse(alice)

    def test_part_of_it_can_be_given_back(self, rich, bob, now):
        sent = tip(rich, bob, 500, now)
        earnings.give_back(reference=sent.reference, amount=eur(200), key="refund:1", now=now)
        assert (purse(rich)["credit"], purse(bob)["pending"]) == ("47.00", "3.00")
        assert [given.price for given in earnings.tips(about=["call:1"])] == [eur(300)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_tips_at_once_never_pass_the_limit(self, rich, bob, now):
        ends = at_once(8, lambda number: tip(rich, bob, 700, now, key=f"token-{number}"))
        assert ends == {"done": 2, "TipLimit": 6}
        assert purse(rich)["credit"] == "36.00"

    def test_tips_and_charges_at_once_never_pass_the_credit(self, alice, bob, now):
        give_credit(alice, 1_000, now)

        def spend(number: int) -> None:
            if number % 2:
                tip(alice, bob, 300, now, key=f"token-{number}", about=f"call:{number}")
            else:
                charge(alice, bob, 300, now, reference=f"period:{number}")

        ends = at_once(8, spend)
        assert ends == {"done": 3, "InsufficientCredit": 5}
        assert purse(alice)["credit"] == "1.00"
