"""When somebody who is away can be called again: what they chose, their quiet hours and their weekly hours say it, live."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from calls.rooms import services as rooms
from marketplace.experts import hours, presence
from marketplace.experts import services as experts
from marketplace.experts.models import Presence, Profile, WeeklyHours
from marketplace.search.models import Entry
from tests import cast

pytestmark = pytest.mark.django_db

HERE = UUID(int=7)
HOUR = timedelta(hours=1)
MONDAY = cast.NOW.replace(hour=0)
OFFICE = hours.Week((((hours.Interval(9 * 60, 12 * 60), hours.Interval(14 * 60, 18 * 60))),) * 5 + ((), ()), "UTC")


@pytest.fixture(autouse=True)
def clock():
    """Real time: whoever is told when somebody is back is told of moments to come."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def keep(bob, week=OFFICE, now=MONDAY) -> bool:
    return presence.choose_weekly_hours(user=bob, week=week, now=now)


def back_at(bob) -> datetime | None:
    seen = presence.seen([bob.pk])[bob.pk].back_at
    state = Presence.objects.get(user=bob)
    assert Entry.objects.get(user=bob).next_free_at == state.next_free_at, "search knows the same"
    return seen


class NextFreeTests:
    def test_who_is_away_is_next_there_when_their_hours_begin(self, bob):
        assert back_at(bob) is None
        assert keep(bob)
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_who_is_here_is_not_said_to_come_back(self, bob):
        keep(bob)
        presence.arrived(user=bob, process=HERE)
        assert back_at(bob) is None
        presence.left(user=bob, process=HERE)
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_who_did_not_come_when_they_began_is_next_there_at_the_following_ones(self, bob):
        keep(bob)
        assert rooms.renew_hours(now=MONDAY + 8 * HOUR) == 0
        assert rooms.renew_hours(now=MONDAY + 9 * HOUR) == 1
        assert back_at(bob) == MONDAY + 14 * HOUR
        assert rooms.renew_hours(now=MONDAY + 9 * HOUR) == 0

    @pytest.mark.parametrize("visibility", ["unlisted", "private"])
    def test_nor_is_a_time_that_has_passed_said_of_who_is_not_listed(self, bob, clock, visibility):
        experts.choose_visibility(member=bob, visibility=visibility)
        keep(bob)
        clock.move_to(MONDAY + 9 * HOUR)
        assert presence.seen([bob.pk])[bob.pk].back_at is None
        assert rooms.renew_hours(now=MONDAY + 9 * HOUR) == 1
        assert presence.seen([bob.pk])[bob.pk].back_at == MONDAY + 14 * HOUR

    def test_away_until_within_the_hours_is_until_then_and_else_until_they_begin(self, bob):
        keep(bob)
        presence.choose(user=bob, chosen="away", until=MONDAY + 10 * HOUR, now=MONDAY + 9 * HOUR)
        assert back_at(bob) == MONDAY + 10 * HOUR
        presence.choose(user=bob, chosen="away", until=MONDAY + 13 * HOUR, now=MONDAY + 9 * HOUR)
        assert back_at(bob) == MONDAY + 14 * HOUR

    def test_away_until_they_are_back_says_nothing(self, bob):
        keep(bob)
        presence.choose(user=bob, chosen="away", now=MONDAY)
        assert back_at(bob) is None
        presence.choose(user=bob, chosen="free", now=MONDAY)
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_whom_missed_rings_set_away_says_nothing_either(self, bob, alice, eve):
        keep(bob)
        for caller in (alice, eve):
            presence.note_missed_ring(user=bob, caller=caller)
        assert back_at(bob) is None

    def test_who_is_invisible_looks_like_who_is_not_here(self, bob):
        keep(bob)
        presence.arrived(user=bob, process=HERE)
        presence.choose(user=bob, chosen="invisible", until=MONDAY + 2 * HOUR, now=MONDAY)
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_quiet_hours_are_taken_out(self, bob):
        keep(bob)
        presence.choose_quiet_hours(user=bob, start=time(22), end=time(10), zone="UTC", now=MONDAY)
        assert back_at(bob) == MONDAY + 10 * HOUR

    def test_a_choice_that_is_over_leaves_the_hours(self, bob):
        keep(bob)
        presence.choose(user=bob, chosen="away", until=MONDAY + HOUR, now=MONDAY)
        rooms.turn_presence(now=MONDAY + HOUR)
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_without_hours_again_nothing_is_said(self, bob):
        keep(bob)
        keep(bob, None)
        assert back_at(bob) is None
        assert not WeeklyHours.objects.exists()

    def test_a_page_that_is_published_anew_is_found_with_them(self, bob):
        keep(bob)
        profile = Profile.objects.get(user=bob)
        published, profile.published_at = profile.published_at, None
        profile.save()
        assert not Entry.objects.exists()
        profile.published_at = published
        profile.save()
        assert back_at(bob) == MONDAY + 9 * HOUR

    def test_many_whose_hours_began_are_renewed_in_few_queries(self, django_assert_max_num_queries):
        several = [cast.expert(f"Expert{number} Blanc") for number in range(20)]
        for one in several:
            keep(one)
        with django_assert_max_num_queries(12):
            assert rooms.renew_hours(now=MONDAY + 9 * HOUR) == 20
        assert back_at(several[7]) == MONDAY + 14 * HOUR

    def test_a_card_and_a_profile_say_it(self, bob):
        keep(bob)
        for address in ("/", "/experts/bob-leroy/"):
            page = Client().get(address).content.decode()
            assert "Probably again from" in page
            assert (MONDAY + 9 * HOUR).isoformat() in page


class PageTests:
    def post(self, client, **said):
        return client.post("/me/weekly-hours/", {"zone": "Europe/Paris", **said})

    def test_several_a_day_are_kept_and_shown_again(self, signed_in, bob):
        client = signed_in(bob)
        answer = self.post(client, day_0="9-12, 14-18:30", day_6="20-24")
        assert answer.status_code == 302
        week = WeeklyHours.objects.get(user=bob).week
        assert week == hours.Week((((540, 720), (840, 1110)), (), (), (), (), (), ((1200, 1440),)), "Europe/Paris")
        page = client.get("/me/").content.decode()
        assert 'value="09:00–12:00, 14:00–18:30"' in page
        assert Presence.objects.get(user=bob).next_free_at > datetime.now(UTC)

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"day_0": "9-12, 11-14"}, "09:00–12:00, 11:00–14:00: these overlap."),
            ({"day_0": "18-9"}, "18:00–09:00 ends before it begins."),
            ({"day_3": "mornings"}, "“mornings” is not understood."),
            ({"day_3": "<b>9"}, "“&lt;b&gt;9” is not understood."),
            ({"day_0": "9-12", "zone": "Mars/Olympus"}, "There is no such time zone."),
            ({"day_0": "9-12", "zone": ""}, "There is no such time zone."),
            ({"day_0": ",".join(f"{hour}-{hour}:30" for hour in range(8))}, "At most 6 times a day."),
        ],
    )
    def test_what_makes_no_sense_is_told_and_changes_nothing(self, signed_in, bob, said, told):
        keep(bob)
        page = self.post(signed_in(bob), **said)
        assert page.status_code == 200
        assert told in page.content.decode()
        assert WeeklyHours.objects.get().week == OFFICE

    def test_all_empty_takes_them_away(self, signed_in, bob):
        keep(bob)
        self.post(signed_in(bob), zone="")
        assert not WeeklyHours.objects.exists()

    def test_who_is_no_expert_has_none(self, signed_in, alice):
        assert self.post(signed_in(alice), day_0="9-12").status_code == 404
