"""What an expert's calls say of them: how soon and how often they answer, and how many were paid."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls.metering import services as metering
from calls.metering import track_record as rules
from calls.rooms.models import Ask, Call, Room
from marketplace.experts.models import Category
from tests import cast
from tests.calls.metering.world import Story

pytestmark = pytest.mark.django_db

PAGE = "/experts/bob-leroy/"


def ring(bob, alice, *, answered_after: float | None = None, days_ago: float = 1, now=cast.NOW, **more) -> Call:
    room, _ = Room.objects.get_or_create(caller=alice, expert=bob, defaults={"created_at": now})
    rang_at = now - timedelta(days=days_ago)
    answered = None if answered_after is None else rang_at + timedelta(seconds=answered_after)
    fields = {"state": "missed" if answered is None else "ended", "ring_until": rang_at, **more}
    return Call.objects.create(room=room, caller=alice, expert=bob, rang_at=rang_at, answered_at=answered, **fields)


def record(bob) -> metering.TrackRecord:
    return metering.track_record(expert=bob, now=cast.NOW)


def answers(text: str) -> str:
    return " ".join(text.split("<dt>Answers</dt>")[1].split("</dd>")[0].split())


class RingsTests:
    def test_say_how_many_were_answered_and_how_soon(self, bob, alice):
        for wait in (4, 8, 30):
            ring(bob, alice, answered_after=wait)
        ring(bob, alice)
        ring(bob, alice, state="declined")
        assert record(bob) == metering.TrackRecord(rings=5, answered=3, answer_s=8, paid_calls=0)
        assert record(bob).says_something

    def test_are_too_few_below_five(self, bob, alice):
        for _ in range(4):
            ring(bob, alice, answered_after=5)
        assert not record(bob).says_something

    def test_of_more_than_ninety_days_ago_do_not_count(self, bob, alice):
        ring(bob, alice, days_ago=91)
        ring(bob, alice, days_ago=89)
        assert record(bob).rings == 1

    def test_that_say_nothing_of_the_expert_do_not_count(self, bob, alice):
        shelf = Category.objects.get()
        ring(bob, alice, state="cancelled")
        ring(bob, alice, state="ringing")
        ring(bob, alice, answered_after=3, rung_by_expert=True)
        ring(bob, alice, ask=Ask.objects.create(caller=alice, category=shelf, rung=3, asked_at=cast.NOW))
        assert record(bob).rings == 0

    def test_at_others_are_theirs(self, bob, alice):
        ring(cast.expert("Zoe Blanc"), alice, answered_after=3)
        assert record(bob).rings == 0

    def test_the_latest_are_looked_at_and_no_more(self, bob, alice, monkeypatch):
        monkeypatch.setattr(rules, "RINGS_LOOKED_AT", 3)
        for days in range(1, 6):
            ring(bob, alice, answered_after=10 * days, days_ago=days)
        assert (record(bob).rings, record(bob).answer_s) == (3, 20)

    def test_a_percentage_needs_twenty_and_is_rounded_down(self, bob, alice):
        for number in range(20):
            assert record(bob).percent is None
            ring(bob, alice, answered_after=5 if number else None)
        assert record(bob).percent == 95
        for _ in range(200):
            ring(bob, alice, answered_after=5, days_ago=2)
        assert record(bob).percent == 99


class PaidCallsTests:
    def test_are_counted_once_however_often_was_paid_in_them(self):
        story = Story(credit=10_000)
        for _ in range(2):
            story.go_paid(cap=1_000).after(60)
            story.back_to_free()
        assert record(story.bob).paid_calls == 1

    def test_what_cost_nothing_is_no_paid_call(self):
        story = Story(credit=10_000)
        story.go_paid(cap=1_000).after(5)
        story.back_to_free()
        assert record(story.bob).paid_calls == 0

    def test_are_counted_up_to_a_number(self, monkeypatch):
        monkeypatch.setattr(rules, "PAID_CALLS_COUNTED", 0)
        story = Story(credit=10_000)
        story.go_paid(cap=1_000).after(60)
        story.back_to_free()
        assert (record(story.bob).paid_calls, record(story.bob).more) == (0, True)

    def test_both_take_a_query_each(self, bob, alice, django_assert_num_queries):
        for _ in range(6):
            ring(bob, alice, answered_after=5)
        with django_assert_num_queries(2):
            record(bob)


class PageTests:
    def page(self) -> str:
        return Client().get(PAGE).content.decode()

    def test_of_few_rings_it_says_that_they_are_few(self, bob, alice):
        ring(bob, alice, answered_after=5, now=timezone.now())
        assert "too few rings in 90 days to say" in answers(self.page())
        assert "none yet" in self.page()
        assert "<dt>Member since</dt><dd>January 2025</dd>" in self.page()

    def test_of_some_it_says_how_many(self, bob, alice):
        for wait in (4, 9, 9, None, None):
            ring(bob, alice, answered_after=wait, now=timezone.now())
        assert "3 of 5 rings in 90 days, half of them within 9 s" in answers(self.page())

    def test_of_none_answered_it_says_no_time(self, bob, alice):
        for _ in range(5):
            ring(bob, alice, now=timezone.now())
        assert answers(self.page()).endswith("0 of 5 rings in 90 days")

    def test_of_many_it_says_the_share(self, bob, alice):
        for number in range(20):
            ring(bob, alice, answered_after=5 if number else None, now=timezone.now())
        assert "95% of rings in 90 days" in answers(self.page())
