"""A charge is contested: the expert gives a part back, staff decide about the rest; before and after, a tip."""

import re

import pytest
from playwright.sync_api import expect

from calls.metering import services as metering
from calls.orders import services as orders
from marketplace.listings import services as listings
from tests import cast
from tests.calls.metering.world import Story
from tests.journeys.earlier import half_an_hour_ago
from tests.journeys.people import Person


@pytest.fixture
def story(site) -> Story:
    """Half an hour ago alice talked with bob: ten minutes at 2.00, 30 s of them free, 1 min paused. 19.00."""
    with half_an_hour_ago() as story:
        story.after(95).go_paid(cap=3_000).after(240)
        story.pause(story.alice)
        story.after(60).resume()
        story.after(360).back_to_free()
        story.after(20).hang_up()
    return story


def delivered_work(story: Story) -> int:
    """In a further call alice ordered a letter for 20.00, and bob says that it is done."""
    work = listings.add_work(
        profile=story.bob.profile, title="A letter", description="To the office.", delivery_days=5, price_minor=2_000
    )
    story.call_again()
    story.offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
    metering.accept(offer_id=story.offer.pk, payer=story.alice, cap_minor=2_000, now=story.after(2).now)
    story.hang_up()
    order = orders.of_member(story.alice).get()
    orders.deliver(order_id=order.pk, expert=story.bob, note="https://example.test/letter", now=story.now)
    return order.pk


def opens(person: Person, address: str) -> None:
    person.page.goto(address)


@pytest.mark.prove
class ClaimTests:
    def test_a_part_comes_back_from_the_expert_and_a_part_from_staff(self, story, signed_in_person):
        receipt = f"/calls/{story.call.pk}/"
        alice, bob, sam = (signed_in_person(one()) for one in (cast.alice, cast.bob, cast.sam))
        opens(alice, receipt)
        alice.page.get_by_label("Amount").fill("5")
        alice.press("Send a tip")
        alice.reads("You sent a tip of €5.00")
        alice.press("Contest this charge")
        alice.page.get_by_label("What went wrong?").fill("For two minutes he looked for his papers.")
        alice.press("Contest this charge")
        expect(alice.sees("claim")).to_have_attribute("data-state", "asked")

        opens(bob, "/earnings/")
        bob.sees("claim-to-answer").get_by_role("link", name="To the receipt").click()
        bob.reads("For two minutes he looked for his papers.")
        bob.button("Give money back").first.click()
        bob.page.get_by_role("radio", name="Some of the time").check()
        bob.page.get_by_role("spinbutton", name="Minutes").fill("1")
        bob.page.get_by_label("A few words to the payer").fill("One minute, I think.")
        bob.press("Give money back")
        expect(bob.sees("claim")).to_have_attribute("data-state", "answered")

        opens(sam, "/staff/claims/")
        sam.page.get_by_role("link", name=re.compile("Talk to me")).first.click()
        sam.reads("Paused by the caller")
        sam.page.get_by_role("textbox", name="Give back").fill("2")
        sam.page.get_by_role("textbox", name="Reason").fill("The pause was not billed; one minute more is fair.")
        sam.press("Decide")
        sam.reads("Both have been told")

        opens(alice, receipt)
        expect(alice.sees("claim")).to_have_attribute("data-outcome", "decided")
        alice.reads("The pause was not billed; one minute more is fair.")
        opens(alice, "/wallet/")
        assert alice.sum("balance") == 5_000 - 1_900 - 500 + 200 + 200
        alice.waits_until(lambda: len(alice.site.mails_to(alice.email)) >= 4, "mails of each step")

    def test_a_work_not_as_described_is_freed_in_part_and_decided_and_the_payer_sees_each_step(
        self, story, signed_in_person
    ):
        order = delivered_work(story)
        page = f"/orders/{order}/"
        alice, bob, sam = (signed_in_person(one()) for one in (cast.alice, cast.bob, cast.sam))
        opens(alice, page)
        alice.page.get_by_label("What is not as described").fill("The second page is missing.")
        alice.press("Not as described")
        expect(alice.sees("order-state")).to_have_attribute("data-state", "contested")

        opens(bob, "/earnings/")
        bob.sees("claim-to-answer").get_by_role("link", name="To the receipt").click()
        bob.page.get_by_label("Your answer").fill("It was one page.")
        bob.press("Send the answer")
        expect(bob.sees("claim")).to_have_attribute("data-state", "answered")

        opens(sam, "/staff/claims/")
        sam.page.get_by_role("link", name=re.compile("A letter")).first.click()
        sam.reads("Held, not charged")
        sam.page.get_by_role("textbox", name="Give back").fill("10")
        sam.page.get_by_role("textbox", name="Reason").fill("A page and a half were agreed.")
        sam.press("Decide")
        sam.reads("Both have been told")

        state = alice.sees("order-state")
        alice.looks_again_until(page, lambda: state.get_attribute("data-state") == "paid")
        assert alice.sum("order-paid") == 1_000
        opens(alice, "/wallet/")
        assert alice.sum("balance") == 5_000 - 1_900 - 1_000
