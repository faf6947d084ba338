"""Two tabs, many members, and staff at the very same moment: with threads, on PostgreSQL."""

from threading import Barrier
from unittest.mock import patch

import pytest
from django.db.models import QuerySet

from marketplace.accounts.models import User
from marketplace.reviews import rating as counting
from marketplace.reviews.models import Rating, Removal, Reply, Review, ReviewReport
from payouts.office.models import StaffTask
from tests import cast
from tests.marketplace.reviews.world import contest, decide, rating, remove, reply, report, write
from tests.payouts.ledger.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def members(count: int) -> list[User]:
    return [cast.member(f"Caller{number} One") for number in range(count)]


class WriteRaceTests:
    def test_saved_in_many_tabs_at_once_it_is_one_review(self, alice, bob):
        ends = at_once(6, lambda number: write(alice, bob, text=f"Words of tab {number}."))
        assert ends == {"done": 1, "ReviewRefused": 5}
        assert Review.objects.get().version == 1
        assert rating(bob)[0] == 1

    def test_the_same_words_in_many_tabs_are_saved_once_and_refused_nowhere(self, alice, bob):
        assert at_once(6, lambda _number: write(alice, bob)) == {"done": 6}
        assert Review.objects.get().version == 1

    def test_changed_in_many_tabs_at_once_one_of_them_is_kept(self, alice, bob):
        write(alice, bob)
        ends = at_once(6, lambda number: write(alice, bob, stars=1 + number % 5, text=f"Tab {number}.", seen=1))
        assert ends == {"done": 1, "ReviewRefused": 5}
        kept = Review.objects.get()
        assert kept.version == 2
        assert rating(bob) == (1, f"{kept.stars}.0")

    def test_many_members_at_once_are_all_counted(self, bob):
        writers = members(8)
        assert at_once(8, lambda number: write(writers[number], bob, stars=1 + number % 5)) == {"done": 8}
        assert rating(bob)[0] == 8

    def test_without_the_ratings_lock_one_of_two_is_not_counted(self, bob):
        """The broken twin: both count before either has written down what it counted."""
        writers, both_counted, plain = members(2), Barrier(2), counting.counted
        write(cast.eve(), bob)

        def counted(expert_id: int) -> list[int]:
            found = plain(expert_id)
            both_counted.wait(timeout=10)
            return found

        with (
            patch.object(QuerySet, "select_for_update", lambda rows, **_how: rows),
            patch.object(counting, "counted", counted),
        ):
            assert at_once(2, lambda number: write(writers[number], bob)) == {"done": 2}
        assert (Review.objects.count(), Rating.objects.get().number) == (3, 2)

    def test_replied_in_many_tabs_at_once_it_is_one_reply(self, alice, bob):
        review = write(alice, bob)
        ends = at_once(6, lambda number: reply(review, f"Tab {number}."))
        assert ends == {"done": 1, "ReviewRefused": 5}
        assert Reply.objects.count() == 1


class RemoveRaceTests:
    def test_taken_down_while_the_writer_changes_it_one_of_the_two_is_refused(self, alice, bob, sam):
        for writer in members(5):
            review = write(writer, bob, text="He is a crook.")

            def either(number: int, review: Review = review) -> None:
                if number:
                    remove(review, sam)
                else:
                    write(review.writer, bob, stars=2, text="He was late.", seen=1)

            assert at_once(2, either) == {"done": 1, "ReviewRefused": 1}
            review.refresh_from_db()
            assert (review.text == "He was late.") == (review.removed_at is None)
        assert rating(bob)[0] == Review.objects.filter(removed_at=None).count()

    def test_two_of_the_staff_take_it_down_once(self, alice, bob, sam, ada):
        review, staff = write(alice, bob), [sam, ada]
        assert at_once(2, lambda number: remove(review, staff[number])) == {"done": 1, "ReviewRefused": 1}
        assert Removal.objects.count() == 1

    def test_reported_by_many_at_once_it_is_one_task(self, alice, bob):
        review, reporters = write(alice, bob), members(6)
        assert at_once(6, lambda number: report(review, reporters[number])) == {"done": 6}
        assert (ReviewReport.objects.count(), StaffTask.objects.count()) == (6, 1)

    def test_contested_in_many_tabs_it_is_contested_once_and_decided_once(self, alice, bob, sam, ada):
        review, staff = write(alice, bob), [sam, ada]
        removal = remove(review, sam)
        assert at_once(4, lambda number: contest(review, alice, words=f"Tab {number}.")) == {
            "done": 1,
            "ReviewRefused": 3,
        }
        ends = at_once(2, lambda number: decide(removal, staff[number], restore=bool(number)))
        assert ends == {"done": 1, "ReviewRefused": 1}
        removal.refresh_from_db()
        assert rating(bob)[0] == removal.restored
