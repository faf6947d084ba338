"""What may happen at one moment after a paid period: stored time used, given back or expired; a claim on what is corrected."""

from datetime import timedelta

import pytest

from calls.metering import services as metering
from calls.metering.models import PaidPeriod, StoredTime
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.earnings import services as earnings
from payouts.verify import faults
from tests.calls.metering.test_races import at_once
from tests.calls.metering.world import Story
from tests.payouts.purse import eur

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stored(transactional_db) -> Story:
    """18 of 30 min, bought for 25.00, are stored: 15.00; alice has 5.00 more. Bob asks to use them in the next call."""
    story = Story(credit=3_000)
    story.go_act().after(720)
    story.hang_up()
    story.after(24 * 3_600).call_again()
    story.offer_stored()
    return story


def accepting(story: Story):
    return lambda: metering.accept_offer(offer_id=story.offer.pk, payer=story.alice, cap_minor=0, now=story.now)


def expiring(story: Story):
    return lambda: metering.give_back_expired(today=story.now + timedelta(days=30), now=story.now)


def giving_back(story: Story, reference: str, minor: int, key: str = "k" * 16):
    terms = {"expert": story.bob, "reference": reference, "amount": eur(minor), "key": key, "now": story.now}
    return lambda: claims.refund(**terms)


class StoredTests:
    def test_used_twice_at_once_it_is_used_once(self, stored):
        assert at_once(*[accepting(stored)] * 6) == {"done": 1, "closed": 5}
        assert PaidPeriod.objects.living().count() == 1

    @pytest.mark.parametrize("round_", range(3))
    def test_it_is_used_or_goes_back_never_both(self, stored, round_):
        at_once(accepting(stored), expiring(stored), expiring(stored))
        went_back = StoredTime.objects.get().returned_minor
        assert (went_back, PaidPeriod.objects.living().exists()) in [(1_500, False), (0, True)]
        assert stored.balances()["credit"] == 500 + went_back

    def test_its_use_ends_twice_while_the_expert_gives_a_part_of_it_back(self, stored):
        left = StoredTime.objects.get()
        stored.period_id = accepting(stored)().pk
        stored.hear()
        stored.count_down().after(540)
        ends = at_once(stored.back_to_free, stored.sweep, giving_back(stored, left.reference, 600), stored.back_to_free)
        assert ends == {"done": 4}
        assert (stored.balances()["credit"], stored.faults(), faults()) == (1_100, [], [])
        assert earnings.left(reference=left.reference) == eur(150)


class CorrectionTests:
    """A witness speaks late and shortens a period, while its payer contests it and its expert gives back."""

    @pytest.mark.parametrize("round_", range(3))
    def test_no_cent_goes_back_twice_and_nothing_waits_in_a_ring(self, transactional_db, round_):
        story = Story().go_paid(cap=1_000).after(120)
        story.back_to_free()
        reference, period = f"period:{story.period_id}", story.period
        story.after(5)

        def contest() -> None:
            metering.contest(period=period, payer=story.alice, reason="He was gone.", now=story.now)

        late = story.now + timedelta(days=3)
        ends = at_once(
            contest,
            lambda: story.kill(beat=45),
            giving_back(story, reference, 150),
            lambda: claims.meet_deadlines(now=late),
        )
        assert ends["done"] == 4
        claims.meet_deadlines(now=late)
        assert story.period.billable_ms == 80_000
        balances = story.balances()
        assert (balances["held"], sum(balances.values()), faults()) == (0, 1_840, [])
        assert Claim.objects.get().charge.price.minor == balances["earned"] + balances["commission"]
        assert balances["credit"] >= 1_840 - 300 + 150
