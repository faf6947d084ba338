"""Reports by anybody, removal by staff with a public reason, and the one contest of whoever wrote it."""

import pytest

from marketplace.reviews import services as reviews
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import Removal, Review, ReviewReport
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from tests import cast
from tests.marketplace.reviews.test_writing import refusal
from tests.marketplace.reviews.world import (
    LATER,
    NOW,
    contest,
    decide,
    leave,
    rating,
    remove,
    reply,
    report,
    write,
)
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(alice, bob) -> Review:
    return write(alice, bob, stars=1, text="He is a crook.")


def shown(review: Review) -> bool:
    return reviews.of_expert(review.expert_id).filter(pk=review.pk).exists()


def open_tasks() -> list[str]:
    return list(StaffTask.objects.filter(closed_at=None).values_list("kind", flat=True))


class ReportTests:
    def test_staff_have_a_task_with_the_words_as_they_were(self, review, alice, bob, eve):
        report(review, eve)
        write(alice, bob, stars=1, text="He was late.", seen=1)
        [made] = ReviewReport.objects.all()
        assert (made.text, made.words, made.version) == ("He is a crook.", "It is not true.", 1)
        task = StaffTask.objects.get()
        assert (task.kind, task.reference) == ("review_report", review.reference)
        assert "crook" not in task.text

    def test_twice_by_the_same_person_is_once_and_by_many_is_one_task(self, review, bob, eve):
        for reporter in (eve, eve, bob):
            report(review, reporter)
        assert ReviewReport.objects.count() == 2
        assert open_tasks() == ["review_report"]

    def test_of_new_words_it_can_be_said_anew(self, review, alice, bob, eve):
        report(review, eve)
        write(alice, bob, text="He is a liar.", seen=1)
        report(review, eve)
        assert ReviewReport.objects.count() == 2

    def test_nobody_reports_their_own_words(self, review, alice, bob):
        reply(review)
        assert refusal(lambda: report(review, alice)) == "own"
        assert refusal(lambda: report(review, bob, part="reply")) == "own"
        report(review, alice, part="reply")
        assert ReviewReport.objects.get().part == "reply"

    def test_what_is_not_there_cannot_be(self, review, eve, sam):
        with pytest.raises(Review.DoesNotExist):
            report(review, eve, part="reply")
        remove(review, sam)
        with pytest.raises(Review.DoesNotExist):
            report(review, eve)


class LeaveTests:
    def test_it_stays_and_who_reported_it_reads_why(self, review, eve, sam):
        report(review, eve)
        leave(review, sam)
        assert shown(review)
        assert open_tasks() == []
        [letter] = letters(NOW, to="eve")
        assert "Our staff left it as it is." in letter
        assert "It is an opinion." in letter

    def test_once_is_enough(self, review, eve, sam):
        report(review, eve)
        leave(review, sam)
        assert refusal(lambda: leave(review, sam)) == "decided"
        assert AuditRecord.objects.count() == 1

    def test_of_the_same_words_the_same_person_says_it_once(self, review, eve, sam):
        report(review, eve)
        leave(review, sam)
        assert refusal(lambda: report(review, eve)) == "decided"
        assert open_tasks() == []

    def test_a_further_report_of_it_is_a_task_again(self, review, bob, eve, sam):
        report(review, eve)
        leave(review, sam)
        report(review, bob)
        assert open_tasks() == ["review_report"]

    def test_only_of_what_staff_have_read(self, review, alice, bob, eve, sam):
        report(review, eve)
        write(alice, bob, text="He is a liar.", seen=1)
        assert refusal(lambda: leave(review, sam)) == "changed"


class RemoveTests:
    def test_it_is_shown_and_counted_no_more(self, review, eve, bob, sam):
        write(eve, bob, stars=5)
        assert rating(bob) == (2, "3.0")
        remove(review, sam)
        assert not shown(review)
        assert rating(bob) == (1, "5.0")

    def test_the_writer_is_told_why_and_where_to_contest_it(self, review, sam):
        remove(review, sam)
        [letter] = letters(NOW, to="alice")
        assert "our staff took down your review of Bob Leroy" in letter
        assert "An insult." in letter
        assert f"/reviews/{review.pk}/review/contest/" in letter

    def test_who_reported_it_is_told_and_no_task_is_left(self, review, eve, sam):
        report(review, eve)
        remove(review, sam)
        assert open_tasks() == []
        assert "Our staff took it down." in letters(NOW, to="eve")[-1]

    def test_the_trail_says_who_did_it(self, review, sam):
        remove(review, sam)
        record = AuditRecord.objects.get()
        assert (record.act, record.staff, record.reference) == ("expert_review.remove", sam, review.reference)

    def test_the_writer_can_neither_change_it_nor_write_another(self, review, alice, bob, sam):
        remove(review, sam)
        assert refusal(lambda: write(alice, bob, text="Something else.", seen=1)) == "removed"
        assert refusal(lambda: write(alice, bob, text="Something else.")) == "removed"
        assert rating(bob) == (0, "None")

    def test_what_the_writer_changed_meanwhile_is_read_first(self, review, alice, bob, sam):
        write(alice, bob, text="He was late.", seen=1)
        assert refusal(lambda: remove(review, sam)) == "changed"
        assert shown(review)
        remove(review, sam, seen=2)
        assert not shown(review)

    def test_twice_is_once(self, review, sam):
        remove(review, sam)
        assert refusal(lambda: remove(review, sam)) == "decided"
        assert Removal.objects.count() == 1

    def test_a_reply_alone_leaves_the_review(self, review, bob, sam):
        reply(review, "She is a fool.")
        remove(review, sam, part="reply")
        found = reviews.of_expert(bob.pk).get()
        assert found.shown_reply is None
        assert rating(bob) == (1, "1.0")
        assert "took down a reply of yours" in letters(NOW, to="bob")[-1]
        assert refusal(lambda: reply(review, "Something else.", seen=1)) == "removed"

    def test_a_reason_that_names_the_writer_is_not_taken(self, review, sam):
        assert refusal(lambda: remove(review, sam, reason="Alice Martin insults him.")) == "names"
        assert refusal(lambda: remove(review, sam, reason=" ")) == "empty"
        assert shown(review)

    def test_nobody_of_the_staff_removes_what_was_said_of_them(self, review, alice, bob):
        for party in (alice, bob):
            with pytest.raises(office.PartyToIt):
                remove(review, party)
            with pytest.raises(office.PartyToIt):
                leave(review, party)
        assert shown(review)


class ContestTests:
    @pytest.fixture
    def removal(self, review, sam) -> Removal:
        return remove(review, sam)

    def test_once_and_by_its_author_alone(self, removal, review, alice, bob, eve):
        for stranger in (bob, eve):
            with pytest.raises(Review.DoesNotExist):
                contest(review, stranger)
        contest(review, alice)
        assert open_tasks() == ["review_contest"]
        assert refusal(lambda: contest(review, alice, words="Once more.")) == "contested"
        removal.refresh_from_db()
        assert removal.contest == "It was none."

    def test_of_a_reply_its_author_is_the_expert(self, alice, bob, sam):
        review = write(alice, bob)
        reply(review)
        remove(review, sam, part="reply")
        with pytest.raises(Review.DoesNotExist):
            contest(review, alice, part="reply")
        contest(review, bob, part="reply")

    def test_what_is_shown_cannot_be(self, alice, bob):
        with pytest.raises(Review.DoesNotExist):
            contest(write(alice, bob), alice)

    def test_restored_it_is_shown_and_counted_again_and_can_be_changed(self, removal, review, alice, bob, sam):
        contest(review, alice)
        decide(removal, sam, restore=True)
        assert shown(review)
        assert rating(bob) == (1, "1.0")
        assert open_tasks() == []
        assert "It is shown again, and counts again." in letters(LATER, to="alice")[-1]
        assert write(alice, bob, stars=2, seen=1).stars == 2

    def test_upheld_it_stays_down_and_cannot_be_contested_again(self, removal, review, alice, bob, sam):
        contest(review, alice)
        decide(removal, sam, restore=False)
        assert not shown(review)
        assert "We looked once more." in letters(LATER, to="alice")[-1]
        assert refusal(lambda: contest(review, alice)) == "contested"

    def test_nothing_is_decided_unasked_or_twice(self, removal, review, alice, sam):
        assert refusal(lambda: decide(removal, sam, restore=True)) == "decided"
        contest(review, alice)
        decide(removal, sam, restore=False)
        assert refusal(lambda: decide(removal, sam, restore=True)) == "decided"
        assert not shown(review)

    def test_by_nobody_whose_affair_it_is(self, removal, review, alice, bob):
        contest(review, alice)
        with pytest.raises(office.PartyToIt):
            decide(removal, bob, restore=False)

    def test_restored_it_can_be_taken_down_anew_and_contested_anew(self, removal, review, alice, bob, sam):
        contest(review, alice)
        decide(removal, sam, restore=True)
        write(alice, bob, text="He is a thief.", seen=1)
        remove(review, sam, seen=2)
        contest(review, alice)
        assert Removal.objects.count() == 2


class ForgetTests:
    def test_who_leaves_is_nobody_any_more_and_their_stars_still_count(self, review, alice, bob):
        alice.is_active = False
        alice.save()
        reviews.forget(member=alice)
        found = reviews.of_expert(bob.pk).get()
        assert (found.writer_name, found.text) == ("A former member", "He is a crook.")
        assert rating(bob) == (1, "1.0")

    def test_of_an_expert_who_leaves_nothing_that_was_said_stays(self, review, alice, bob, eve):
        reply(review)
        report(review, eve)
        reviews.forget(member=bob)
        kept = Review.objects.get()
        assert (kept.text, getattr(kept, "reply", None)) == ("", None)
        assert ReviewReport.objects.get().text == ""
        assert not hasattr(cast.bob(), "rating")

    def test_what_the_former_member_wrote_of_others_does(self, review, alice, bob, eve):
        write(bob, cast.expert("Cleo Stahl"), text="She knows.")
        reviews.forget(member=bob)
        assert Review.objects.get(writer=bob).text == "She knows."


class RefusalTests:
    @pytest.mark.parametrize("code", ReviewRefused.TEXTS)
    def test_each_has_words(self, code):
        assert "{" not in ReviewRefused(code).text
