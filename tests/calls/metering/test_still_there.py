"""Nobody has spoken for three minutes: both are asked, and only the payer's answer lets the meter go on."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.metering import services as metering
from calls.metering import witness
from calls.metering.errors import MeterRefused
from calls.notices.models import Process
from tests.calls.metering.world import OTHER_SERVER, SERVER, Story

pytestmark = pytest.mark.django_db


STOOD_STILL = witness.stood_still


@pytest.fixture
def story() -> Story:
    """At 2.00 a minute, the first 30 s free; both spoke for one minute, and then nobody for three."""
    story = Story().go_paid().after(60)
    spoken_at = story.now
    story.after(180)
    assert story.nobody_speaks(spoken_at) == timedelta(seconds=180)
    return story


def ended(story: Story) -> tuple[str, int, int]:
    period = story.period
    return period.end_reason, period.billable_ms, period.amount_minor


class QuestionTests:
    def test_both_are_asked_and_the_meter_runs_on(self, story):
        for one in (story.alice, story.bob):
            meter = story.meter(one)
            assert (meter["state"], meter["question"]) == ("running", {"until": story.ms(60), "answered": False})

    def test_not_while_somebody_spoke_lately(self):
        story = Story().go_paid().after(179)
        assert story.nobody_speaks() == timedelta(seconds=1)
        story.after(60)
        assert story.nobody_speaks(story.ago(10)) == timedelta(seconds=170)
        assert story.meter()["question"] is None

    def test_what_the_meter_stood_still_is_no_silence(self):
        story = Story().go_paid().after(100)
        story.lose("payer", silent_for=0)
        story.after(15).hear("payer")
        story.after(60)
        assert story.nobody_speaks() == timedelta(seconds=20)

    def test_while_it_stands_still_nobody_is_asked(self):
        story = Story().go_paid().after(10)
        story.pause(story.alice)
        story.after(200)
        story.nobody_speaks()
        assert story.meter()["question"] is None

    def test_not_in_an_act(self):
        story = Story(credit=2_500).go_act().after(600)
        story.nobody_speaks()
        assert story.meter()["question"] is None

    def test_asked_twice_it_is_one_question(self, story):
        until = story.meter()["question"]["until"]
        story.after(20).nobody_speaks()
        assert story.meter()["question"]["until"] == until

    def test_of_a_period_that_is_over_or_was_never_there_nothing_is_asked(self, story):
        story.back_to_free()
        story.nobody_speaks()
        assert story.meter()["question"] is None
        assert metering.nobody_speaks(period_id=10**9, spoken_at=None, now=story.now)


class LossTests:
    """What breaks off is no speech."""

    def test_an_expert_out_of_reach_again_and_again_does_not_put_it_off(self):
        story = Story().go_paid().after(10)
        spoken_at = story.now
        while story.meter()["question"] is None:
            story.after(100).lose("expert", silent_for=0)
            story.after(6).hear("expert")
            story.nobody_speaks(spoken_at)
            assert story.ago(300) < spoken_at
        story.after(60).sweep()
        assert ended(story) == ("silent", 10_000, 0)

    def test_counted_from_where_the_meter_last_began_to_run_it_is_never_asked(self, monkeypatch):
        """The broken twin."""

        def what_was_before_does_not_count(period, start, end):
            return max(timedelta(), min(witness.runs_since(period), end) - start)

        monkeypatch.setattr("calls.metering.still_there.witness.stood_still", what_was_before_does_not_count)
        story = Story().go_paid().after(10)
        spoken_at = story.now
        for _ in range(4):
            story.after(170)
            story.nobody_speaks(spoken_at)
            with monkeypatch.context() as whole:
                whole.setattr(witness, "stood_still", STOOD_STILL)
                story.lose("expert", silent_for=0)
            story.after(6).hear("expert")
            story.nobody_speaks(spoken_at)
        story.sweep()
        assert ended(story)[0::2] == ("cap", 1_840)  # all she had, of ten seconds of talk

    def test_what_the_payers_page_heard_before_it_was_gone_is_known_to_the_next(self):
        story = Story().go_paid().after(100)
        story.lose("payer", silent_for=0, spoken_at=story.now)
        story.after(10).hear("payer")
        story.after(100)
        assert story.nobody_speaks() == timedelta(seconds=80)

    def test_of_the_expert_no_such_word_is_taken(self):
        story = Story().go_paid().after(100)
        story.lose("expert", silent_for=0, spoken_at=story.now)
        story.after(10).hear("expert")
        story.after(60)
        assert story.nobody_speaks() == timedelta(seconds=20)

    @pytest.mark.parametrize("how", ["its death is noticed", "the payer moves first"])
    def test_when_the_payers_server_dies_they_spoke_until_then(self, how):
        """It alone knew of speech; an expert's cannot be taken down on purpose."""
        story = Story().go_paid().after(100)
        died_at = story.now
        story.after(10)
        if how == "its death is noticed":
            story.kill(beat=10)
            story.hear(process=OTHER_SERVER)
        else:
            Process.objects.create(pk=SERVER, started_at=died_at, beat_at=died_at)
            story.hear("payer", process=OTHER_SERVER)
        assert story.period.spoken_at == died_at
        story.after(100)
        assert story.nobody_speaks() == timedelta(seconds=80)


class SpeechTests:
    """While both are asked somebody speaks, and the payer presses nothing."""

    def test_it_is_billed_to_the_last_word(self, story):
        story.after(20).spoken()
        story.after(20).spoken()
        story.after(20).sweep()
        assert ended(story) == ("silent", 280_000, 833)

    def test_also_after_the_expert_answered(self, story):
        story.here(story.bob)
        story.after(40).spoken()
        story.after(20).sweep()
        assert ended(story) == ("silent", 280_000, 833)

    def test_before_anything_is_asked_it_is_not_written_down(self):
        story = Story().go_paid().after(60)
        story.spoken()
        assert story.period.silent_since is None

    def test_after_the_end_it_changes_nothing(self, story):
        story.after(60).sweep()
        story.spoken()
        assert ended(story) == ("silent", 60_000, 100)


class AnswerTests:
    def test_of_the_payer_lets_it_go_on(self, story):
        story.after(59).here(story.alice)
        assert story.meter()["question"] is None
        story.after(60).sweep()
        assert story.meter()["state"] == "running"
        story.back_to_free()
        assert ended(story)[:2] == ("back_to_free", 360_000 - 1_000)

    @pytest.mark.parametrize("press", ["pause", "raise_cap"])
    def test_any_other_button_of_the_payer_too(self, story, press):
        story.pause(story.alice) if press == "pause" else story.raise_cap(1_840)
        assert story.meter()["question"] is None

    def test_whatever_the_payer_presses_is_no_silence_before_the_question_either(self):
        story = Story().go_paid().after(170)
        story.pause(story.bob)
        story.after(30).ready()
        story.after(10).resume()
        story.after(11)
        assert story.nobody_speaks() == timedelta(seconds=169)
        story.after(100).raise_cap(1_840)
        assert story.nobody_speaks() == timedelta(seconds=180)

    def test_what_the_expert_presses_is(self):
        story = Story().go_paid().after(170)
        story.here(story.bob)
        assert story.nobody_speaks() == timedelta(seconds=10)

    def test_silence_is_counted_anew_from_it(self, story):
        story.after(50).here(story.alice)
        story.after(170)
        assert story.nobody_speaks() == timedelta(seconds=10)

    def test_of_the_expert_alone_ends_it_at_the_question(self, story):
        story.after(10).here(story.bob)
        assert story.meter(story.bob)["question"]["answered"] is True
        assert story.meter(story.alice)["question"]["answered"] is False
        story.after(50).sweep()
        assert ended(story) == ("silent", 240_000, 700)

    def test_repeated_by_the_expert_it_costs_one_look(self, story):
        story.here(story.bob)
        with CaptureQueriesContext(connection) as seen:
            story.here(story.bob)
        assert not [query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]

    def test_a_server_that_was_dead_gives_its_time_back(self, story):
        story.after(20).kill(beat=0)
        story.after(15).hear(process=OTHER_SERVER)
        assert story.meter()["question"]["until"] == story.ms(40)
        story.after(39).sweep()
        assert story.meter()["state"] == "running"

    def test_one_that_stays_dead_ends_it(self, story):
        story.after(20).kill(beat=0)
        story.after(settings.LOSS_ENDS_S).sweep()
        assert ended(story) == ("silent", 60_000, 100)

    def test_of_nobody_ends_it_at_the_last_spoken_second(self, story):
        story.after(60).sweep()
        assert ended(story) == ("silent", 60_000, 100)
        assert story.balances()["held"] == 0
        assert story.faults() == []
        assert "Nobody spoke" in story.meter_of_the_call()["last"]["text"]

    def test_noticed_late_it_ends_there_too(self, story):
        story.after(3_000).sweep()
        assert ended(story) == ("silent", 60_000, 100)

    def test_too_late_it_is_over(self, story):
        story.after(61)
        with pytest.raises(MeterRefused, match="over"):
            story.here(story.alice)

    def test_of_a_stranger_is_none(self, story, eve):
        with pytest.raises(MeterRefused, match="not_yours"):
            story.here(eve)
        assert story.meter()["question"]


class WaysRoundTests:
    """An expert before an empty chair, who would be paid for the silence."""

    @pytest.mark.parametrize("way", ["back to free", "hang up"])
    def test_ending_it_before_the_minute_is_over_bills_to_the_question(self, story, way):
        story.after(30)
        if way == "back to free":
            story.back_to_free(story.bob)
        else:
            metering.end_for_call(call=story.call, now=story.now, reason="hung_up", by=story.bob)
        assert ended(story) == ("silent", 240_000, 700)

    def test_leaving_bills_to_the_last_spoken_second(self, story):
        story.after(30).hang_up("left")
        assert ended(story) == ("silent", 60_000, 100)

    def test_a_pause_puts_it_off_no_longer(self, story):
        story.after(10).pause(story.bob)
        story.after(10).ready()
        story.after(40).sweep()
        assert ended(story) == ("silent", 240_000, 700)
        assert not story.period.stops.filter(started_at__gte=story.period.ended_at).exists()

    def test_nor_does_a_loss(self, story):
        story.after(10).lose("expert", silent_for=0)
        story.after(10).hear("expert")
        assert story.meter()["question"]
        story.after(40).sweep()
        assert ended(story) == ("silent", 60_000, 100)

    def test_the_cap_bills_nothing_after_it(self):
        story = Story().go_paid(cap=800).after(240)  # 4:30 with the free seconds
        story.nobody_speaks(story.ago(180))
        story.after(40).sweep()
        assert ended(story) == ("silent", 60_000, 100)

    def test_the_payer_who_ends_it_is_there(self, story):
        story.after(30).back_to_free(story.alice)
        assert ended(story) == ("back_to_free", 270_000, 800)
