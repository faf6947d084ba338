"""How often one may start paying, how much one may pay in a day, and what a declined card counts for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.stripe import pay_in_work
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import Decline, TopUp
from tests.payouts.purse import charge, eur, give_credit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def start(member, minor, now):
    return wallet.start_top_up(member=member, amount=eur(minor), return_path="/wallet/", now=now)


def decline(top_up, count, now):
    for number in range(count):
        charge_id = f"ch_{now.isoformat()}_{number}"
        wallet.record_decline(top_up=top_up, stripe_charge=charge_id, now=now + timedelta(seconds=number))


class StartedTests:
    def test_ten_an_hour(self, alice, now, settings):
        settings.TOP_UPS_PER_HOUR = 3
        for minute in range(3):
            start(alice, 500, now + timedelta(minutes=minute))
        with pytest.raises(wallet.TooOften) as wait:
            start(alice, 500, now + timedelta(minutes=10))
        assert wait.value.until == now + HOUR
        assert start(alice, 500, now + HOUR)

    def test_another_member_starts_meanwhile(self, alice, bob, now, settings):
        settings.TOP_UPS_PER_HOUR = 1
        start(alice, 500, now)
        assert start(bob, 500, now)


class DayTests:
    def test_500_in_24_hours_even_if_it_was_spent(self, alice, bob, now):
        give_credit(alice, 30_000, now)
        charge(alice, bob, 30_000, now)
        with pytest.raises(wallet.DayLimit) as limit:
            start(alice, 20_001, now + HOUR)
        assert limit.value.room == eur(20_000)
        assert start(alice, 20_000, now + HOUR)
        assert start(alice, 50_000, now + timedelta(hours=24))

    def test_what_is_only_started_does_not_count(self, alice, now):
        start(alice, 50_000, now)
        assert start(alice, 50_000, now)

    def test_the_hard_limit_of_a_day_is_held_with_the_pages_that_are_open(self, alice, bob, now, settings):
        settings.TOP_UP_MINOR_DAY_MAX = 200_000
        give_credit(alice, 150_000, now)
        charge(alice, bob, 150_000, now)
        start(alice, 50_000, now)
        with pytest.raises(wallet.CheckoutsOpen):
            start(alice, 500, now)


class DeclineTests:
    def test_five_in_an_hour_make_one_wait(self, alice, now):
        top_up = start(alice, 500, now)
        decline(top_up, 5, now)
        with pytest.raises(wallet.TooOften) as wait:
            start(alice, 500, now + timedelta(minutes=1))
        assert wait.value.until == now + HOUR
        assert start(alice, 500, now + HOUR)

    def test_ten_in_a_day_make_one_wait_longer(self, alice, now):
        top_up = start(alice, 500, now)
        decline(top_up, 4, now)
        decline(top_up, 4, now + HOUR)
        decline(top_up, 2, now + 2 * HOUR)
        with pytest.raises(wallet.TooOften) as wait:
            start(alice, 500, now + 4 * HOUR)
        assert wait.value.until == now + timedelta(hours=24)

    def test_the_same_refusal_counts_once(self, alice, now):
        top_up = start(alice, 500, now)
        for _ in range(9):
            wallet.record_decline(top_up=top_up, stripe_charge="ch_1", now=now)
        assert Decline.objects.count() == 1
        assert start(alice, 500, now)

    def test_an_event_about_another_installations_charge_counts_for_nobody(self, alice, now):
        top_up = start(alice, 500, now)
        about = {"id": "ch_1", "metadata": {"topup": str(top_up.pk), "installation": "another"}}
        event = StripeEvent(event_id="evt", type="charge.failed", payload={"data": {"object": about}})
        with pytest.raises(TopUp.DoesNotExist):
            pay_in_work.ACTIONS["charge.failed"](event, now)
        assert not Decline.objects.exists()


class WalletPageTests:
    def post(self, member, signed_in, amount="20"):
        return signed_in(member).post("/wallet/top-up/", {"amount": amount})

    def test_too_often_is_explained_and_changes_nothing(self, alice, signed_in, settings):
        settings.TOP_UPS_PER_HOUR = 1
        assert self.post(alice, signed_in).status_code == 302
        answer = self.post(alice, signed_in)
        assert answer.status_code == 422
        assert "You can add credit again from" in answer.content.decode()
        assert TopUp.objects.count() == 1

    def test_the_day_is_explained(self, alice, bob, signed_in, settings):
        moment = timezone.now()
        give_credit(alice, 49_800, moment)
        charge(alice, bob, 49_800, moment)
        assert "the most in 24 hours" in self.post(alice, signed_in).content.decode()
        settings.TOP_UP_MINOR_DAY_MAX = 60_000
        assert "You can add €102.00 at most now" in self.post(alice, signed_in, "200").content.decode()
