import pytest

from payouts.earnings import services as earnings
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, Hold
from tests.payouts.purse import capture, eur, give_credit, purse

pytestmark = pytest.mark.django_db


def hold(payer, minor, now, number=1, reference="period:1"):
    key = f"{reference}:hold:{number}"
    return wallet.hold(payer=payer, amount=eur(minor), key=key, reference=reference, now=now)


def remaining() -> list[int]:
    return list(CreditLot.objects.order_by("pk").values_list("remaining_minor", flat=True))


class HoldTests:
    def test_held_money_cannot_be_spent_again(self, alice, now):
        give_credit(alice, 1_000, now)
        hold(alice, 700, now)
        with pytest.raises(wallet.InsufficientCredit) as refused:
            hold(alice, 301, now, reference="period:2")
        assert refused.value.credit == eur(300)
        assert (wallet.credit(member=alice), wallet.held(member=alice)) == (eur(300), eur(700))

    def test_same_key_holds_once(self, alice, now):
        give_credit(alice, 1_000, now)
        assert hold(alice, 700, now).pk == hold(alice, 700, now).pk
        assert wallet.credit(member=alice) == eur(300)

    def test_same_key_for_another_sum_is_refused(self, alice, now):
        give_credit(alice, 1_000, now)
        hold(alice, 300, now)
        with pytest.raises(KeyReused):
            hold(alice, 400, now)
        assert Hold.objects.count() == 1

    @pytest.mark.parametrize("minor", [0, -100])
    def test_nothing_and_less_cannot_be_held(self, alice, now, minor):
        give_credit(alice, 1_000, now)
        with pytest.raises(BadAmount):
            hold(alice, minor, now)

    def test_credit_in_one_currency_is_none_in_another(self, alice, now):
        give_credit(alice, 1_000, now)
        with pytest.raises(wallet.InsufficientCredit):
            wallet.hold(payer=alice, amount=Money(1, "USD"), key="k", reference="period:1", now=now)

    def test_a_huge_sum_is_refused(self, alice, now):
        give_credit(alice, 1_000, now)
        with pytest.raises(wallet.InsufficientCredit):
            hold(alice, 10**15, now)


class FreeTests:
    def test_all_holds_of_the_reference_become_credit_again(self, alice, now):
        give_credit(alice, 1_000, now)
        hold(alice, 300, now, number=1)
        hold(alice, 200, now, number=2)
        hold(alice, 100, now, reference="period:2")
        assert wallet.free(payer=alice, reference="period:1", key="period:1:free", now=now) == eur(500)
        assert purse(alice) == {"credit": "9.00", "held": "1.00", "pending": "0.00", "available": "0.00"}

    def test_twice_frees_once(self, alice, now):
        give_credit(alice, 1_000, now)
        hold(alice, 300, now)
        wallet.free(payer=alice, reference="period:1", key="period:1:free", now=now)
        assert wallet.free(payer=alice, reference="period:1", key="period:1:free", now=now) == eur(0)
        assert wallet.credit(member=alice) == eur(1_000)

    def test_the_hold_of_another_member_is_not_touched(self, alice, eve, now):
        give_credit(alice, 1_000, now)
        hold(alice, 300, now)
        assert wallet.free(payer=eve, reference="period:1", key="mine", now=now) == eur(0)
        assert wallet.held(member=alice) == eur(300)


class LotTests:
    def test_the_oldest_top_up_is_spent_first(self, alice, bob, now):
        give_credit(alice, 500, now)
        give_credit(alice, 800, now)
        hold(alice, 900, now)
        assert remaining() == [500, 800]
        capture(alice, bob, 600, now, reference="period:1")
        assert remaining() == [0, 700]

    def test_what_is_given_back_goes_to_the_newest_lot_used(self, alice, bob, now):
        give_credit(alice, 500, now)
        give_credit(alice, 800, now)
        hold(alice, 900, now)
        capture(alice, bob, 600, now, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(150), key="back", now=now)
        assert remaining() == [50, 800]

    def test_no_more_comes_back_than_was_spent(self, alice, bob, now):
        give_credit(alice, 500, now)
        hold(alice, 300, now)
        capture(alice, bob, 300, now, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(200), key="back", now=now)
        with pytest.raises(BadAmount):
            wallet.restore(payer_id=alice.pk, reference="period:1", amount=eur(101), now=now)
