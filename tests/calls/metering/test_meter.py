"""The running meter: what is billed, pauses, losses, the cap, and every way to the end."""

import pytest

from calls.metering import services as metering
from calls.metering import texts
from calls.metering.models import CapRaise, PaidPeriod, Stop
from tests import cast
from tests.calls.metering.world import OTHER_SERVER, SERVER, Story, give_credit


def refused(code: str):
    return pytest.raises(metering.MeterRefused, match=f"^{code}$")


def stops(story: Story) -> list[tuple[str, str, float]]:
    """Reason, side and seconds of each stop."""
    rows = Stop.objects.filter(period=story.period_id).order_by("started_at", "pk")
    return [(row.reason, row.side, ((row.ended_at or story.now) - row.started_at).total_seconds()) for row in rows]


class RunningTests:
    def test_the_first_thirty_seconds_are_free_then_every_second_counts(self, story):
        story.go_paid()
        costs = []
        for seconds in (0, 30, 3, 27, 60):
            costs.append(story.after(seconds).meter()["cost_minor"])
        assert costs == [0, 0, 10, 100, 300]

    def test_nothing_is_written_while_nothing_changes(self, story, django_assert_num_queries):
        story.go_paid().after(60)
        with django_assert_num_queries(2):  # nothing due among the offers, nothing among the periods
            story.sweep()
        with django_assert_num_queries(2):  # a repeated report finds its hearing, side by side
            story.hear()

    def test_both_see_the_same_meter(self, story):
        story.go_paid().after(60)
        assert story.meter(story.alice) == story.meter(story.bob)

    def test_back_to_free_by_either_ends_it(self, story):
        for member in (story.alice, story.bob):
            story.go_paid(cap=800).after(60)
            period = story.back_to_free(member)
            assert (period.state, period.end_reason, period.ended_by) == ("ended", "back_to_free", member)

    def test_back_to_free_twice_ends_it_once(self, story):
        story.go_paid().after(60)
        first = story.back_to_free()
        story.after(10)
        again = story.back_to_free(story.bob)
        assert (again.ended_at, again.ended_by, again.amount_minor) == (first.ended_at, story.alice, 100)

    def test_after_the_end_the_call_is_free_again(self, story):
        story.go_paid().after(60)
        story.back_to_free()
        assert story.meter()["state"] == "free"
        assert story.meter()["last"] == {
            "end_reason": "back_to_free",
            "cost_text": "€1.00",
            "billable_ms": 60_000,
            "text": "€1.00 for 1 min. Back to free was pressed.",
            "with_earlier_text": None,
        }

    def test_the_second_paid_period_of_a_call_also_says_what_all_of_it_cost(self, story):
        for seconds in (60, 30):
            story.go_paid(cap=400).after(seconds)
            story.back_to_free()
        last = story.meter()["last"]
        assert last["text"] == "€1.00 for 30 s. Back to free was pressed."
        assert last["with_earlier_text"] == "All of this call: €2.00."

    @pytest.mark.parametrize("button", ["pause", "back_to_free", "cancel_act"])
    def test_a_stranger_moves_nothing(self, story, button):
        story.go_paid()
        with refused("not_yours"):
            getattr(metering, button)(period_id=story.period_id, member=cast.eve(), now=story.now)

    def test_each_side_has_its_own_buttons(self, story):
        story.go_paid()
        for call in (
            lambda: metering.resume(period_id=story.period_id, payer=story.bob, now=story.now),
            lambda: metering.ready(period_id=story.period_id, expert=story.alice, now=story.now),
            lambda: metering.raise_cap(period_id=story.period_id, payer=story.bob, to_minor=5_000, now=story.now),
        ):
            with refused("not_yours"):
                call()

    def test_buttons_of_an_ended_period_do_nothing(self, story):
        story.go_paid()
        story.back_to_free()
        for button in (lambda: story.pause(story.alice), story.resume, story.ready, lambda: story.raise_cap(1_840)):
            with refused("over"):
                button()

    def test_there_is_no_act_to_cancel(self, story):
        story.go_paid()
        with refused("not_now"):
            story.cancel_act()


class PauseTests:
    def test_paused_time_is_not_billed(self, story):
        story.go_paid().after(40)
        story.pause(story.alice)
        story.after(100)
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("paused", 40_000)
        story.resume()
        assert story.after(20).meter()["billable_ms"] == 60_000

    def test_after_a_pause_by_the_payer_resume_works_at_once(self, story):
        story.go_paid()
        story.pause(story.alice)
        assert (story.meter()["needs"], story.meter(story.bob)["needs"]) == ("resume", "wait")
        story.resume()
        assert story.meter()["state"] == "running"

    def test_after_one_by_the_expert_once_they_pressed_ready(self, story):
        story.go_paid()
        story.pause(story.bob)
        assert (story.meter()["needs"], story.meter(story.bob)["needs"]) == ("wait", "ready")
        with refused("not_now"):
            story.resume()
        story.ready()
        assert (story.meter()["needs"], story.meter(story.bob)["needs"]) == ("resume", "wait")
        story.ready()
        story.resume()
        assert story.meter()["state"] == "running"

    def test_ready_is_for_the_experts_own_pause(self, story):
        story.go_paid()
        with refused("not_now"):
            story.ready()
        story.pause(story.alice)
        with refused("not_now"):
            story.ready()

    def test_a_second_pause_leaves_the_first_as_it_is(self, story):
        story.go_paid()
        story.pause(story.bob)
        story.after(5).pause(story.alice)
        assert stops(story) == [("pause", "expert", 5)]

    def test_resume_pressed_twice_has_the_effect_of_once(self, story):
        story.go_paid().after(5)
        before = story.meter()
        story.resume()
        assert story.meter() == before

    def test_neither_is_heard_while_paused(self, story):
        story.go_paid()
        assert not story.meter()["muted"]
        story.pause(story.alice)
        assert story.meter()["muted"]

    def test_after_ten_minutes_of_pause_it_ends(self, story):
        story.go_paid().after(60)
        story.pause(story.alice)
        assert story.meter()["resume_by"] == story.ms(600)
        assert story.after(599).sweep() == 0
        assert story.after(1).sweep() == 1
        assert (story.period.end_reason, story.period.amount_minor) == ("pause", 100)

    def test_a_pause_in_the_countdown_is_only_a_longer_wait(self, story):
        story.offer_rate()
        story.accept(1_000)
        story.after(1).pause(story.alice)
        story.after(10).resume()
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("running", 0)

    def test_resumed_before_the_countdown_is_over_it_counts_on(self, story):
        story.offer_rate()
        story.accept(1_000)
        story.after(1).pause(story.alice)
        story.after(1).resume()
        assert story.meter()["state"] == "countdown"
        story.after(1).sweep()
        assert story.meter()["state"] == "running"

    def test_resumed_while_the_sound_is_gone_it_stands_still_for_loss(self, story):
        story.go_paid()
        story.pause(story.alice)
        story.after(30).lose("expert")
        story.resume()
        assert (story.meter()["state"], story.meter()["by"]) == ("stopped", "expert")
        story.after(5).hear("expert")
        assert story.meter()["state"] == "running"


class LossTests:
    def test_billing_ends_at_the_last_good_report(self, story):
        story.go_paid().after(97).lose("payer", silent_for=5)
        meter = story.meter()
        assert (meter["state"], meter["reason"], meter["by"], meter["billable_ms"]) == (
            "stopped",
            "loss",
            "payer",
            92_000,
        )

    def test_a_loss_under_twenty_seconds_resumes_by_itself(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(14).hear("payer", since=story.ago(2))
        assert story.meter()["state"] == "running"
        assert story.meter()["billable_ms"] == 55_000
        assert story.after(10).meter()["billable_ms"] == 65_000

    def test_the_seconds_before_it_was_sure_are_not_billed(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(5).hear("payer", since=story.ago(3))
        assert stops(story) == [("loss", "payer", 10)]

    def test_after_a_longer_one_the_payer_resumes_and_a_countdown_runs(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(15).hear("payer")
        assert (story.meter()["state"], story.meter()["needs"], story.meter(story.bob)["needs"]) == (
            "stopped",
            "resume",
            "wait",
        )
        story.after(5).resume()
        meter = story.meter()
        assert (meter["state"], meter["reason"], meter["counts_from"]) == ("countdown", "countdown", story.ms(3))
        story.after(3).sweep()
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("running", 55_000)
        assert stops(story) == [("loss", "payer", 25), ("countdown", "payer", 3)]

    def test_nothing_to_resume_while_a_side_is_deaf(self, story):
        story.go_paid().after(60).lose("payer")
        assert story.meter()["needs"] == "wait"
        with refused("not_now"):
            story.resume()

    def test_both_sides_must_be_back(self, story):
        story.go_paid().after(60).lose("payer")
        story.lose("expert")
        story.after(2).hear("payer")
        assert story.meter()["state"] == "stopped"
        story.after(2).hear("expert")
        assert story.meter()["state"] == "running"

    def test_a_loss_counts_from_the_side_that_fell_silent_first(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.lose("expert", silent_for=8)
        assert story.meter()["billable_ms"] == 52_000
        assert story.meter()["resume_by"] == story.ms(112)

    def test_after_two_minutes_it_ends_and_is_settled_at_the_last_good_report(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(114).sweep()
        assert story.period.state == "stopped"
        story.after(1).sweep()
        assert (story.period.end_reason, story.period.billable_ms) == ("loss", 55_000)
        assert story.balances()["held"] == 0

    def test_recovered_but_not_resumed_it_ends_all_the_same(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(30).hear("payer")
        story.after(85).sweep()
        assert story.period.end_reason == "loss"

    def test_lost_again_in_the_second_countdown_it_stands_still_again(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(30).hear("payer")
        story.resume()
        story.after(2).lose("payer", silent_for=1)
        story.after(1).sweep()
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("stopped", 55_000)

    def test_a_pause_during_a_loss_is_a_pause(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(5).pause(story.bob)
        assert stops(story) == [("loss", "payer", 10), ("pause", "expert", 0)]

    def test_a_pause_in_a_short_loss_needs_no_countdown(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(5).pause(story.alice)
        story.after(5).hear("payer")
        story.after(60).resume()
        assert story.meter()["state"] == "running"

    def test_one_loss_after_the_other_is_no_way_to_talk_for_nothing(self, story):
        """Who reports two seconds in six hears five of them; the losses add up, and 2 minutes of them end the period."""
        story.go_paid().after(60)
        for _again in range(25):
            story.after(6).lose("payer", silent_for=5)
            story.after(1).hear("payer")
        assert (story.period.state, story.period.end_reason) == ("ended", "loss")

    @pytest.mark.parametrize(("silent_before", "silent_after"), [(16, 0), (5, 11)])
    def test_a_pause_does_not_take_the_countdown_from_a_long_loss(self, story, silent_before, silent_after):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(silent_before).pause(story.alice)
        story.after(silent_after).hear("payer")
        story.after(60).resume()
        assert (story.meter()["state"], story.meter()["counts_from"]) == ("countdown", story.ms(3))
        story.after(3).sweep()
        assert (story.meter()["state"], story.meter()["billable_ms"]) == ("running", 55_000)

    def test_nor_does_a_pause_in_the_countdown_itself(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(20).hear("payer")
        story.resume()
        story.after(1).pause(story.alice)
        story.after(1).resume()
        assert (story.meter()["state"], story.meter()["counts_from"]) == ("countdown", story.ms(3))

    def test_resumed_while_still_deaf_a_long_loss_is_as_long_as_it_was(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(5).pause(story.alice)
        story.after(30).resume()
        assert (story.meter()["state"], story.meter()["needs"]) == ("stopped", "wait")
        story.after(5).hear("payer")
        assert (story.meter()["state"], story.meter()["needs"]) == ("stopped", "resume")
        story.resume()
        assert story.meter()["state"] == "countdown"

    def test_the_next_pause_has_forgotten_the_loss(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        story.after(20).hear("payer")
        story.resume()
        story.after(10).pause(story.alice)
        story.after(5).resume()
        assert story.meter()["state"] == "running"

    def test_a_repeated_silence_changes_nothing(self, story):
        story.go_paid().after(60).lose("payer", silent_for=5)
        before = stops(story)
        story.lose("payer", silent_for=5)
        assert stops(story) == before

    def test_an_old_tab_says_nothing_about_the_new_one(self, story):
        story.go_paid().after(60)
        story.hear("payer", process=OTHER_SERVER)
        story.after(10).lose("payer", silent_for=10, process=SERVER)
        assert story.meter()["state"] == "running"

    def test_reports_about_no_period_are_let_fall(self, story):
        story.period_id = 999
        story.hear()
        story.lose()


class ServerDeathTests:
    def test_billing_ends_at_the_last_beat(self, story):
        story.go_paid().after(60).kill(beat=9)
        meter = story.meter()
        assert (meter["state"], meter["reason"], meter["billable_ms"]) == ("stopped", "loss", 51_000)

    def test_both_back_within_twenty_seconds_it_resumes(self, story):
        story.go_paid().after(60).kill(beat=9)
        story.after(10).hear("payer", "expert", process=OTHER_SERVER)
        assert story.meter()["state"] == "running"
        assert stops(story) == [("server", "payer", 19)]

    def test_within_two_minutes_resume_is_asked_for(self, story):
        story.go_paid().after(60).kill(beat=9)
        story.after(60).hear("payer", "expert", process=OTHER_SERVER)
        assert story.meter()["needs"] == "resume"

    def test_else_it_is_settled_at_the_beat(self, story):
        story.go_paid().after(60).kill(beat=9)
        story.after(111).sweep()
        assert (story.period.end_reason, story.period.billable_ms, story.period.amount_minor) == ("server", 51_000, 70)

    def test_found_dead_long_after_it_is_settled_at_the_beat(self, story):
        story.go_paid().after(3_600).kill(beat=3_540)
        assert (story.period.end_reason, story.period.billable_ms) == ("server", 60_000)
        assert story.balances()["held"] == 0

    def test_only_what_the_dead_process_witnessed_ends(self, story):
        story.offer_rate()
        period = metering.accept_offer(offer_id=story.offer.pk, payer=story.alice, cap_minor=1_000, now=story.now)
        story.period_id = period.pk
        story.hear("payer", process=SERVER)
        story.hear("expert", process=OTHER_SERVER)
        story.count_down()
        story.after(60).kill(OTHER_SERVER, beat=8)
        assert story.meter()["by"] == "expert"
        story.after(2).hear("expert", process=SERVER)
        assert story.meter()["state"] == "running"

    def test_found_dead_twice_is_found_dead_once(self, story):
        story.go_paid().after(60).kill(beat=9)
        before = story.period.deadline_at
        story.after(1).kill(beat=10)
        assert (story.period.deadline_at, len(stops(story))) == (before, 1)

    def test_a_side_that_moved_on_is_billed_without_the_gap(self, story):
        """A new process reports before anybody noticed that the old one had died."""
        story.go_paid().after(60)
        story.hear("payer", "expert", process=OTHER_SERVER)
        story.after(8).kill(SERVER, beat=14)
        assert story.meter()["state"] == "running"
        assert story.meter()["billable_ms"] == 54_000 + 8_000

    def test_its_cap_then_comes_later(self, story):
        story.go_paid(cap=400).after(60)
        story.hear("payer", "expert", process=OTHER_SERVER)
        story.after(8).kill(SERVER, beat=14)
        story.after(1_000).sweep()
        assert (story.period.end_reason, story.period.amount_minor) == ("cap", 400)


class CapTests:
    def test_at_the_cap_the_call_goes_back_to_free(self, story):
        story.go_paid(cap=1_000)
        assert story.after(330.299).sweep() == 1  # 30 s free, then 1 001 cents' time less one millisecond
        period = story.period
        assert (period.end_reason, period.amount_minor, period.billable_ms) == ("cap", 1_000, 330_299)

    def test_not_a_millisecond_earlier(self, story):
        story.go_paid(cap=1_000)
        assert story.after(330.298).sweep() == 0

    def test_a_late_sweeper_bills_nothing_past_it(self, story):
        story.go_paid(cap=1_000).after(5_000).sweep()
        assert (story.period.amount_minor, story.period.billable_ms) == (1_000, 330_299)
        assert story.period.ended_at == story.ago(5_000 - 330.299)

    def test_a_late_press_bills_nothing_past_it(self, story):
        story.go_paid(cap=1_000).after(5_000)
        assert story.back_to_free().end_reason == "cap"

    def test_stops_put_it_off(self, story):
        story.go_paid(cap=1_000).after(60)
        story.pause(story.alice)
        story.after(100).resume()
        assert story.after(270.298).sweep() == 0
        assert story.after(0.001).sweep() == 1
        assert story.period.amount_minor == 1_000

    def test_raising_it_is_a_second_hold_and_a_later_end(self, story):
        story.go_paid(cap=1_000).after(60)
        story.raise_cap(1_500)
        assert story.balances() == {"credit": 340, "held": 1_500, "earned": 0, "commission": 0}
        assert story.meter()["cap_minor"] == 1_500
        assert CapRaise.objects.get().by_minor == 500
        story.after(420.298).sweep()
        assert story.period.state == "running"
        story.after(0.001).sweep()
        assert (story.period.end_reason, story.period.amount_minor) == ("cap", 1_500)

    def test_up_to_the_credit_and_no_further(self, story):
        story.go_paid(cap=1_000)
        with refused("insufficient_credit"):
            story.raise_cap(1_841)
        give_credit(story.alice, 1)
        story.raise_cap(1_841)
        assert story.balances()["credit"] == 0

    def test_nor_above_the_monthly_limit(self, story):
        story.limit(1_200)
        story.go_paid(cap=1_000)
        with refused("monthly_limit"):
            story.raise_cap(1_201)
        story.raise_cap(1_200)
        assert story.balances()["held"] == 1_200

    @pytest.mark.parametrize("to", [999, 0, -5, True, "2000", 1_200.0, None])
    def test_it_is_never_lowered_nor_senseless(self, story, to):
        story.go_paid(cap=1_000)
        with refused("cap_too_low"):
            story.raise_cap(to)

    def test_pressed_twice_it_is_raised_once(self, story):
        story.go_paid(cap=1_000)
        story.raise_cap(1_500)
        story.raise_cap(1_500)
        assert story.balances()["held"] == 1_500

    def test_adding_credit_never_moves_it(self, story):
        story.go_paid(cap=1_000)
        give_credit(story.alice, 5_000)
        assert story.meter()["cap_minor"] == 1_000

    def test_it_can_be_raised_while_paused(self, story):
        story.go_paid(cap=1_000).after(60)
        story.pause(story.alice)
        story.raise_cap(1_500)
        story.resume()
        story.after(420.299).sweep()
        assert story.period.amount_minor == 1_500

    def test_past_it_there_is_nothing_to_raise(self, story):
        story.go_paid(cap=1_000).after(400)
        with refused("over"):
            story.raise_cap(1_500)


class HangUpTests:
    def test_hanging_up_settles_what_runs(self, story):
        story.go_paid().after(90)
        story.hang_up()
        assert (story.period.end_reason, story.period.amount_minor) == ("hung_up", 200)

    def test_twice_is_once(self, story):
        story.go_paid().after(90)
        story.hang_up()
        story.after(5).hang_up()
        assert story.period.amount_minor == 200

    @pytest.mark.parametrize(("reason", "end_reason"), [("left", "left"), ("lost", "loss")])
    def test_the_reason_is_kept(self, story, reason, end_reason):
        story.go_paid().after(90)
        story.hang_up(reason)
        assert story.period.end_reason == end_reason

    def test_every_end_has_a_reason_that_can_be_read(self, db):
        for reason in metering.END_REASONS:
            assert texts.end_reason(PaidPeriod(end_reason=reason))
