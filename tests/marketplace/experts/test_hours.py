"""Weekly hours by the clocks of a time zone, also in the nights in which these are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.experts import hours, quiet
from marketplace.experts.hours import BadWeek, Interval, Span, Week

OFFICE = Week((*((Interval(9 * 60, 12 * 60), Interval(14 * 60, 18 * 60)),) * 5, (), ()), "Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def only(weekday: int, start: str, end: str, zone: str = "Europe/Paris") -> Week:
    days = [()] * 7
    days[weekday] = tuple(hours.read_day(f"{start}-{end}", weekday))
    return Week(tuple(days), zone)


class TypingTests:
    @pytest.mark.parametrize(
        ("text", "means"),
        [
            ("9-12, 14-18", [(540, 720), (840, 1080)]),
            ("09:00-12:30", [(540, 750)]),
            ("9h-12h30; 14h – 18h", [(540, 750), (840, 1080)]),
            ("9 am to 5:30 pm", [(540, 1050)]),
            ("12am-12pm", [(0, 720)]),
            ("20-24", [(1200, 1440)]),
            ("20:00-0:00", [(1200, 1440)]),
            (" , ", []),
            ("", []),
        ],
    )
    def test_a_day_is_read_as_people_write_it(self, text, means):
        assert hours.read_day(text, 0) == means

    @pytest.mark.parametrize(
        "text", ["nine to five", "9", "25-26", "9-12:75", "9-12-15", "24-25", "13pm-14pm", "-", "9--12"]
    )
    def test_what_is_no_time_is_refused_with_its_words(self, text):
        with pytest.raises(BadWeek) as refused:
            hours.read_day(text, 3)
        assert (refused.value.code, refused.value.weekday, refused.value.words) == ("unreadable", 3, text)

    @given(
        st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda pair: Interval(*pair)), max_size=6)
    )
    def test_what_is_written_is_read_again(self, day):
        assert hours.read_day(hours.write_day(day), 0) == day


class CheckTests:
    @pytest.mark.parametrize(
        ("monday", "zone", "code"),
        [
            ([(720, 540)], "UTC", "order"),
            ([(540, 540)], "UTC", "order"),
            ([(540, 720), (700, 800)], "UTC", "overlap"),
            ([(840, 900), (540, 850)], "UTC", "overlap"),
            ([(at, at + 1) for at in range(0, 14, 2)], "UTC", "many"),
            ([(540, 1500)], "UTC", "unreadable"),
            ([(540, 720)], "Europe/Atlantis", "zone"),
            ([(540, 720)], "", "zone"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, monday, zone, code):
        with pytest.raises(BadWeek) as refused:
            hours.checked([[Interval(*pair) for pair in monday], *([],) * 6], zone)
        assert refused.value.code == code

    def test_intervals_that_touch_are_fine_and_stand_in_order(self):
        week = hours.checked([[Interval(720, 840), Interval(540, 720)], *([],) * 6], "UTC")
        assert week.days[0] == ((540, 720), (720, 840))

    def test_a_week_without_any_is_none(self):
        assert hours.checked([[]] * 7, "") is None


class MomentsTests:
    @pytest.mark.parametrize(
        ("now", "begins"),
        [
            ("2026-01-12 07:59", "2026-01-12 08:00"),  # a Monday; Paris is an hour ahead
            ("2026-01-12 08:00", "2026-01-12 13:00"),
            ("2026-01-12 10:00", "2026-01-12 13:00"),
            ("2026-01-16 14:00", "2026-01-19 08:00"),  # over the weekend
            ("2026-03-27 17:00", "2026-03-30 07:00"),  # over the night in which clocks go forward
            ("2026-10-23 17:00", "2026-10-26 08:00"),  # and back
        ],
    )
    def test_they_next_begin_by_the_clocks_there(self, now, begins):
        assert hours.next_beginning(OFFICE, None, at(now)) == at(begins)

    def test_who_comes_back_within_their_hours_is_there_then_and_else_when_they_begin(self):
        assert hours.first_within(OFFICE, None, at("2026-01-12 09:30")) == at("2026-01-12 09:30")
        assert hours.first_within(OFFICE, None, at("2026-01-12 12:30")) == at("2026-01-12 13:00")

    def test_hours_over_midnight_are_one(self):
        late = Week(((Interval(1200, 1440),), (Interval(0, 120),), (), (), (), (), ()), "UTC")
        monday = at("2026-01-12 00:00")
        assert hours.spans(late, None, monday, monday + timedelta(days=7)) == [
            Span(at("2026-01-12 20:00"), at("2026-01-13 02:00"))
        ]
        assert hours.next_beginning(late, None, at("2026-01-12 23:00")) == at("2026-01-19 20:00")

    def test_quiet_hours_are_taken_out(self):
        lunch = quiet.Hours(time(11), time(15), "Europe/Paris")
        monday = at("2026-01-12 00:00")
        assert hours.spans(OFFICE, lunch, monday, monday + timedelta(days=1)) == [
            Span(at("2026-01-12 08:00"), at("2026-01-12 10:00")),
            Span(at("2026-01-12 14:00"), at("2026-01-12 17:00")),
        ]

    def test_quiet_hours_of_another_zone_and_over_midnight_too(self):
        night = quiet.Hours(time(17), time(4), "America/New_York")  # 23:00 to 10:00 in Paris
        assert hours.next_beginning(OFFICE, night, at("2026-01-12 00:00")) == at("2026-01-12 09:00")

    def test_where_quiet_hours_leave_nothing_nobody_can_say_when(self):
        assert (
            hours.next_beginning(OFFICE, quiet.Hours(time(8), time(20), "Europe/Paris"), at("2026-01-12 00:00")) is None
        )

    @pytest.mark.parametrize(
        ("week", "night", "span"),
        [
            (only(6, "2:30", "5"), "2026-03-29", ("01:30", "03:00")),  # 2:30 is left out: 3:30 by the new clocks
            (only(6, "1", "2:30"), "2026-03-29", ("00:00", "01:30")),
            (only(6, "1", "5"), "2026-03-29", ("00:00", "03:00")),  # three hours long
            (only(6, "1", "5"), "2026-10-25", ("-1:00", "04:00")),  # five
            (only(6, "2:30", "5"), "2026-10-25", ("00:30", "04:00")),  # shown twice: the first
            (only(6, "2:10", "2:40"), "2026-10-25", ("00:10", "00:40")),
            (only(6, "2:30", "3:15"), "2026-03-29", None),  # nothing is left of it
        ],
    )
    def test_nights_in_which_the_clocks_are_changed(self, week, night, span):
        midnight = at(f"{night} 00:00")
        found = hours.spans(week, None, midnight - timedelta(hours=3), midnight + timedelta(hours=12))
        assert found == ([Span(*(_after(midnight, text) for text in span))] if span else [])


def _after(midnight: datetime, text: str) -> datetime:
    hour, minute = text.split(":")
    return midnight + timedelta(hours=int(hour), minutes=int(minute))


ZONES = [
    "Europe/Paris",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]
QUARTERS = st.integers(0, 95).map(lambda n: 15 * n)


@st.composite
def days(draw):
    edges = sorted(draw(st.sets(QUARTERS, max_size=6)))
    return tuple(Interval(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


WEEKS = st.builds(Week, st.tuples(*(days() for _ in range(7))), st.sampled_from(ZONES)).filter(
    lambda week: any(week.days)
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))
QUIET = st.none() | st.builds(
    quiet.Hours, st.integers(0, 11).map(time), st.integers(12, 23).map(time), st.sampled_from(ZONES)
)


def _by_the_clock(week: Week, quiet_hours: quiet.Hours | None, moment: datetime) -> bool:
    there = moment.astimezone(ZoneInfo(week.zone))
    minute = there.hour * 60 + there.minute
    within = any(one.start <= minute < one.end for one in week.days[there.weekday()])
    return within and not (quiet_hours and quiet.is_within(quiet_hours, moment))


def _clocks_change_near(zone: str, moment: datetime) -> bool:
    around = [(moment + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-26, 27, 2)]
    return len(set(around)) > 1


class ManyWeeksTests:
    @given(WEEKS, QUIET, MOMENTS, st.integers(0, 9 * 96))
    def test_a_moment_lies_within_as_the_clock_on_the_wall_says(self, week, quiet_hours, begin, quarters):
        moment = begin.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=15 * quarters)
        zones = {week.zone, quiet_hours.zone if quiet_hours else week.zone}
        if not any(_clocks_change_near(zone, moment) for zone in zones):
            found = hours.spans(week, quiet_hours, begin, begin + timedelta(days=10))
            inside = any(span.start <= moment < span.end for span in found)
            if moment >= begin:
                assert inside == _by_the_clock(week, quiet_hours, moment)

    @given(WEEKS, QUIET, MOMENTS)
    def test_spans_are_in_order_and_apart_whatever_the_clocks_do(self, week, quiet_hours, begin):
        end = begin + timedelta(days=10)
        found = hours.spans(week, quiet_hours, begin, end)
        edges = [edge for span in found for edge in span]
        assert edges == sorted(set(edges))
        assert not edges or (begin <= edges[0] and edges[-1] <= end)
        assert all(edge.tzinfo is UTC for edge in edges)

    @given(WEEKS, QUIET, MOMENTS)
    def test_the_next_beginning_is_ahead_and_nothing_begins_before_it(self, week, quiet_hours, now):
        begins = hours.next_beginning(week, quiet_hours, now)
        if begins is None:
            assert hours.spans(week, quiet_hours, now, now + timedelta(days=8))[1:] == []
            return
        assert now < begins
        assert hours.first_within(week, quiet_hours, begins) == begins
        just_before = hours.spans(week, quiet_hours, begins - timedelta(minutes=1), begins)
        assert just_before == []
        between = hours.spans(week, quiet_hours, now, begins)
        assert len(between) <= 1
        assert all(span.start == now for span in between)

    @given(WEEKS, MOMENTS)
    def test_without_quiet_hours_every_week_has_its_moment(self, week, now):
        assert hours.first_within(week, None, now) is not None
