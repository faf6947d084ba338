"""A card that is saved: credit in one press during a call, and by itself when a call has used it up."""

import re

import pytest
from playwright.sync_api import Page, expect

from calls.metering.models import PaidPeriod
from payouts.cards import services as cards
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from tests import cast
from tests.journeys.people import Person, cents
from tests.journeys.site import manage


@pytest.mark.prove
class SavedCardTests:
    def test_one_press_in_the_call_and_by_itself_when_credit_runs_low(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        alice_pays_and_saves_her_card(alice)
        alice_wants_it_filled_up(alice)
        they_talk(alice, bob)
        the_cap_takes_nearly_all_and_credit_comes_by_itself(alice, bob)
        alice_presses_once_for_more(alice)
        alice.press("Hang up")
        expect(alice.page.get_by_role("link", name="See the receipt")).to_be_visible()
        alice.waits_until(lambda: any("had run low" in mail for mail in site.mails_to(alice.email)), "a mail")
        assert "clean" in manage(site.environment, "verify_ledger")

    def test_a_bank_that_asks_is_answered_on_its_page(self, signed_in_person):
        alice = signed_in_person(cast.alice())
        alice_pays_and_saves_her_card(alice, "4000 0027 6000 3184")
        alice.press("Add credit")
        alice.press("Complete")
        expect(alice.sees("balance")).to_have_text("€40.00")

    def test_the_wallet_shows_it_and_forgets_it(self, signed_in_person):
        alice = signed_in_person(cast.alice())
        alice_pays_and_saves_her_card(alice)
        alice.reads("Visa •••• 4242")
        alice.press("Remove Visa •••• 4242")
        alice.reads("The card was removed.")
        expect(alice.page.get_by_text("4242")).to_have_count(0)


def alice_pays_and_saves_her_card(alice: Person, number: str = "4242 4242 4242 4242") -> None:
    alice.page.goto("/wallet/")
    alice.page.get_by_label("Save the card").check()
    alice.press("Add credit")
    alice.pays_at_stripe(alice.page, number)
    if "3ds" in alice.page.url:
        alice.press("Complete")
    expect(alice.sees("balance")).to_have_text("€20.00")


def alice_wants_it_filled_up(alice: Person) -> None:
    alice.page.get_by_label("When my credit falls below").fill("5")
    alice.page.get_by_label("Add", exact=True).fill("10")
    alice.press("Switch on")
    expect(alice.sees("auto-top-up")).to_have_text("on")


def they_talk(alice: Person, bob: Person) -> None:
    bob.page.goto("/me/")
    alice.rings(bob)
    bob.answers()
    bob.joins()
    alice.joins()
    alice.is_connected()


def the_cap_takes_nearly_all_and_credit_comes_by_itself(alice: Person, bob: Person) -> None:
    bob.offers()
    alice.accepts()
    alice.meter_is("running")
    expect(alice.sees("balance")).to_have_text("€10.00")  # nobody pressed anything
    assert PaidPeriod.objects.get().cap_minor == 2_000
    assert [row.amount_minor for row in TopUp.objects.order_by("pk")] == [2_000, 1_000]


def alice_presses_once_for_more(alice: Person) -> None:
    with alice.page.expect_popup() as opened:
        alice.press("Add credit")
    small: Page = opened.value
    expect(small.get_by_role("radio", name=re.compile("Visa"))).to_be_checked()
    with small.expect_event("close"):
        small.get_by_role("button", name="Add credit", exact=True).click()
    alice.waits_until(lambda: cents(alice.sees("balance").inner_text()) == 3_000, "the new credit")
    assert cards.saved_cards(member=cast.alice())
    assert PaidPeriod.objects.get().cap_minor == 2_000
    assert wallet.held(member=cast.alice()).minor == 2_000
