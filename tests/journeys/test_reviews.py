"""A review from the receipt to the public log: written, changed, replied to, reported, taken down, contested, shown again."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.calls.metering.world import Story
from tests.journeys.earlier import half_an_hour_ago
from tests.journeys.people import Person

PROFILE = "/experts/bob-leroy/"


@pytest.fixture
def story(site) -> Story:
    """Half an hour ago alice paid bob for four minutes."""
    with half_an_hour_ago() as story:
        story.go_paid(cap=3_000).after(240)
        story.back_to_free()
        story.after(20).hang_up()
    return story


def section(person: Person):
    return person.page.get_by_role("region", name="Reviews", exact=True)


@pytest.mark.prove
class ReviewTests:
    def test_it_is_written_replied_to_taken_down_and_shown_again(self, story, signed_in_person):
        alice, bob, eve, sam = (signed_in_person(one()) for one in (cast.alice, cast.bob, cast.eve, cast.sam))
        self.alice_writes_and_changes_it(alice, f"/calls/{story.call.pk}/")
        self.bob_replies(bob)
        self.eve_reports_it(eve)
        self.sam_takes_it_down(sam)
        self.alice_contests_it(alice)
        self.sam_shows_it_again(sam)
        eve.goes_to(PROFILE)
        expect(section(eve)).to_contain_text("He was late, and knew everything.")
        eve.follows("What we took down, and why")
        eve.reads("We read it once more: it is an opinion.")
        assert "Alice" not in eve.page.locator("main").inner_text()

    def alice_writes_and_changes_it(self, alice: Person, receipt: str) -> None:
        alice.goes_to(receipt)
        alice.press("Leave a review")
        alice.page.get_by_role("radio", name="3 stars").check()
        alice.writes("Your review", "He was late.")
        alice.press("Leave a review")
        expect(section(alice)).to_contain_text("3.0")
        section(alice).get_by_role("link", name="Change your review").click()
        alice.page.get_by_role("radio", name="4 stars").check()
        alice.writes("Your review", "He was late, and knew everything.")
        alice.press("Save changes")
        expect(section(alice)).to_contain_text("4.0")
        expect(section(alice)).to_contain_text("last changed")

    def bob_replies(self, bob: Person) -> None:
        bob.goes_to("/me/")
        bob.reads("He was late, and knew everything.")
        bob.page.get_by_role("link", name=re.compile("^Reply")).click()
        bob.writes("Your reply", "The train was late.")
        bob.press("Publish the reply")
        bob.reads("You have replied to all of them.")

    def eve_reports_it(self, eve: Person) -> None:
        eve.goes_to(PROFILE)
        expect(section(eve)).to_contain_text("The train was late.")
        section(eve).get_by_role("link", name=re.compile("^Report.*review of Alice Martin")).click()
        eve.writes("What is wrong with it?", "He is never late.")
        eve.press("Report")
        eve.reads("Our staff read it, and you are told what they decide.")

    def sam_takes_it_down(self, sam: Person) -> None:
        sam.goes_to("/staff/tasks/")
        sam.page.get_by_role("link", name="Read it and decide").click()
        part = sam.sees("review-part")
        expect(part).to_contain_text("He is never late.")
        part.get_by_label("Reason").fill("It is said to be untrue.")
        part.get_by_role("button", name="Take it down").click()
        sam.reads("Decided. Everybody whom it concerns is told.")

    def alice_contests_it(self, alice: Person) -> None:
        alice.goes_to(PROFILE)
        expect(section(alice)).to_contain_text("No reviews yet")
        alice.waits_until(lambda: "contest" in "".join(alice.site.mails_to(alice.email)), "the mail that says why")
        alice.goes_to("/reviews/1/review/contest/")
        alice.reads("It is said to be untrue.")
        alice.writes("Why should it be shown again?", "I waited for ten minutes.")
        alice.press("Contest the decision")
        alice.reads("Our staff decide. You are told by mail.")

    def sam_shows_it_again(self, sam: Person) -> None:
        sam.goes_to("/staff/expert-reviews/1/")
        sam.reads("I waited for ten minutes.")
        sam.page.get_by_role("radio", name="Show it again").check()
        sam.sees("removal").get_by_label("Reason").fill("We read it once more: it is an opinion.")
        sam.press("Decide")
        sam.reads("Decided. The author is told.")
