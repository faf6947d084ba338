from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from payouts import clock
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Entry
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.payouts.purse import capture, charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(alice, now) -> User:
    """Alice, with 10.00 and two holds of 4.00 and 3.00 for period:1."""
    give_credit(alice, 1_000, now)
    for number, minor in ((1, 400), (2, 300)):
        wallet.hold(payer=alice, amount=eur(minor), key=f"period:1:hold:{number}", reference="period:1", now=now)
    return alice


class CaptureTests:
    def test_the_price_is_shared_and_the_rest_is_credit_again(self, held, bob, now):
        captured = capture(held, bob, 533, now, reference="period:1")
        assert (captured.earning, captured.commission, captured.freed) == (eur(373), eur(160), eur(167))
        assert purse(held) == {"credit": "4.67", "held": "0.00", "pending": "0.00", "available": "0.00"}
        assert purse(bob) == {"credit": "0.00", "held": "0.00", "pending": "3.73", "available": "0.00"}
        assert ledger.balance(accounts.commission(), "EUR") == eur(160)

    def test_the_oldest_hold_is_taken_first(self, held, bob, now):
        capture(held, bob, 533, now, reference="period:1")
        assert list(Hold.objects.order_by("pk").values_list("captured_minor", "freed_minor")) == [(400, 0), (133, 167)]

    def test_it_is_one_entry(self, held, bob, now):
        before = Entry.objects.count()
        capture(held, bob, 533, now, reference="period:1")
        assert Entry.objects.count() == before + 1

    def test_same_key_moves_money_once(self, held, bob, now):
        first = capture(held, bob, 533, now, reference="period:1")
        again = capture(held, bob, 533, now + timedelta(hours=1), reference="period:1")
        assert first == again
        assert Earning.objects.count() == 1
        assert purse(bob)["pending"] == "3.73"

    def test_same_key_with_another_price_is_refused(self, held, bob, now):
        capture(held, bob, 533, now, reference="period:1")
        with pytest.raises(ledger.KeyReused):
            capture(held, bob, 532, now, reference="period:1")

    def test_price_zero_frees_everything_and_earns_nothing(self, held, bob, now):
        captured = capture(held, bob, 0, now, reference="period:1")
        assert (captured.freed, captured.release_at) == (eur(700), None)
        assert purse(held)["credit"] == "10.00"
        assert not Earning.objects.exists()
        assert capture(held, bob, 0, now, reference="period:1") == captured

    def test_one_cent_is_all_the_experts(self, held, bob, now):
        captured = capture(held, bob, 1, now, reference="period:1")
        assert (captured.earning, captured.commission) == (eur(1), eur(0))

    def test_no_more_than_is_held(self, held, bob, now):
        with pytest.raises(wallet.PriceAboveHold):
            capture(held, bob, 701, now, reference="period:1")
        assert purse(held)["held"] == "7.00"

    def test_nothing_held_is_nothing_to_capture(self, alice, bob, now):
        with pytest.raises(wallet.NothingHeld):
            capture(alice, bob, 100, now, reference="period:9")

    def test_a_negative_price_is_refused(self, held, bob, now):
        with pytest.raises(BadAmount):
            capture(held, bob, -1, now, reference="period:1")

    def test_another_currency_is_refused(self, held, bob, now):
        with pytest.raises(BadAmount):
            earnings.capture(
                reference="period:1", payer=held, expert=bob, price=Money(1, "USD"), commission_percent=30, key="k",
                group="", label="", link="", now=now, release_from=now,
            )  # fmt: skip

    def test_a_hold_of_somebody_else_is_not_captured(self, held, eve, bob, now):
        with pytest.raises(wallet.NothingHeld):
            capture(eve, bob, 100, now, reference="period:1")


class ReleaseDateTests:
    def days(self, bob, now) -> int:
        return (earnings.release_date(expert=bob, release_from=now) - now).days

    def paid_by(self, names: list[str], bob, now) -> None:
        for name in names:
            payer = cast.member(name)
            give_credit(payer, 100, now)
            charge(payer, bob, 100, now)

    def test_a_new_expert_waits_30_days(self, bob, now):
        assert self.days(bob, now) == 30

    def test_five_callers_and_30_days_make_it_14(self, bob, now):
        self.paid_by(["Anna", "Bea", "Carl", "Dora", "Emil"], bob, now)
        assert self.days(bob, now + timedelta(days=30)) == 14

    def test_five_callers_in_29_days_are_still_new(self, bob, now):
        self.paid_by(["Anna", "Bea", "Carl", "Dora", "Emil"], bob, now)
        assert self.days(bob, now + timedelta(days=29, hours=23)) == 30

    def test_four_callers_who_pay_often_are_still_new(self, bob, now):
        self.paid_by(["Anna", "Bea", "Carl", "Dora", "Anna", "Bea"], bob, now)
        assert self.days(bob, now + timedelta(days=60)) == 30

    def test_what_was_given_back_whole_does_not_count(self, bob, now):
        self.paid_by(["Anna", "Bea", "Carl", "Dora", "Emil"], bob, now)
        whole = Earning.objects.get(payer=cast.member("Emil"))
        earnings.give_back(reference=whole.reference, amount=eur(100), key="back", now=now)
        assert self.days(bob, now + timedelta(days=60)) == 30

    def test_the_date_is_decided_at_capture(self, alice, bob, now):
        give_credit(alice, 100, now)
        captured = charge(alice, bob, 100, now)
        self.paid_by(["Anna", "Bea", "Carl", "Dora", "Emil"], bob, now)
        assert captured.release_at == now + timedelta(days=30)
        assert Earning.objects.get(payer=alice).release_at == captured.release_at

    def test_the_demos_calendar_counts(self, alice, bob, now, settings):
        settings.DEMO = True
        clock.advance(by=timedelta(days=40), is_anything_held=bool)
        give_credit(alice, 100, now)
        assert charge(alice, bob, 100, now).release_at == now + timedelta(days=70)


class ReleaseTests:
    def test_on_its_day_an_earning_becomes_available_once(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now)
        assert earnings.release_due(now=now + timedelta(days=30, seconds=-1)) == 0
        assert earnings.release_due(now=now + timedelta(days=30)) == 1
        assert earnings.release_due(now=now + timedelta(days=31)) == 0
        assert purse(bob) == {"credit": "0.00", "held": "0.00", "pending": "0.00", "available": "7.00"}

    def test_pending_is_listed_by_date(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 300, now + timedelta(days=1))
        charge(alice, bob, 200, now)
        listed = [(row.release_at.date().isoformat(), row.amount.minor) for row in earnings.waiting(expert=bob)]
        assert listed == [("2026-04-01", 140), ("2026-04-02", 210)]


class GiveBackTests:
    @pytest.fixture
    def captured(self, alice, bob, now):
        give_credit(alice, 2_500, now)
        charge(alice, bob, 2_500, now, reference="period:1")

    def give_back(self, minor, now, key="period:1:give_back"):
        return earnings.give_back(reference="period:1", amount=eur(minor), key=key, now=now)

    def test_expert_and_platform_return_their_shares(self, captured, alice, bob, now):
        self.give_back(1_000, now)
        assert purse(alice)["credit"] == "10.00"
        assert purse(bob)["pending"] == "10.50"
        assert ledger.balance(accounts.commission(), "EUR") == eur(450)

    def test_in_small_parts_it_ends_where_one_would(self, captured, alice, bob, now):
        for number in range(25):
            self.give_back(100 if number else 99, now, key=f"part:{number}")
        self.give_back(1, now, key="last")
        assert purse(alice)["credit"] == "25.00"
        assert purse(bob)["pending"] == "0.00"
        assert ledger.balance(accounts.commission(), "EUR") == eur(0)

    def test_same_key_gives_back_once(self, captured, alice, now):
        self.give_back(1_000, now)
        self.give_back(1_000, now)
        assert purse(alice)["credit"] == "10.00"
        with pytest.raises(ledger.KeyReused):
            self.give_back(999, now)

    @pytest.mark.parametrize("minor", [0, -1, 2_501])
    def test_only_a_part_of_the_price(self, captured, alice, now, minor):
        with pytest.raises(BadAmount):
            self.give_back(minor, now)
        assert purse(alice)["credit"] == "0.00"

    def test_not_more_than_is_left(self, captured, now):
        self.give_back(2_000, now)
        with pytest.raises(BadAmount):
            self.give_back(501, now, key="second")

    def test_not_after_the_release(self, captured, alice, now):
        earnings.release_due(now=now + timedelta(days=30))
        with pytest.raises(earnings.AlreadyReleased):
            self.give_back(100, now)
        assert purse(alice)["credit"] == "0.00"

    def test_only_what_is_left_is_released(self, captured, bob, now):
        self.give_back(1_000, now)
        earnings.release_due(now=now + timedelta(days=30))
        assert purse(bob)["available"] == "10.50"
