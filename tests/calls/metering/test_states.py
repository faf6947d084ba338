"""The meter's part of the `state` message has the same keys in every state, and never fails."""

import pytest

from calls.metering import services as metering
from tests.calls.metering.world import Story

KEYS = {
    *("period", "state", "reason", "by", "kind", "rate_minor", "price_minor", "length_ms", "free_ms", "cap_minor"),
    *("cap_ms", "billable_ms", "as_of", "counts_from", "cost_minor", "cost_text", "currency", "needs", "resume_by"),
    *("can_cancel_act", "muted", "question", "last"),
}


def countdown(story: Story) -> None:
    story.offer_rate()
    story.accept(1_000)


def paused(story: Story) -> None:
    story.go_paid().after(10).pause(story.alice)


def stopped(story: Story) -> None:
    story.go_paid().after(10).lose("payer")


def ended(story: Story) -> None:
    story.go_paid().after(40)
    story.back_to_free()


class MeterStateTests:
    @pytest.mark.parametrize(
        ("go", "state", "muted"),
        [
            (countdown, "countdown", False),
            (Story.go_paid, "running", False),
            (paused, "paused", True),
            (stopped, "stopped", True),
            (ended, "free", False),
        ],
    )
    def test_every_state_has_every_key(self, story, go, state, muted):
        go(story)
        for viewer in (story.alice, story.bob):
            meter = story.meter(viewer)
            assert set(meter) == KEYS
            assert (meter["state"], meter["muted"]) == (state, muted)

    def test_a_call_without_any_period_is_free(self, story):
        meter = metering.meter_state(metering.latest_period(call=story.call), story.alice, story.now)
        assert set(meter) == KEYS
        assert (meter["state"], meter["period"], meter["cost_text"], meter["last"]) == ("free", None, "€0.00", None)

    def test_a_call_without_any_offer_has_no_card(self, story):
        assert metering.offer_state(metering.latest_offer(call=story.call), story.alice, story.now) is None

    def test_what_the_browser_needs_to_count_on_by_itself(self, story):
        story.go_paid(cap=1_000).after(61.25)
        meter = story.meter()
        assert meter["as_of"] == story.ms()
        assert meter["billable_ms"] == 61_250
        assert meter["cost_minor"] == meter["rate_minor"] * (meter["billable_ms"] - meter["free_ms"]) // 60_000 == 104
        assert meter["cap_ms"] == 330_299

    def test_a_meter_whose_sweeper_is_late_shows_no_more_than_the_cap(self, story):
        story.go_paid(cap=1_000).after(5_000)
        assert (story.meter()["billable_ms"], story.meter()["cost_minor"]) == (330_299, 1_000)
