from datetime import datetime, timedelta, timezone

import pytest
from django.template import Context, Template

from marketplace.templatetags import ringwise


class DurationTests:
    @pytest.mark.parametrize(
        ("ms", "told"),
        [
            (0, "0 s"),
            (None, "0 s"),
            (999, "0 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (760_000, "12 min 40 s"),
            (3_600_000, "1 h"),
            (3_605_999, "1 h 5 s"),
            (7_265_000, "2 h 1 min 5 s"),
        ],
    )
    def test_is_rounded_down_to_the_second(self, ms, told):
        assert ringwise.duration(ms) == told

    @pytest.mark.parametrize(("ms", "told"), [(0, "0.000"), (90_000, "90.000"), (300_299, "300.299"), (5, "0.005")])
    def test_or_told_to_the_millisecond(self, ms, told):
        assert ringwise.exact_seconds(ms) == told


class InitialsTests:
    @pytest.mark.parametrize(
        ("name", "letters"), [("Ana Duarte", "AD"), ("Ana", "A"), ("Ana Maria Duarte", "AD"), ("", "")]
    )
    def test_are_the_first_and_the_last(self, name, letters):
        assert f">{letters}<" in ringwise.initials(name, 7)

    def test_hold_no_markup(self):
        assert "<<" not in ringwise.initials("<script> >", 7)

    def test_keep_their_colour(self):
        assert ringwise.initials("Ana", 7) == ringwise.initials("Ana", 7)


class TimeTests:
    """What page/times.js finds, and what is read without it."""

    AT = datetime(2026, 4, 1, 23, 30, 5, tzinfo=timezone(timedelta(hours=-4)))

    def test_a_moment_is_in_utc_until_the_browser_has_made_it_its_own(self):
        assert ringwise.moment(self.AT) == (
            '<time datetime="2026-04-01T23:30:05-04:00" data-local="moment">2 Apr 2026, 03:30 UTC</time>'
        )
        assert ringwise.clock(self.AT).endswith('data-local="clock">03:30:05 UTC</time>')
        assert ringwise.day(self.AT).endswith('data-local="day">2 Apr 2026</time>')

    def test_a_day_of_the_calendar_has_no_time(self):
        assert ringwise.day(self.AT.date()) == '<time datetime="2026-04-01" data-local="day">1 Apr 2026</time>'


class IconTests:
    def test_is_drawn_inline_and_hidden_from_screen_readers(self):
        drawn = Template('{% load ringwise %}{% icon "phone" %}').render(Context())
        assert drawn.startswith('<svg class="icon" aria-hidden="true"')
        assert "<path" in drawn


class LinkTests:
    def test_an_address_becomes_a_link_and_nothing_turns_its_letters_round(self):
        typed = "See <b>https://example.org/\u202efdp.esael</b>"
        shown = Template("{% load ringwise %}{{ typed|with_links }}").render(Context({"typed": typed}))
        assert 'href="https://example.org/fdp.esael' in shown
        assert "\u202e" not in shown
        assert "<b>" not in shown
        assert 'rel="nofollow"' in shown
