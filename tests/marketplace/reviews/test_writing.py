"""A review and the reply to it: one each, theirs to change, with both dates; and what the expert's rating makes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import Rating, Reply, Review
from marketplace.reviews.order import WITHOUT_REVIEWS, order_value
from tests import cast
from tests.marketplace.reviews.world import LATER, NOW, rating, remove, reply, write
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


def refusal(act) -> str:
    with pytest.raises(ReviewRefused) as refused:
        act()
    return refused.value.code


class WriteTests:
    def test_it_is_kept_with_its_date_and_counted(self, alice, bob):
        review = write(alice, bob, stars=4, text="  Plain words.\r\nThank you. ")
        assert (review.stars, review.text, review.written_at, review.changed_at) == (
            4,
            "Plain words.\nThank you.",
            NOW,
            None,
        )
        assert rating(bob) == (1, "4.0")

    def test_changed_it_is_the_same_review_with_both_dates(self, alice, bob):
        first = write(alice, bob, stars=2)
        again = write(alice, bob, stars=5, text="He explained it once more.", seen=1, now=LATER)
        assert again.pk == first.pk
        assert (again.written_at, again.changed_at, again.version) == (NOW, LATER, 2)
        assert rating(bob) == (1, "5.0")

    def test_pressed_twice_it_is_once_and_was_not_changed(self, alice, bob):
        write(alice, bob)
        review = write(alice, bob, now=LATER)
        assert (review.version, review.changed_at) == (1, None)

    def test_from_a_window_that_is_out_of_date_nothing_is_overwritten(self, alice, bob):
        write(alice, bob)
        write(alice, bob, text="Better words.", seen=1)
        assert refusal(lambda: write(alice, bob, text="Older words.", seen=1)) == "changed"
        assert refusal(lambda: write(alice, bob, text="Oldest words.", seen=0)) == "changed"
        assert Review.objects.get().text == "Better words."

    def test_nobody_reviews_themself(self, bob):
        assert refusal(lambda: write(bob, bob)) == "self"

    @pytest.mark.parametrize("stars", [0, 6, -1, 100])
    def test_there_are_five_stars(self, alice, bob, stars):
        assert refusal(lambda: write(alice, bob, stars=stars)) == "stars"
        assert rating(bob) == (0, "None")

    @pytest.mark.parametrize(
        ("text", "code"),
        [("", "empty"), (" \n ", "empty"), ("x" * 2_001, "too_long"), ("x" * 10_240, "too_long")]
        + [(f"a{sign}b", "unreadable") for sign in ("\0", "\x1b", "\ud800")],
    )
    def test_what_cannot_be_read_is_refused(self, alice, bob, text, code):
        assert refusal(lambda: write(alice, bob, text=text)) == code
        assert not Review.objects.exists()

    def test_two_thousand_letters_fit(self, alice, bob):
        assert len(write(alice, bob, text="x" * 2_000).text) == 2_000

    def test_the_table_refuses_what_the_service_would(self, alice, bob):
        for wrong in ({"expert": alice}, {"stars": 6}, {"stars": 0}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Review.objects.create(
                    **{"writer": alice, "expert": bob, "stars": 5, "text": "x", "written_at": NOW} | wrong
                )

    def test_the_expert_is_told_once_a_day_without_the_words(self, alice, bob):
        write(alice, bob, text="Secret words.")
        write(alice, bob, text="Other words.", seen=1)
        [letter] = letters(NOW, to="bob")
        assert "Alice Martin has reviewed you" in letter
        assert "words" not in letter
        write(alice, bob, text="New words.", seen=2, now=LATER)
        assert "has changed the review of you" in letters(LATER, to="bob")[-1]


class ReplyTests:
    def test_the_expert_has_one_and_changes_it(self, alice, bob):
        review = write(alice, bob)
        reply(review)
        again = reply(review, "Thank you, Alice.", seen=1, now=LATER)
        assert Reply.objects.get() == again
        assert (again.text, again.written_at, again.changed_at) == ("Thank you, Alice.", NOW, LATER)

    def test_nobody_else_replies(self, alice, bob, eve):
        review = write(alice, bob)
        for stranger in (alice, eve, cast.expert("Cleo Stahl")):
            review.expert = stranger
            with pytest.raises(Review.DoesNotExist):
                reply(review)
        assert not Reply.objects.exists()

    def test_from_a_window_that_is_out_of_date_nothing_is_overwritten(self, alice, bob):
        review = write(alice, bob)
        reply(review)
        assert refusal(lambda: reply(review, "Something else.")) == "changed"
        assert reply(review).version == 1

    def test_to_what_was_taken_down_there_is_none(self, alice, bob, sam):
        review = write(alice, bob)
        remove(review, sam)
        assert refusal(lambda: reply(review)) == "removed"

    def test_the_writer_is_told_where_it_stands(self, alice, bob):
        reply(write(alice, bob))
        [letter] = letters(NOW, to="alice")
        assert "Bob Leroy has replied to your review" in letter
        assert "/experts/bob-leroy/#reviews" in letter


class RatingTests:
    def test_it_has_number_sum_distribution_and_place_in_the_order(self, bob):
        for number, stars in enumerate([5, 5, 4, 1]):
            write(cast.member(f"Caller{number} One"), bob, stars=stars)
        row = Rating.objects.get(expert=bob)
        assert (row.number, row.total, str(row.average)) == (4, 15, "3.8")
        assert row.distribution == [(5, 2), (4, 1), (3, 0), (2, 0), (1, 1)]
        assert row.order_value == order_value(number=4, total=15)

    def test_of_nobody_there_is_an_empty_one(self, bob):
        row = Rating(expert=bob)
        assert (row.number, row.average, row.order_value) == (0, None, WITHOUT_REVIEWS)

    def test_the_table_refuses_one_that_does_not_add_up(self, bob):
        for wrong in ({"number": 1}, {"total": 5}, {"fives": 1, "number": 1, "total": 4}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Rating.objects.create(expert=bob, **wrong)

    def test_each_review_costs_the_same_few_queries(self, alice, bob, django_assert_num_queries):
        for number in range(12):
            write(cast.member(f"Caller{number} One"), bob, now=NOW + timedelta(minutes=number))
        # On PostgreSQL an entry of the search has a copy, and no words in a table of their own.
        with django_assert_num_queries(16 if connection.vendor == "postgresql" else 15):
            write(alice, bob)
