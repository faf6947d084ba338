"""The payer's monthly limit: what counts, when it changes, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payouts.earnings import services as earnings
from payouts.money import BadAmount, Money
from payouts.wallet import monthly as monthly_module
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold, MonthlyLimit
from tests.marketplace.local_times import days_for_everybody_alike
from tests.payouts.purse import capture, charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def limit(member, minor, now):
    wallet.set_monthly_limit(member=member, limit=eur(minor), now=now)


def left(member, now) -> int:
    return wallet.monthly(member=member, now=now).left.minor


def hold(member, minor, now, reference="period:1"):
    key = f"{reference}:hold:{Hold.objects.count()}"
    return wallet.hold(payer=member, amount=eur(minor), key=key, reference=reference, now=now)


class SpendingTests:
    def test_what_is_set_aside_counts_and_what_is_freed_does_not(self, alice, bob, now):
        give_credit(alice, 5_000, now)
        limit(alice, 2_000, now)
        hold(alice, 1_500, now)
        assert left(alice, now) == 500
        capture(alice, bob, 600, now, reference="period:1")
        assert left(alice, now) == 1_400

    def test_a_hold_above_what_is_left_is_refused_and_changes_nothing(self, alice, now):
        give_credit(alice, 5_000, now)
        limit(alice, 2_000, now)
        hold(alice, 1_500, now)
        with pytest.raises(wallet.AboveMonthlyLimit) as refused:
            hold(alice, 501, now, reference="period:2")
        assert refused.value.left == eur(500)
        assert purse(alice) == {"credit": "35.00", "held": "15.00", "pending": "0.00", "available": "0.00"}
        hold(alice, 500, now, reference="period:2")

    def test_same_key_holds_once_at_the_limit_too(self, alice, now):
        give_credit(alice, 5_000, now)
        limit(alice, 500, now)
        for _ in range(2):
            wallet.hold(payer=alice, amount=eur(500), key="k", reference="period:1", now=now)
        assert left(alice, now) == 0

    def test_tips_count(self, alice, bob, now):
        give_credit(alice, 5_000, now)
        limit(alice, 500, now)
        tip = {"payer": alice, "expert": bob, "about": "call:1", "group": "", "label": "Tip", "link": "", "now": now}
        earnings.tip(amount=eur(400), key="t", **tip)
        assert left(alice, now) == 100
        with pytest.raises(wallet.AboveMonthlyLimit):
            earnings.tip(amount=eur(200), key="t2", **tip)
        assert purse(bob)["pending"] == "4.00"

    def test_the_month_is_the_members_own(self, alice, bob, now):
        alice.time_zone = "Pacific/Auckland"  # 13 hours ahead in March
        give_credit(alice, 5_000, now)
        limit(alice, 2_000, now)
        charge(alice, bob, 500, datetime(2026, 2, 28, 10, 59, tzinfo=UTC))  # the last minute of February there
        charge(alice, bob, 300, datetime(2026, 2, 28, 11, 0, tzinfo=UTC))
        assert left(alice, now) == 1_700
        assert left(alice, datetime(2026, 2, 28, 10, 0, tzinfo=UTC)) == 1_500
        assert left(alice, now + 30 * DAY) == 2_000

    def test_what_is_set_aside_counts_in_the_next_month_too(self, alice, now):
        give_credit(alice, 5_000, now)
        limit(alice, 2_000, now)
        hold(alice, 500, now)
        assert left(alice, now + 40 * DAY) == 1_500

    def test_without_a_limit_nothing_is_refused(self, alice, now):
        give_credit(alice, 45_000, now)
        assert wallet.monthly(member=alice, now=now) is None
        hold(alice, 45_000, now)

    def test_a_limit_below_what_was_spent_leaves_nothing_and_takes_nothing_back(self, alice, now):
        give_credit(alice, 5_000, now)
        hold(alice, 3_000, now)
        limit(alice, 2_000, now)
        assert left(alice, now) == 0
        assert purse(alice)["held"] == "30.00"


zones = st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Apia"])


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)), zones)
@settings(max_examples=60)
def test_every_moment_lies_in_its_month_and_months_join(moment, zone):
    class Member:
        time_zone = zone

    now = moment.replace(tzinfo=UTC)
    start, end = monthly_module._month(Member(), now)
    assert start <= now < end
    assert monthly_module._month(Member(), end)[0] == end


class ChangingTests:
    def test_lower_counts_at_once(self, alice, now):
        limit(alice, 2_000, now)
        limit(alice, 1_000, now)
        assert left(alice, now) == 1_000

    def test_higher_counts_a_day_later(self, alice, now):
        limit(alice, 2_000, now)
        limit(alice, 3_000, now)
        assert left(alice, now + DAY - timedelta(seconds=1)) == 2_000
        assert left(alice, now + DAY) == 3_000

    def test_a_hold_a_day_later_finds_it_raised(self, alice, now):
        give_credit(alice, 5_000, now)
        limit(alice, 2_000, now)
        limit(alice, 3_000, now)
        with pytest.raises(wallet.AboveMonthlyLimit):
            hold(alice, 2_001, now)
        hold(alice, 3_000, now + DAY)

    def test_pressed_again_the_day_does_not_begin_anew(self, alice, now):
        limit(alice, 2_000, now)
        for hours in (0, 12):
            limit(alice, 3_000, now + timedelta(hours=hours))
        assert left(alice, now + DAY) == 3_000

    def test_another_higher_one_waits_its_own_day(self, alice, now):
        limit(alice, 2_000, now)
        limit(alice, 3_000, now)
        limit(alice, 4_000, now + timedelta(hours=12))
        assert left(alice, now + DAY) == 2_000
        assert left(alice, now + timedelta(hours=36)) == 4_000

    def test_lowering_takes_back_what_waits(self, alice, now):
        limit(alice, 2_000, now)
        limit(alice, 3_000, now)
        limit(alice, 2_000, now)
        assert left(alice, now + DAY) == 2_000

    @pytest.mark.parametrize("bad", [eur(499), eur(0), eur(-1), eur(1_000_001), Money(2_000, "USD")])
    def test_senseless_ones_are_refused(self, alice, now, bad):
        limit(alice, 2_000, now)
        with pytest.raises(BadAmount):
            wallet.set_monthly_limit(member=alice, limit=bad, now=now)
        assert left(alice, now + 2 * DAY) == 2_000


class FirstPaymentTests:
    def test_it_is_asked_for_once_and_200_is_proposed(self, alice, signed_in, stripe):
        client = signed_in(alice)
        page = client.get("/wallet/").content.decode()
        assert 'name="monthly_limit" value="200.00"' in page
        assert "acts that cost more than €200.00" in page
        client.post("/wallet/top-up/", {"amount": "20", "monthly_limit": "150"})
        assert MonthlyLimit.objects.get().limit_minor == 15_000
        page = client.get("/wallet/").content.decode()
        assert 'name="monthly_limit"' not in page
        assert "€150.00 a month" in page

    def test_left_out_it_is_the_proposed_one(self, alice, signed_in, stripe):
        signed_in(alice).post("/wallet/top-up/", {"amount": "20"})
        assert MonthlyLimit.objects.get().limit_minor == 20_000

    def test_it_cannot_be_raised_by_paying_again(self, alice, signed_in, stripe):
        client = signed_in(alice)
        for typed in ("150", "9000"):
            client.post("/wallet/top-up/", {"amount": "20", "monthly_limit": typed})
        row = MonthlyLimit.objects.get()
        assert (row.limit_minor, row.next_minor) == (15_000, None)

    @pytest.mark.parametrize("typed", ["4.99", "-1", "x", "10000.01"])
    def test_a_bad_one_is_explained_and_nothing_is_paid(self, alice, signed_in, stripe, typed):
        answer = signed_in(alice).post("/wallet/top-up/", {"amount": "20", "monthly_limit": typed})
        assert answer.status_code == 422
        assert not stripe.called
        assert not MonthlyLimit.objects.exists()


class PageTests:
    def test_it_says_what_is_left_and_changes(self, alice, bob, now, signed_in):
        limit(alice, 20_000, now)
        client = signed_in(alice)
        assert "Your monthly limit is €100.00 now." in post(client, "100")
        page = post(client, "300")
        assert "is raised to €300.00 in 24 hours" in page
        assert "€100.00 a month" in page
        assert "€300.00 from" in page
        assert days_for_everybody_alike(page) == []

    @pytest.mark.parametrize("typed", ["", "4", "x", "-5", "10001"])
    def test_what_is_wrong_is_said(self, alice, now, signed_in, typed):
        limit(alice, 20_000, now)
        assert signed_in(alice).post("/wallet/limit/", {"limit": typed}).status_code == 422
        assert MonthlyLimit.objects.get().limit_minor == 20_000

    def test_each_changes_their_own(self, alice, eve, now, signed_in):
        limit(alice, 20_000, now)
        signed_in(eve).post("/wallet/limit/", {"limit": "50"})
        assert MonthlyLimit.objects.get(member=alice).limit_minor == 20_000

    def test_visitors_are_asked_to_sign_in(self, client):
        assert client.post("/wallet/limit/", {"limit": "50"}).status_code == 302
        assert not MonthlyLimit.objects.exists()


def post(client, typed: str) -> str:
    return client.post("/wallet/limit/", {"limit": typed}, follow=True).content.decode()
