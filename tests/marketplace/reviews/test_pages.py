"""The pages of reviews, from *Leave a review* on the receipt to the public log."""

import re

import pytest

from marketplace.reviews.models import Part, Removal, Reply, Review, ReviewReport
from tests import cast
from tests.calls.metering.world import Story
from tests.marketplace.reviews.world import contest, decide, leave, rating, remove, reply, report, write

pytestmark = pytest.mark.django_db
WRITE = "/experts/bob-leroy/review/"
TYPED = {"stars": "4", "text": "He explained it in plain words.", "seen": "0"}


@pytest.fixture
def story(alice, bob) -> Story:
    """Alice paid bob for two minutes; the call is over."""
    story = Story()
    story.go_paid().after(120)
    story.back_to_free()
    story.hang_up()
    return story


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


class ReceiptTests:
    def test_who_paid_leaves_a_review(self, story, signed_in, alice):
        page = text_of(signed_in(alice).get(f"/calls/{story.call.pk}/"))
        assert f'action="{WRITE}"' in page
        assert "Leave a review</button>" in page

    def test_the_expert_does_not(self, story, signed_in, bob):
        assert "Leave a review" not in text_of(signed_in(bob).get(f"/calls/{story.call.pk}/"))

    def test_after_too_short_a_time_it_says_how_much_is_missing(self, signed_in, alice, bob):
        story = Story()
        story.go_paid().after(45)
        story.back_to_free()
        story.hang_up()
        page = text_of(signed_in(alice).get(f"/calls/{story.call.pk}/"))
        assert "Leave a review" not in page
        assert "so far it is 45 s" in page

    def test_after_a_free_call_nothing_is_said_of_it(self, signed_in, alice, bob):
        story = Story().after(600)
        story.hang_up()
        assert "my-review" not in text_of(signed_in(alice).get(f"/calls/{story.call.pk}/"))

    def test_afterwards_it_stands_there_and_leads_to_changing_it(self, story, signed_in, alice, bob):
        write(alice, bob, text="Plain words.")
        page = text_of(signed_in(alice).get(f"/calls/{story.call.pk}/"))
        assert "Plain words." in page
        assert "Change your review" in page
        assert "Leave a review" not in page

    def test_of_one_that_was_taken_down_it_leads_to_the_reason(self, story, signed_in, alice, bob, sam):
        review = write(alice, bob, text="He is a crook.")
        remove(review, sam)
        page = text_of(signed_in(alice).get(f"/calls/{story.call.pk}/"))
        assert f"/reviews/{review.pk}/review/contest/" in page
        assert "crook" not in page


class WriteTests:
    def test_it_is_published_on_the_profile(self, story, signed_in, alice, bob):
        client = signed_in(alice)
        assert "with your name: Alice Martin" in text_of(client.get(WRITE))
        answer = client.post(WRITE, TYPED)
        assert answer.url == "/experts/bob-leroy/#reviews"
        assert "Your review is published" in text_of(client.get(answer.url))
        assert rating(bob) == (1, "4.0")

    def test_changing_it_begins_with_what_is_kept(self, story, signed_in, alice, bob):
        write(alice, bob, stars=2, text="He was late.")
        page = text_of(signed_in(alice).get(WRITE))
        assert "He was late." in page
        assert re.search(r'value="2"[^>]* checked', page)
        signed_in(alice).post(WRITE, TYPED | {"seen": "1"})
        assert Review.objects.get().stars == 4

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"stars": ""}, "This field is required."),
            ({"stars": "6"}, "6 is not one of the available choices"),
            ({"stars": "4.5"}, "4.5 is not one of the available choices"),
            ({"stars": "٤"}, "is not one of the available choices"),
            ({"text": ""}, "This field is required."),
            ({"text": "x" * 10_240}, "At most 2000 characters."),
            ({"text": "a\x1bb"}, "characters that cannot be shown"),
            ({"seen": "-1"}, "Please check this form"),
        ],
    )
    def test_what_may_not_be_is_told_and_changes_nothing(self, story, signed_in, alice, wrong, told):
        answer = signed_in(alice).post(WRITE, TYPED | wrong)
        assert answer.status_code == 422
        assert told in text_of(answer)
        assert not Review.objects.exists()

    def test_two_tabs_the_second_is_told_keeps_what_was_typed_and_saves_once_more(self, story, signed_in, alice, bob):
        client = signed_in(alice)
        client.post(WRITE, TYPED)
        answer = client.post(WRITE, TYPED | {"text": "Of the other tab."})
        page = text_of(answer)
        assert answer.status_code == 422
        assert "It was changed meanwhile" in page
        assert "He explained it in plain words." in page
        assert "Of the other tab.</textarea>" in page
        seen = re.search(r'name="seen" value="(\d+)"', page)[1]
        client.post(WRITE, TYPED | {"text": "Of the other tab.", "seen": seen})
        assert Review.objects.get().text == "Of the other tab."

    def test_taken_down_it_leads_to_the_reason(self, story, signed_in, alice, bob, sam):
        review = write(alice, bob)
        remove(review, sam)
        for answer in (signed_in(alice).get(WRITE), signed_in(alice).post(WRITE, TYPED | {"seen": "1"})):
            assert answer.url == f"/reviews/{review.pk}/review/contest/"

    def test_who_never_paid_is_told_and_nothing_is_kept(self, story, signed_in, eve):
        for answer in (signed_in(eve).get(WRITE), signed_in(eve).post(WRITE, TYPED)):
            assert answer.url == "/experts/bob-leroy/"
        assert "once a minute with them was billed" in text_of(signed_in(eve).get(WRITE, follow=True))
        assert not Review.objects.exists()

    def test_of_an_expert_who_shows_themself_no_more_only_who_paid_finds_it(self, story, signed_in, alice, bob, eve):
        bob.profile.published_at = None
        bob.profile.save()
        assert signed_in(eve).get(WRITE).status_code == 404
        assert signed_in(alice).post(WRITE, TYPED).url == "/me/"
        assert Review.objects.exists()

    def test_nobody_writes_of_themself_nor_of_who_is_gone(self, story, signed_in, alice, bob):
        assert signed_in(bob).get(WRITE).status_code == 404
        bob.is_active = False
        bob.save()
        assert signed_in(alice).get(WRITE).status_code == 404

    def test_visitors_sign_in_first(self, story, client):
        assert client.post(WRITE, TYPED).url == f"/accounts/login/?next={WRITE}"


class ReplyTests:
    def test_on_my_page_stands_what_was_not_replied_to(self, signed_in, alice, bob):
        client, review = signed_in(bob), write(alice, bob, text="He was late.")
        page = text_of(client.get("/me/"))
        assert "He was late." in page
        assert f"/reviews/{review.pk}/reply/" in page
        answer = client.post(f"/reviews/{review.pk}/reply/", {"text": "The train was.", "seen": "0"})
        assert answer.url == "/me/"
        assert Reply.objects.get().text == "The train was."
        assert "You have replied to all of them." in text_of(client.get("/me/"))

    def test_from_a_window_that_is_out_of_date_it_is_told(self, signed_in, alice, bob):
        review = write(alice, bob)
        reply(review)
        answer = signed_in(bob).post(f"/reviews/{review.pk}/reply/", {"text": "Something else.", "seen": "0"})
        assert answer.status_code == 422
        assert "It was changed meanwhile" in text_of(answer)
        assert Reply.objects.get().text == "Thank you."

    def test_of_one_that_was_taken_down_it_leads_to_the_reason(self, signed_in, alice, bob, sam):
        review = write(alice, bob)
        reply(review)
        remove(review, sam, part="reply")
        answer = signed_in(bob).get(f"/reviews/{review.pk}/reply/")
        assert answer.url == f"/reviews/{review.pk}/reply/contest/"


class ReportTests:
    def test_anybody_signed_in_reports_a_review_and_a_reply(self, signed_in, alice, bob, eve):
        review = write(alice, bob)
        reply(review)
        for part in Part.values:
            answer = signed_in(eve).post(f"/reviews/{review.pk}/{part}/report/", {"words": "It is not true."})
            assert answer.url == "/experts/bob-leroy/#reviews"
        assert ReviewReport.objects.count() == 2

    def test_ones_own_words_and_what_is_not_there_are_not_found(self, signed_in, alice, bob, eve, sam):
        review = write(alice, bob)
        for reader, part in ((alice, "review"), (eve, "reply"), (eve, "stars"), (eve, "1")):
            assert signed_in(reader).post(f"/reviews/{review.pk}/{part}/report/", {"words": "x"}).status_code == 404
        remove(review, sam)
        assert signed_in(eve).get(f"/reviews/{review.pk}/review/report/").status_code == 404

    def test_of_an_expert_who_shows_themself_no_more_nobody_reads_them_by_number(self, signed_in, alice, bob, eve):
        review = write(alice, bob)
        bob.profile.published_at = None
        bob.profile.save()
        assert signed_in(eve).get(f"/reviews/{review.pk}/review/report/").status_code == 404

    def test_what_was_decided_before_is_told(self, signed_in, alice, bob, eve, sam):
        review = write(alice, bob)
        report(review, eve)
        leave(review, sam)
        answer = signed_in(eve).post(f"/reviews/{review.pk}/review/report/", {"words": "Once more."}, follow=True)
        assert "Our staff decided this before." in text_of(answer)

    def test_without_a_reason_it_is_none(self, signed_in, alice, bob, eve):
        review = write(alice, bob)
        answer = signed_in(eve).post(f"/reviews/{review.pk}/review/report/", {"words": " "})
        assert answer.status_code == 422
        assert not ReviewReport.objects.exists()


class ContestTests:
    def test_the_writer_reads_the_reason_and_contests_it_once(self, signed_in, alice, bob, sam):
        client, review = signed_in(alice), write(alice, bob)
        remove(review, sam, reason="An insult.")
        page = f"/reviews/{review.pk}/review/contest/"
        assert "An insult." in text_of(client.get(page))
        client.post(page, {"words": "It was none."})
        assert "Our staff decide." in text_of(client.get(page))
        client.post(page, {"words": "Once more."})
        assert Removal.objects.get().contest == "It was none."
        assert "Contest the decision" not in text_of(client.get(page))

    def test_nobody_else_finds_it(self, client, signed_in, alice, bob, eve, sam):
        review = write(alice, bob)
        remove(review, sam)
        page = f"/reviews/{review.pk}/review/contest/"
        for stranger in (bob, eve):
            assert signed_in(stranger).get(page).status_code == 404
            assert signed_in(stranger).post(page, {"words": "x"}).status_code == 404
        assert client.get(page).status_code == 302
        assert Removal.objects.get().contested_at is None


class LogTests:
    def test_everybody_reads_of_whom_when_and_why_and_neither_the_writer_nor_the_words(self, client, alice, bob, sam):
        review = write(alice, bob, text="He is a crook.")
        remove(review, sam, reason="An insult without a fact.")
        page = text_of(client.get("/reviews/removed/"))
        for told in ("Bob Leroy", "2 Mar 2026", "An insult without a fact."):
            assert told in page
        for hidden in ("Alice", "crook", "Sam"):
            assert hidden not in page

    def test_an_expert_whose_page_is_not_public_is_not_named(self, client, alice, bob, sam):
        remove(write(alice, bob), sam)
        bob.profile.published_at = None
        bob.profile.save()
        page = text_of(client.get("/reviews/removed/"))
        assert "Bob" not in page
        assert "An expert whose page is not public" in page

    def test_what_became_of_it_stands_there_too(self, client, alice, bob, sam):
        review = write(alice, bob)
        removal = remove(review, sam)
        contest(review, alice, words="I am in the right.")
        decide(removal, sam, restore=True, reason="It was a fact.")
        page = text_of(client.get("/reviews/removed/"))
        assert "shown again on" in page
        assert "It was a fact." in page
        assert "in the right" not in page

    def test_it_has_pages_and_any_number_is_one_of_them(self, client, bob, sam):
        for number in range(51):
            remove(write(cast.member(f"Caller{number} One"), bob), sam)
        assert text_of(client.get("/reviews/removed/")).count('data-testid="removal"') == 50
        assert text_of(client.get("/reviews/removed/?page=2")).count('data-testid="removal"') == 1
        assert client.get("/reviews/removed/?page=x").status_code == 200

    def test_empty_it_says_so(self, client, db):
        assert "Nothing was taken down" in text_of(client.get("/reviews/removed/"))


class StaffTests:
    @pytest.fixture
    def review(self, alice, bob) -> Review:
        return write(alice, bob, text="He is a crook.")

    def decides(self, client, review: Review, act: str, part: str = "review", **typed):
        typed = {"act": act, "reason": "An insult.", "seen": "1"} | typed
        return client.post(f"/staff/expert-reviews/{review.pk}/{part}/decide/", typed)

    def test_what_is_reported_waits_there_and_among_the_tasks(self, review, signed_in, eve, sam):
        report(review, eve)
        client = signed_in(sam)
        link = f"/staff/expert-reviews/{review.pk}/"
        assert link in text_of(client.get("/staff/expert-reviews/"))
        assert link in text_of(client.get("/staff/tasks/"))
        page = text_of(client.get(link))
        assert "It is not true." in page
        assert "Leave it" in page

    def test_they_take_it_down(self, review, signed_in, sam, bob):
        answer = self.decides(signed_in(sam), review, "remove")
        assert answer.url == f"/staff/expert-reviews/{review.pk}/"
        assert rating(bob) == (0, "None")
        assert "An insult." in text_of(signed_in(sam).get("/staff/expert-reviews/?state=removed"))

    def test_or_leave_it(self, review, signed_in, eve, sam, bob):
        report(review, eve)
        self.decides(signed_in(sam), review, "leave")
        assert rating(bob) == (1, "5.0")
        assert ReviewReport.objects.get().decided_at

    def test_what_changed_meanwhile_is_told_and_the_reason_stays_typed(self, review, signed_in, alice, bob, sam):
        write(alice, bob, text="He was late.", seen=1)
        answer = self.decides(signed_in(sam), review, "remove")
        page = text_of(answer)
        assert answer.status_code == 422
        assert "It was changed meanwhile" in page
        assert "He was late." in page
        assert "An insult.</textarea>" in page
        assert self.decides(signed_in(sam), review, "remove", seen="2").status_code == 302

    @pytest.mark.parametrize(
        ("typed", "told"),
        [({"reason": ""}, "This field is required."), ({"reason": "Alice Martin lies."}, "do not name the writer")],
    )
    def test_without_a_reason_fit_to_be_read_nothing_is(self, review, signed_in, sam, bob, typed, told):
        answer = self.decides(signed_in(sam), review, "remove", **typed)
        assert told in text_of(answer)
        assert rating(bob) == (1, "5.0")

    def test_of_a_contest_they_decide(self, review, signed_in, alice, bob, sam):
        removal = remove(review, sam)
        contest(review, alice)
        client, page = signed_in(sam), f"/staff/expert-reviews/removals/{removal.pk}/"
        assert page in text_of(client.get(f"/staff/expert-reviews/{review.pk}/"))
        assert client.post(page, {"restore": "2", "reason": "x"}).status_code == 422
        client.post(page, {"restore": "1", "reason": "It is an opinion."})
        assert rating(bob) == (1, "5.0")

    def test_there_is_no_other_act_nor_part(self, review, signed_in, sam):
        assert self.decides(signed_in(sam), review, "erase").status_code == 404
        assert self.decides(signed_in(sam), review, "remove", part="reply").status_code == 404
        assert self.decides(signed_in(sam), review, "remove", part="stars").status_code == 404

    def test_the_form_of_all_tasks_does_not_close_it(self, review, signed_in, eve, sam):
        report(review, eve)
        task = review.reports.get()
        page = text_of(signed_in(sam).get("/staff/tasks/"))
        assert "Read it and decide" in page
        assert f"review_report:{task.pk}" not in page

    def test_for_everybody_else_there_is_no_such_page(self, review, client, signed_in, alice, bob, eve, sam):
        removal = remove(review, sam)
        pages = ["/staff/expert-reviews/", f"/staff/expert-reviews/{review.pk}/"]
        acts = [f"{pages[1]}review/decide/", f"/staff/expert-reviews/removals/{removal.pk}/"]
        for member in (alice, bob, eve):
            assert {signed_in(member).get(page).status_code for page in pages} == {404}
            assert {signed_in(member).post(page, {"reason": "x"}).status_code for page in acts} == {404}
        assert client.get(pages[0]).status_code == 302

    def test_nor_for_staff_in_an_affair_of_their_own(self, review, signed_in, bob):
        bob.is_staff = True
        bob.save()
        cast.second_factor(bob)
        assert signed_in(bob).get(f"/staff/expert-reviews/{review.pk}/").status_code == 404
        assert self.decides(signed_in(bob), review, "remove").status_code == 404
        assert Review.objects.get().removed_at is None
