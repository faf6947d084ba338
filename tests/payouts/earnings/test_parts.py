"""A part of an earning becomes one of its own: what was bought and not used yet waits, and moves on once it is used."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payouts.commission import split
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import services as ledger
from payouts.money import BadAmount
from payouts.wallet import services as wallet
from tests.payouts.purse import capture, charge, eur, give_credit, give_promo, purse

pytestmark = pytest.mark.django_db


@pytest.fixture
def earned(alice, bob, now):
    give_credit(alice, 2_500, now)
    charge(alice, bob, 2_500, now, reference="period:1")


def store(now, amount=1_500, *, key="period:1:stored:1", reference="period:1", to="stored:1"):
    return earnings.move_part(
        reference=reference,
        to=to,
        amount=eur(amount),
        key=key,
        label="Stored",
        link="/calls/1/",
        release_from=now,
        now=now,
        keep_days=30,
    )


def use(now, amount, *, to="period:2", key="period:2:used:1"):
    return earnings.move_part(
        reference="stored:1",
        to=to,
        amount=eur(amount),
        key=key,
        label="Used",
        link="/calls/2/",
        release_from=now,
        now=now,
    )


class KeepingTests:
    def test_nothing_moves_in_the_pockets(self, alice, bob, earned, now):
        before = purse(bob)
        store(now)
        assert purse(bob) == before
        assert Earning.objects.get(reference="period:1").price == eur(1_000)
        assert Earning.objects.get(reference="stored:1").price == eur(1_500)

    def test_it_is_not_released_by_its_date(self, bob, earned, now):
        assert store(now) == now + timedelta(days=30)
        earnings.release_due(now=now + timedelta(days=90))
        assert (purse(bob)["available"], purse(bob)["pending"]) == ("7.00", "10.50")

    def test_the_experts_page_says_that_it_is_not_earned_yet(self, bob, earned, now, signed_in):
        store(now)
        assert "yours once it is used" in signed_in(bob).get("/earnings/").content.decode()

    def test_it_goes_back_to_the_card_that_it_came_from(self, alice, bob, earned, now):
        store(now)
        earnings.give_back(reference="stored:1", amount=eur(1_500), key="stored:1:returned", now=now)
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("15.00", "7.00")

    def test_promotional_credit_goes_back_as_such(self, alice, bob, now):
        give_promo(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        store(now, 400)
        earnings.give_back(reference="stored:1", amount=eur(400), key="stored:1:returned", now=now)
        assert (wallet.credit(member=alice), wallet.paid_credit(member=alice)) == (eur(400), eur(0))

    def test_the_same_key_moves_once(self, earned, now):
        for _ in range(2):
            store(now)
        assert Earning.objects.get(reference="stored:1").price == eur(1_500)

    def test_the_same_key_for_another_sum_is_an_error(self, earned, now):
        store(now)
        with pytest.raises(ledger.KeyReused):
            store(now, 1_000)

    @pytest.mark.parametrize("minor", [0, -1, 2_501])
    def test_a_bad_sum_moves_nothing(self, earned, now, minor):
        with pytest.raises(BadAmount):
            store(now, minor)
        assert not Earning.objects.filter(reference="stored:1").exists()

    def test_what_is_released_has_no_parts_any_more(self, earned, now):
        earnings.release_due(now=now + timedelta(days=31))
        with pytest.raises(earnings.AlreadyReleased):
            store(now)

    def test_the_capture_repeated_still_answers_the_same(self, alice, bob, earned, now):
        store(now)
        again = capture(alice, bob, 2_500, now, reference="period:1")
        assert (again.price, again.earning, again.commission) == (eur(2_500), eur(1_750), eur(750))


class UsingTests:
    def test_what_is_used_is_released_from_its_own_end(self, bob, earned, now):
        store(now)
        later = now + timedelta(days=20)
        assert use(later, 600) == later + timedelta(days=30)  # bob is new
        earnings.release_due(now=now + timedelta(days=51))
        assert (purse(bob)["available"], purse(bob)["pending"]) == ("11.20", "6.30")

    def test_what_was_used_by_mistake_is_kept_again(self, earned, now):
        store(now)
        use(now, 600)
        store(now, 100, reference="period:2", key="period:2:unused:1")
        prices = {row.reference: row.price.minor for row in Earning.objects.all()}
        assert prices == {"period:1": 1_000, "stored:1": 1_000, "period:2": 500}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_each_part_has_its_own_commission_to_the_cent(self, alice, bob, now, data):
        number = Earning.objects.count() * 1_000 + 7
        price = data.draw(st.integers(2, 400))
        give_credit(alice, price, now)
        charge(alice, bob, price, now, reference=f"period:{number}")
        kept = data.draw(st.integers(1, price))
        store(now, kept, reference=f"period:{number}", to=f"stored:{number}", key=f"period:{number}:stored")
        for reference, minor in ((f"period:{number}", price - kept), (f"stored:{number}", kept)):
            row = Earning.objects.get(reference=reference)
            assert (row.amount_minor, row.commission_minor) == split(minor, 30)
