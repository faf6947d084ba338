from datetime import UTC, datetime, timedelta

from calls.signalling.media import Ear

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SILENCE = timedelta(seconds=5)


def ear_after(*reports: int) -> Ear:
    ear = Ear()
    for number, received in enumerate(reports):
        ear.report(received, now=NOW + timedelta(seconds=2 * number), silence=SILENCE)
    return ear


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
        ear.report(300, now=NOW + timedelta(seconds=8), silence=SILENCE)
        assert (ear.good, ear.last_good_at) == (False, NOW + timedelta(seconds=2))
        ear.report(400, now=NOW + timedelta(seconds=10), silence=SILENCE)
        assert (ear.good, ear.last_good_at) == (True, NOW + timedelta(seconds=10))
