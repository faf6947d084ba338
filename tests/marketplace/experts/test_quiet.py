"""Quiet hours by the clocks of a time zone, and an away that ends by itself."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from calls.rooms import services as rooms
from marketplace.experts import presence, quiet
from marketplace.experts.models import Presence
from tests import cast

NIGHT = quiet.Hours(time(22), time(8), "Europe/Paris")
LUNCH = quiet.Hours(time(12), time(13, 30), "Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class HoursTests:
    @pytest.mark.parametrize(
        ("hours", "now", "within", "change"),
        [
            (NIGHT, "2026-01-10 20:59", False, "2026-01-10 21:00"),
            (NIGHT, "2026-01-10 21:00", True, "2026-01-11 07:00"),
            (NIGHT, "2026-01-11 06:59", True, "2026-01-11 07:00"),
            (NIGHT, "2026-01-11 07:00", False, "2026-01-11 21:00"),
            (LUNCH, "2026-07-01 10:00", True, "2026-07-01 11:30"),
            (LUNCH, "2026-07-01 11:30", False, "2026-07-02 10:00"),
            (NIGHT, "2026-03-28 22:00", True, "2026-03-29 06:00"),  # the night in which clocks go forward
            (NIGHT, "2026-10-24 21:00", True, "2026-10-25 07:00"),  # and back
            (
                quiet.Hours(time(2, 30), time(5), "Europe/Paris"),
                "2026-03-29 00:00",
                False,
                "2026-03-29 01:30",
            ),  # left out
        ],
    )
    def test_are_within_and_end_by_the_clocks_there(self, hours, now, within, change):
        assert quiet.is_within(hours, at(now)) is within
        assert quiet.next_change(hours, at(now)) == at(change)

    @pytest.mark.parametrize(
        ("start", "end", "zone", "code"),
        [
            (time(22), None, "Europe/Paris", "half"),
            (None, time(8), "Europe/Paris", "half"),
            (time(8), time(8), "Europe/Paris", "same"),
            (time(22), time(8), "Europe/Atlantis", "zone"),
            (time(22), time(8), "../../etc/passwd", "zone"),
            (time(22), time(8), "", "zone"),
        ],
    )
    def test_that_cannot_be_are_refused(self, start, end, zone, code):
        with pytest.raises(quiet.BadHours) as refused:
            quiet.checked(start, end, zone)
        assert refused.value.code == code

    def test_no_times_are_no_hours(self):
        assert quiet.checked(None, None, "") is None

    @given(
        start=st.times(),
        end=st.times(),
        zone=st.sampled_from(["UTC", "Europe/Paris", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]),
        now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    )
    def test_there_is_always_a_next_change_within_two_days(self, start, end, zone, now):
        if start == end:
            return
        change = quiet.next_change(quiet.Hours(start, end, zone), now)
        assert timedelta() < change - now <= timedelta(days=2)
        hours = quiet.Hours(start, end, zone)
        before = change - timedelta(microseconds=1)
        assert quiet.is_within(hours, before) == quiet.is_within(hours, now)

    def test_in_the_night_with_an_hour_twice_they_end_once(self):
        hours = quiet.Hours(time(22), time(2, 30), "Europe/Paris")
        assert quiet.next_change(hours, at("2026-10-24 23:00")) == at("2026-10-25 00:30")
        assert not quiet.is_within(hours, at("2026-10-25 01:05"))  # 2:05 for the second time


@pytest.mark.django_db
class PresenceTests:
    """Bob has a page open; it is noon in Paris in January."""

    noon = at("2026-01-10 11:00")

    @pytest.fixture(autouse=True)
    def here(self, bob):
        presence.arrived(user=bob, process=cast.A_PROCESS)
        with time_machine.travel(self.noon, tick=False):
            yield

    def quiet(self, bob, start: int, end: int) -> bool:
        return presence.choose_quiet_hours(
            user=bob, start=time(start), end=time(end), zone="Europe/Paris", now=self.noon
        )

    def back_at(self, bob) -> datetime | None:
        return Presence.objects.get(user=bob).back_at

    def test_within_them_he_is_away_and_says_until_when(self, bob):
        assert self.quiet(bob, 11, 14)
        assert presence.state(bob) == "away"
        assert self.back_at(bob) == at("2026-01-10 13:00")

    def test_they_end_and_begin_by_themselves_day_after_day(self, bob):
        self.quiet(bob, 11, 14)
        assert presence.turn(now=at("2026-01-10 12:59")) == []
        assert presence.turn(now=at("2026-01-10 13:00")) == [bob.id]
        assert presence.state(bob) == "free"
        assert presence.turn(now=at("2026-01-11 10:00")) == [bob.id]
        assert presence.state(bob) == "away"

    def test_a_worker_that_slept_over_a_whole_night_sees_what_is_now(self, bob):
        self.quiet(bob, 22, 8)
        assert presence.turn(now=at("2026-01-11 09:00")) == []
        assert presence.state(bob) == "free"
        assert Presence.objects.get(user=bob).turns_at == at("2026-01-11 21:00")

    def test_set_available_counts_until_they_begin_anew(self, bob):
        self.quiet(bob, 11, 14)
        assert presence.choose(user=bob, chosen="free", now=self.noon)
        assert presence.state(bob) == "free"
        presence.turn(now=at("2026-01-10 13:00"))
        assert presence.state(bob) == "free"
        presence.turn(now=at("2026-01-11 10:00"))
        assert presence.state(bob) == "away"

    def test_a_call_that_goes_on_into_them_goes_on(self, bob):
        presence.set_in_call(user=bob, in_call=True)
        self.quiet(bob, 11, 14)
        presence.set_in_call(user=bob, in_call=False)
        assert presence.state(bob) == "away"

    def test_taken_away_he_is_free(self, bob):
        self.quiet(bob, 11, 14)
        assert presence.choose_quiet_hours(user=bob, start=None, end=None, zone="Europe/Paris", now=self.noon)
        assert presence.state(bob) == "free"
        assert Presence.objects.get(user=bob).turns_at is None

    def test_refused_they_change_nothing(self, bob):
        self.quiet(bob, 22, 8)
        with pytest.raises(quiet.BadHours):
            presence.choose_quiet_hours(user=bob, start=time(9), end=None, zone="Europe/Paris", now=self.noon)
        assert Presence.objects.get(user=bob).quiet_from == time(22)

    def test_away_for_an_hour_ends_after_it(self, bob):
        presence.choose(user=bob, chosen="away", until=self.noon + timedelta(hours=1), now=self.noon)
        assert self.back_at(bob) == self.noon + timedelta(hours=1)
        assert presence.turn(now=self.noon + timedelta(minutes=59)) == []
        assert presence.turn(now=self.noon + timedelta(hours=1)) == [bob.id]
        assert presence.state(bob) == "free"

    def test_away_for_longer_is_news_for_who_watches(self, bob):
        presence.choose(user=bob, chosen="away", until=self.noon + timedelta(hours=1), now=self.noon)
        assert presence.choose(user=bob, chosen="away", until=self.noon + timedelta(hours=4), now=self.noon)
        assert presence.seen([bob.pk])[bob.pk] == presence.Seen("away", self.noon + timedelta(hours=4))

    def test_who_is_busy_says_no_time_though_it_is_known_when_the_next_hours_end(self, bob):
        presence.set_in_call(user=bob, in_call=True)
        self.quiet(bob, 22, 8)
        assert presence.seen([bob.pk])[bob.pk] == presence.Seen("busy", None)

    def test_away_that_ends_in_quiet_hours_lasts_as_long_as_they_do(self, bob):
        self.quiet(bob, 12, 14)
        presence.choose(user=bob, chosen="away", until=self.noon + timedelta(hours=1), now=self.noon)
        assert self.back_at(bob) == at("2026-01-10 13:00")
        assert presence.turn(now=self.noon + timedelta(hours=1)) == []
        assert presence.state(bob) == "away"

    def test_away_until_he_says_so_says_no_time(self, bob):
        presence.choose(user=bob, chosen="away", now=self.noon)
        assert self.back_at(bob) is None
        assert presence.turn(now=self.noon + timedelta(days=300)) == []

    def test_where_it_is_everybodys_turn_the_most_overdue_comes_first(self, bob, monkeypatch):
        monkeypatch.setattr(presence, "TURNS_AT_ONCE", 1)
        carl = cast.online(cast.expert("Carl"))
        for one, hours in ((bob, 2), (carl, 1)):
            presence.choose(user=one, chosen="away", until=self.noon + timedelta(hours=hours), now=self.noon)
        later = self.noon + timedelta(hours=3)
        assert [presence.turn(now=later) for _ in range(3)] == [[carl.id], [bob.id], []]

    def test_one_that_fails_holds_up_no_other(self, bob):
        carl = cast.online(cast.expert("Carl"))
        self.quiet(bob, 11, 14)
        Presence.objects.filter(user=bob).update(quiet_zone="Europe/Atlantis")
        presence.choose(user=carl, chosen="away", until=self.noon + timedelta(hours=4), now=self.noon)
        assert presence.turn(now=self.noon + timedelta(hours=5)) == [carl.id]

    def test_the_worker_tells_those_who_watch(self, bob, monkeypatch):
        told = []
        monkeypatch.setattr("calls.rooms.sweep.notices.tell_watchers_of", lambda **who: told.extend(who["user_ids"]))
        presence.choose(user=bob, chosen="away", until=self.noon + timedelta(hours=1), now=self.noon)
        assert rooms.turn_presence(now=self.noon + timedelta(hours=1)) == 1
        assert told == [bob.id]


@pytest.mark.django_db
class PageTests:
    def test_bob_chooses_and_reads_them_on_his_page(self, signed_in, bob):
        client = signed_in(bob)
        said = {"start": "22:00", "end": "08:00", "zone": "Europe/Paris"}
        page = client.post("/me/quiet-hours/", said, follow=True).content.decode()
        assert "Nobody can call you in these hours" in page
        assert 'value="22:00"' in page
        assert 'value="Europe/Paris"' in page
        page = client.post("/me/quiet-hours/", {"start": "", "end": "", "zone": ""}, follow=True).content.decode()
        assert "You have no quiet hours" in page

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"start": "22:00", "end": "", "zone": "UTC"}, "need a beginning and an end"),
            ({"start": "22:00", "end": "22:00", "zone": "UTC"}, "never end"),
            ({"start": "22:00", "end": "08:00", "zone": "Mars"}, "no such time zone"),
            ({"start": "late", "end": "08:00", "zone": "UTC"}, "Enter a valid time"),
            ({"start": "22:00", "end": "08:00", "zone": "x" * 65}, "at most 64"),
            ({"start": "22:00", "end": "08:00", "zone": "Europe/\0"}, "Null characters"),
        ],
    )
    def test_what_cannot_be_is_explained_and_changes_nothing(self, signed_in, bob, said, told):
        page = signed_in(bob).post("/me/quiet-hours/", said).content.decode()
        assert told in page
        assert f'value="{said["start"]}"' in page  # nobody types it twice
        assert f'value="{said["zone"]}"' in page or "\0" in said["zone"]
        assert not Presence.objects.filter(user=bob, quiet_from__isnull=False).exists()

    def test_whoever_looks_at_his_page_reads_from_when_he_can_be_called(self, signed_in, alice, bob):
        signed_in(bob).post("/me/presence/", {"chosen": "away", "for": "4"})
        page = signed_in(alice).get("/experts/bob-leroy/").content.decode()
        assert "Probably again from <time" in page
        assert "Nobody can call you until <time" in signed_in(bob).get("/me/").content.decode()
        signed_in(bob).post("/me/presence/", {"chosen": "free"})
        assert "Probably again from <time" not in signed_in(alice).get("/experts/bob-leroy/").content.decode()

    @pytest.mark.parametrize("hours", ["0", "-1", "2", "1e9", "١"])
    def test_for_how_long_is_one_of_those_offered(self, signed_in, bob, hours):
        cast.online(bob)
        page = signed_in(bob).post("/me/presence/", {"chosen": "away", "for": hours}, follow=True).content.decode()
        assert "and for how long" in page
        assert presence.state(bob) == "free"

    def test_is_for_experts(self, signed_in, alice, client):
        said = {"start": "22:00", "end": "08:00", "zone": "UTC"}
        assert signed_in(alice).post("/me/quiet-hours/", said).status_code == 404
        assert client.post("/me/quiet-hours/", said).url.startswith("/accounts/login/")
