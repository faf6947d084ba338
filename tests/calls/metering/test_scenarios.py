"""What happens to calls, each with the sum that a hand reckons: 2.00 a minute, the first 30 s free, `SPOKEN` s of sound.

A Redis that is killed is in signalling/test_processes.py, servers as processes in signalling/test_server_dies.py; what a
server makes of reports while its clock leaps in signalling/test_media.py.
"""

from collections.abc import Callable

import pytest

from calls.notices import lease
from calls.rooms import services as rooms
from tests.calls.metering.world import OTHER_SERVER, SERVER, Story, give_credit

pytestmark = pytest.mark.django_db
Happens = Callable[[Story], None]


def the_payer_loses_the_sound(story: Story) -> None:
    story.after(60).after(5).lose("payer")
    story.after(10).hear("payer")
    story.after(45)


def the_expert_loses_it(story: Story) -> None:
    story.after(60).after(5).lose("expert")
    story.after(10).hear("expert")
    story.after(45)


def both_lose_it(story: Story) -> None:
    story.after(60).after(5)
    for side in ("payer", "expert"):
        story.lose(side)
    story.after(5).hear("payer")
    story.after(5).hear("expert")
    story.after(45)


def each_loses_it_while_the_other_is_gone(story: Story) -> None:
    """The losses overlap: 60 to 70 and 65 to 75."""
    story.after(60).lose("payer", silent_for=0)
    story.after(5).lose("expert", silent_for=0)
    story.after(5).hear("payer")
    story.after(5).hear("expert")
    story.after(45)


def it_flaps_every_two_seconds(story: Story) -> None:
    """15 times 2 s of sound and 2 s without, after 75 s."""
    story.after(75)
    for _ in range(15):
        story.after(2).lose("payer", silent_for=0)
        story.after(2).hear("payer")


def the_server_is_killed_and_restarted(story: Story) -> None:
    """Its last beat was 2 s before its end; both are with another 15 s after it."""
    story.after(62).after(8).kill(beat=10)
    story.after(5).hear(process=OTHER_SERVER)
    story.after(45)


def the_server_stays_dead_for_a_minute(story: Story) -> None:
    """Nothing goes on by itself: alice presses *Resume*, and 3 s are counted down."""
    story.after(60).kill(beat=0)
    story.after(60).hear(process=OTHER_SERVER)
    story.after(5).resume()
    story.after(3).sweep()
    story.after(45)


def a_laptop_sleeps(story: Story) -> None:
    """Ten minutes without a report; it says so itself when it wakes up. The period was over after two."""
    story.after(105).after(600).lose("payer", silent_for=600)


def a_laptop_sleeps_and_the_other_goes_on(story: Story) -> None:
    """Woken up in time: she resumes after 60 s."""
    story.after(60).after(5).lose("payer")
    story.after(55).hear("payer")
    story.after(1).resume()
    story.after(3).sweep()
    story.after(45)


def the_expert_pauses(story: Story) -> None:
    story.after(60).pause(story.bob)
    story.after(300).ready()
    story.after(20).resume()
    story.after(45)


def a_pause_within_a_loss(story: Story) -> None:
    story.after(60).after(5).lose("payer")
    story.after(5).pause(story.alice)
    story.after(30).hear("payer")
    story.after(30).resume()
    story.after(3).sweep()
    story.after(45)


def the_clock_leaps_an_hour_ahead(story: Story) -> None:
    """The next reports come an hour after the last ones, by that clock: nobody saw what was in between."""
    story.after(105).after(3_600)
    for side in ("payer", "expert"):
        story.lose(side, silent_for=3_600)


def the_clock_leaps_ahead_and_the_sweeper_sees_it_first(story: Story) -> None:
    """By then the cap was reached, and the whole of it was charged; what nobody heard goes back."""
    story.after(105).after(3_600).sweep()
    assert story.period.amount_minor == 1_840
    for side in ("payer", "expert"):
        story.lose(side, silent_for=3_600)


def the_clock_leaps_a_minute_ahead(story: Story) -> None:
    story.after(60).after(60)
    for side in ("payer", "expert"):
        story.lose(side, silent_for=60)
    story.hear()
    story.after(1).resume()
    story.after(3).sweep()
    story.after(45)


def the_clock_leaps_ahead_between_two_beats(story: Story) -> None:
    """A worker takes the living server for dead; it finds out, and its people come back to it under another name."""
    lease.take(process=SERVER, now=story.now)
    story.after(60)
    assert lease.beat(process=SERVER, now=story.now)
    story.after(60)
    rooms.reap(now=story.now)
    assert not lease.beat(process=SERVER, now=story.now)
    story.hear(process=OTHER_SERVER)
    story.after(1).resume()
    story.after(3).sweep()
    story.after(45)


def the_clock_is_set_back(story: Story) -> None:
    """165 s were heard; what the clock counts twice is billed once."""
    story.after(120).after(-60).after(45)


def the_clock_is_set_back_within_a_loss(story: Story) -> None:
    """130 s were heard: the clock comes to the 75th second again, and from there on bills anew."""
    story.after(75).lose("payer", silent_for=0)
    story.after(5).after(-30).hear("payer")
    story.after(55)


def the_clock_is_set_back_and_the_server_dies(story: Story) -> None:
    """165 s were heard. Its last beat lies ahead then, and must not keep it alive until that moment has come again."""
    lease.take(process=SERVER, now=story.now)
    story.after(165)
    assert lease.beat(process=SERVER, now=story.now)
    story.after(-60)
    rooms.reap(now=story.now)
    assert story.period.state == "running"
    story.after(9)
    rooms.reap(now=story.now)
    assert story.period.state == "stopped"


SPOKEN_S, PRICE_MINOR = 105, 250  # (105 - 30) s at 2.00 a minute


class ScenarioTests:
    @pytest.mark.parametrize(
        "happens",
        [
            the_payer_loses_the_sound,
            the_expert_loses_it,
            both_lose_it,
            each_loses_it_while_the_other_is_gone,
            it_flaps_every_two_seconds,
            the_server_is_killed_and_restarted,
            the_server_stays_dead_for_a_minute,
            a_laptop_sleeps,
            a_laptop_sleeps_and_the_other_goes_on,
            the_expert_pauses,
            a_pause_within_a_loss,
            the_clock_leaps_an_hour_ahead,
            the_clock_leaps_ahead_and_the_sweeper_sees_it_first,
            the_clock_leaps_a_minute_ahead,
            the_clock_leaps_ahead_between_two_beats,
            the_clock_is_set_back,
            the_clock_is_set_back_within_a_loss,
            the_clock_is_set_back_and_the_server_dies,
        ],
    )
    def test_what_was_heard_is_billed_to_the_millisecond_and_the_cent(self, happens):
        story = Story().go_paid()
        happens(story)
        if story.period.state != "ended":
            story.back_to_free()
        period = story.period
        kept = period.amount_minor - period.given_back_minor
        assert (period.billable_ms, kept) == (SPOKEN_S * 1_000, PRICE_MINOR)
        assert story.balances() == {"credit": 1_840 - PRICE_MINOR, "held": 0, "earned": 175, "commission": 75}
        assert story.faults() == []


CAP_MINOR, REACHED_MS = 400, 150_299  # 30 s, and the time of 401 cents less a millisecond


class CapTests:
    """The cap would be reached after 150.299 s."""

    def at_the_end(self, story: Story) -> tuple[str, int, int]:
        period = story.period
        assert story.faults() == []
        assert story.balances()["held"] == 0
        return period.end_reason, period.billable_ms, period.amount_minor - period.given_back_minor

    def test_reached_while_the_sound_is_gone_it_waits_for_the_sound(self):
        story = Story().go_paid(cap=CAP_MINOR)
        story.after(140).after(5).lose("payer")
        story.after(10).sweep()
        assert story.period.state == "stopped"
        story.after(1).hear("payer")
        assert story.after(10.298).sweep() == 0
        story.after(0.001).sweep()
        assert self.at_the_end(story) == ("cap", REACHED_MS, CAP_MINOR)

    def test_reached_before_the_loss_was_known_what_was_not_heard_goes_back(self):
        story = Story().go_paid(cap=CAP_MINOR)
        story.after(150.299).sweep()
        assert story.period.end_reason == "cap"
        story.after(3).lose("payer", silent_for=13.299)
        assert self.at_the_end(story) == ("cap", 140_000, 366)
        assert story.balances()["credit"] == 1_840 - 366

    def test_a_top_up_and_a_higher_cap_in_its_last_second_let_it_go_on(self):
        story = Story(credit=CAP_MINOR).go_paid(cap=CAP_MINOR)
        story.after(150.298)
        give_credit(story.alice, 100, story.now)
        story.raise_cap(500)
        assert story.after(0.001).sweep() == 0
        story.after(30).sweep()
        assert self.at_the_end(story) == ("cap", 180_299, 500)
        assert story.balances()["credit"] == 0

    def test_a_millisecond_later_it_is_over_and_the_top_up_stays_credit(self):
        story = Story(credit=CAP_MINOR).go_paid(cap=CAP_MINOR)
        story.after(150.299)
        give_credit(story.alice, 100, story.now)
        with pytest.raises(Exception, match="over"):
            story.raise_cap(500)
        story.sweep()
        assert self.at_the_end(story) == ("cap", REACHED_MS, CAP_MINOR)
        assert story.balances()["credit"] == 100
