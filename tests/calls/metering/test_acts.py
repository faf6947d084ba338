"""Acts of time: 30 min for 25.00, cancelled at no cost at first, the unused part stored (test_stored.py)."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.metering import services as metering
from payouts.claims import services as claims
from payouts.ledger import accounts
from tests.calls.metering.world import Story
from tests.payouts.purse import eur

NOTHING_CHARGED = {"credit": 5_000, "held": 0, "earned": 0, "commission": 0}
ALL_CHARGED = {"credit": 2_500, "held": 0, "earned": 1_750, "commission": 750}


def refused(code: str):
    return pytest.raises(metering.MeterRefused, match=f"^{code}$")


@pytest.fixture
def story(db) -> Story:
    return Story(credit=5_000)


class CaptureTests:
    def test_it_is_held_at_first_and_captured_a_minute_after_the_countdown(self, story):
        story.go_act()
        story.after(59.9).sweep()
        assert story.balances() == {"credit": 2_500, "held": 2_500, "earned": 0, "commission": 0}
        story.after(0.1).sweep()
        assert story.balances() == ALL_CHARGED
        assert story.period.captured_at == story.now
        assert story.meter()["state"] == "running"

    def test_a_late_sweeper_captures_at_the_right_moment(self, story):
        story.go_act().after(100).sweep()
        assert story.period.captured_at == story.ago(40)

    def test_until_then_cancelling_costs_nothing(self, story):
        story.go_act().after(59)
        assert story.meter()["can_cancel_act"]
        story.cancel_act()
        assert story.period.end_reason == "act_cancelled"
        assert story.balances() == NOTHING_CHARGED

    def test_the_expert_can_cancel_it_too(self, story):
        story.go_act().after(10)
        metering.cancel_act(period_id=story.period_id, member=story.bob, now=story.now)
        assert story.balances() == NOTHING_CHARGED

    def test_until_then_hanging_up_costs_nothing(self, story):
        story.go_act().after(59)
        story.hang_up()
        assert story.balances() == NOTHING_CHARGED

    def test_until_then_back_to_free_costs_nothing(self, story):
        story.go_act().after(59)
        story.back_to_free()
        assert story.balances() == NOTHING_CHARGED

    def test_two_minutes_of_loss_that_begin_before_cost_nothing(self, story):
        story.go_act().after(40).lose("payer", silent_for=5)
        story.after(115).sweep()
        assert (story.period.end_reason, story.period.captured_at) == ("loss", None)
        assert story.balances() == NOTHING_CHARGED

    def test_a_shorter_loss_puts_the_capture_off_until_it_runs_again(self, story):
        story.go_act().after(55).lose("payer", silent_for=5)
        story.after(10).hear("payer")
        assert story.period.captured_at == story.now
        assert story.balances() == ALL_CHARGED

    def test_a_pause_puts_the_capture_off_too(self, story):
        story.go_act().after(50)
        story.pause(story.bob)
        story.after(100).sweep()
        assert story.balances()["held"] == 2_500
        story.cancel_act()
        assert story.balances() == NOTHING_CHARGED

    def test_afterwards_it_cannot_be_cancelled(self, story):
        story.go_act().after(60).sweep()
        assert not story.meter()["can_cancel_act"]
        with refused("captured"):
            story.cancel_act()

    def test_afterwards_it_cannot_be_cancelled_even_where_no_sweeper_came(self, story):
        story.go_act().after(60)
        with refused("captured"):
            story.cancel_act()

    def test_its_cap_is_not_raised(self, story):
        story.go_act()
        with refused("not_now"):
            story.raise_cap(3_000)


class LengthTests:
    def test_it_ends_when_its_length_is_reached(self, story):
        story.go_act().after(1_799.999).sweep()
        assert story.period.state == "running"
        story.after(0.001).sweep()
        period = story.period
        assert (period.end_reason, period.billable_ms, period.amount_minor) == ("act_done", 1_800_000, 2_500)

    def test_its_time_counts_by_the_same_rule(self, story):
        story.go_act().after(100)
        story.pause(story.alice)
        story.after(50).resume()
        story.after(100).lose("expert", silent_for=10)
        assert story.meter()["billable_ms"] == 190_000

    def test_the_meter_shows_the_price_whatever_was_used(self, story):
        story.go_act().after(100)
        meter = story.meter()
        assert (meter["cost_minor"], meter["cap_ms"], meter["length_ms"]) == (2_500, 1_800_000, 1_800_000)


class UnusedTests:
    def test_what_is_unused_is_stored_when_it_ends(self, story):
        story.go_act().after(720)  # 12 of 30 min
        story.back_to_free()
        assert story.meter()["last"]["text"] == (
            "€25.00 for 30 min: 12 min used. Back to free was pressed. 18 min stay stored for 30 days."
        )
        assert (story.period.given_back_minor, story.period.commission_minor) == (1_500, 300)
        assert story.stored() == (1_500, 1_080_000)
        story.after(60).hang_up()
        assert story.balances() == ALL_CHARGED

    def test_hanging_up_in_the_middle_stores_it_too(self, story):
        story.go_act().after(720)
        story.hang_up()
        assert story.stored() == (1_500, 1_080_000)
        assert story.balances() == ALL_CHARGED

    def test_the_used_part_is_rounded_down_for_the_payer(self, story):
        story.go_act().after(100.001)
        story.hang_up()
        assert story.period.amount_minor - story.period.given_back_minor == 2_500 * 100_001 // 1_800_000

    def test_nothing_is_stored_of_a_used_act(self, story):
        story.go_act().after(1_800).sweep()
        story.after(60).hang_up()
        assert story.stored() is None
        assert story.balances() == ALL_CHARGED

    def test_nor_of_one_that_cost_nothing(self, story):
        story.go_act().after(30)
        story.hang_up()
        assert story.stored() is None

    def test_ending_the_call_twice_stores_once(self, story):
        story.go_act().after(720)
        story.hang_up()
        story.after(1).hang_up()
        assert story.stored() == (1_500, 1_080_000)

    def test_two_acts_in_a_call_each_store_their_own(self, story):
        for _ in range(2):
            story.go_act().after(900)
            story.back_to_free()
            assert story.stored() == (1_250, 900_000)
        assert story.balances() == {"credit": 0, "held": 0, "earned": 3_500, "commission": 1_500}

    def test_a_per_minute_part_after_an_act_is_charged_as_ever(self, story):
        story.go_act().after(900)
        story.back_to_free()
        story.go_paid(cap=1_000).after(90)
        story.hang_up()
        assert story.balances() == {
            "credit": 5_000 - 2_500 - 200,
            "held": 0,
            "earned": 1_750 + 140,
            "commission": 750 + 60,
        }


class LateWitnessTests:
    def test_an_act_that_seemed_used_up_stores_what_was_not(self, story):
        story.go_act().after(1_800).sweep()
        story.after(5).lose("payer", silent_for=65)
        assert story.stored() == (2_500 - 2_500 * 1_740 // 1_800, 60_000)
        assert story.faults() == []

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(given=st.integers(1_900, 2_500), silent_s=st.integers(60, 600))
    def test_of_what_the_expert_gave_back_meanwhile_no_time_is_stored_either(self, db, given, silent_s):
        """Stored time and its money agree: so many milliseconds as the sum pays for, to the cent."""
        with transaction.atomic():
            story = Story(credit=5_000).go_act().after(1_800)
            story.sweep()
            reference = f"period:{story.period_id}"
            claims.refund(expert=story.bob, reference=reference, amount=eur(given), key="k" * 16, now=story.now)
            story.after(5).lose("payer", silent_for=5 + silent_s)
            minor, ms = story.stored() or (0, 0)
            assert ms <= silent_s * 1_000
            assert abs(ms * 2_500 / 1_800_000 - minor) < 1, (minor, ms)
            assert story.faults() == []
            transaction.set_rollback(True)
            accounts.forget()
