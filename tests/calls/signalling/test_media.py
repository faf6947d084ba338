from datetime import UTC, datetime, timedelta

import pytest

from calls.signalling.media import Ear

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SILENCE = timedelta(seconds=5)


def ear_after(*reports: int) -> Ear:
    ear = Ear()
    for number, received in enumerate(reports):
        report(ear, received, 2 * number)
    return ear


def report(ear: Ear, received: int, second: float, *, leapt: float = 0) -> None:
    """In that second; the server's clock is `leapt` seconds ahead of where it was at first."""
    ear.report(received, now=NOW + timedelta(seconds=second + leapt), ticks=1_000 + second, silence=SILENCE)


class EarTests:
    def test_one_report_alone_shows_nothing(self):
        assert not ear_after(100).good

    def test_growth_is_good(self):
        ear = ear_after(100, 200)
        assert (ear.good, ear.last_good_at) == (True, NOW + timedelta(seconds=2))

    def test_no_growth_is_a_loss_at_the_last_good_report(self):
        ear = ear_after(100, 200, 300, 300)
        assert (ear.good, ear.last_good_at) == (False, NOW + timedelta(seconds=4))

    def test_a_smaller_number_is_a_new_connection_and_counts_from_anew(self):
        assert not ear_after(100, 200, 5).good
        assert ear_after(100, 200, 5, 6).good

    def test_after_a_silence_the_next_report_counts_as_the_first(self):
        ear = ear_after(100, 200)
        report(ear, 300, 8)
        assert (ear.good, ear.last_good_at) == (False, NOW + timedelta(seconds=2))
        report(ear, 400, 10)
        assert (ear.good, ear.last_good_at) == (True, NOW + timedelta(seconds=10))


class LeapTests:
    """The server's clock is set while reports come every two seconds."""

    @pytest.mark.parametrize("seconds", [1, 2.9, 60, 3_600])
    def test_ahead_of_what_nobody_heard_is_not_heard(self, seconds):
        ear = ear_after(100, 200)
        report(ear, 300, 4, leapt=seconds)
        assert (ear.good, ear.last_good_at) == (False, NOW + timedelta(seconds=2))
        report(ear, 400, 6, leapt=seconds)
        assert (ear.good, ear.last_good_at) == (True, NOW + timedelta(seconds=6 + seconds))

    def test_back_it_hears_on_and_counts_no_moment_twice(self):
        ear = ear_after(100, 200)
        report(ear, 300, 4, leapt=-60)
        assert (ear.good, ear.last_good_at) == (True, NOW + timedelta(seconds=-56))

    def test_that_is_slewed_it_hears_on(self):
        ear = ear_after(100, 200)
        report(ear, 300, 4, leapt=0.1)
        assert ear.good
