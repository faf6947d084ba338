"""The receipt's page: the line of time in order, and tables that add up for each of the two people."""

import re
from datetime import timedelta

import pytest

from calls.conversations import chat
from calls.conversations import services as conversations
from calls.rooms.models import Attendance, Call
from tests.calls.metering.world import Story
from tests.marketplace.local_times import days_for_everybody_alike

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


def row(page: str, label: str) -> str:
    """The sum in the first row that begins with `label`."""
    found = re.search(rf'<tr><th scope="row">{label}.*?</tr>', page, re.DOTALL)
    return re.findall(r"−?€\d+\.\d\d", found.group(0))[-1]


@pytest.fixture
def pages(signed_in) -> dict[str, str]:
    """Alice talked for two minutes at 2.00, 30 s of it free; then hung up."""
    story = Story()
    joined_at = story.now + timedelta(microseconds=400)  # the second of them makes the call live in that moment
    Call.objects.filter(pk=story.call.pk).update(started_at=joined_at)
    there = [
        Attendance.objects.create(call=story.call, user=one, joined_at=joined_at) for one in (story.alice, story.bob)
    ]
    story.go_paid().after(120)
    story.back_to_free()
    story.after(5).hang_up()
    Attendance.objects.filter(pk__in=[one.pk for one in there]).update(left_at=story.now)
    address = f"/calls/{story.call.id}/"
    return {one.name: signed_in(one).get(address).content.decode() for one in (story.alice, story.bob)}


class ReceiptPageTests:
    def test_the_payer_reads_what_was_paid_and_nothing_of_the_commission(self, pages):
        page = pages["Alice Martin"]
        assert row(page, "You paid") == "€3.00"
        assert "Commission" not in page
        assert "earning" not in page

    def test_the_expert_reads_a_table_that_adds_up(self, pages):
        page = pages["Bob Leroy"]
        assert row(page, "Alice Martin paid") == "€3.00"
        assert row(page, "Commission") == "−€0.90"
        assert row(page, "Your earning") == "€2.10"

    def test_the_line_of_time_tells_free_from_paid(self, pages):
        kinds = re.findall(r'timeline-piece" data-kind="(\w+)" data-ms="(\d+)"', pages["Alice Martin"])
        assert ("paid", "90000") in kinds
        assert kinds[-1][0] == "free"

    def test_beside_the_picture_a_table_says_the_same_and_who_came_and_left(self, pages):
        table = re.search(r'<table class="timeline-table">(.*?)</table>', pages["Alice Martin"], re.DOTALL)[1]
        assert "<caption>" in table
        assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table) == ["From", "What", "How long"]
        rows = re.findall(r'<tr data-kind="(\w+)">(.*?)</tr>', table, re.DOTALL)
        said = [(kind, " ".join(re.sub(r"<[^>]+>", " ", cells).split()[2:])) for kind, cells in rows]
        assert said == [
            ("joined", "Alice Martin joined"),
            ("joined", "Bob Leroy joined"),
            ("free", "Free call 2 s"),
            ("free", "Countdown 3 s"),
            ("free", "Free time 30 s"),
            ("paid", "Paid €2.00 per minute 1 min 30 s"),
            ("free", "Free call 5 s"),
            ("left", "Alice Martin left"),
            ("left", "Bob Leroy left"),
        ]
        assert all('<th scope="row">' in cells for _, cells in rows)

    def test_every_time_on_it_is_the_visitors_own(self, pages):
        for page in pages.values():
            assert page.count('data-local="clock"') > 2
            assert days_for_everybody_alike(page) == []
        assert 'data-local="day"' in pages["Bob Leroy"]

    def test_the_accepted_terms_are_on_it(self, pages):
        assert "By accepting I ask to start now" in pages["Alice Martin"]
        assert "billed by the second" in pages["Bob Leroy"]

    def test_the_expert_never_reads_how_much_credit_the_payer_had(self, pages):
        assert "You have €" in pages["Alice Martin"]
        assert "You have" not in pages["Bob Leroy"]
        assert "Stop automatically" not in pages["Bob Leroy"]


class ChatTests:
    @pytest.fixture
    def story(self) -> Story:
        story = Story().after(60)
        for author, text in ((story.alice, "See <https://example.org/a>"), (story.bob, "Thank you")):
            chat.say(call_id=story.call.id, author=author, text=text, now=story.now)
        story.hang_up()
        return story

    def test_both_read_it_after_the_call(self, story, signed_in):
        for one in (story.alice, story.bob):
            page = signed_in(one).get(f"/calls/{story.call.id}/").content.decode()
            assert '&lt;<a href="https://example.org/a" rel="nofollow">https://example.org/a</a>&gt;' in page
            assert "Thank you" in page

    def test_either_deletes_it_for_both(self, story, signed_in):
        signed_in(story.bob).post(f"/calls/{story.call.id}/chat/delete/")
        assert "Thank you" not in signed_in(story.alice).get(f"/calls/{story.call.id}/").content.decode()

    def test_a_stranger_neither_reads_nor_deletes_it(self, story, signed_in, eve, sam):
        for one in (eve, sam):
            assert signed_in(one).get(f"/calls/{story.call.id}/").status_code == 404
            assert signed_in(one).post(f"/calls/{story.call.id}/chat/delete/").status_code == 404
        assert chat.lines(call_id=story.call.id)

    def test_a_link_to_it_deletes_nothing(self, story, signed_in):
        assert signed_in(story.alice).get(f"/calls/{story.call.id}/chat/delete/").status_code == 405
        assert chat.lines(call_id=story.call.id)

    def test_it_goes_with_the_account_of_who_wrote_it(self, story):
        conversations.forget(member=story.alice)
        assert [line.text for line in chat.lines(call_id=story.call.id)] == ["Thank you"]
