"""*Call at the listed rate*: alice agrees before she rings, and the meter begins by itself."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.models import Offer, PaidPeriod
from payouts.money import Money
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.journeys.people import Person, talk
from tests.payouts.purse import give_promo


@pytest.fixture
def alice(signed_in_person) -> Person:
    return signed_in_person(cast.alice())


@pytest.fixture
def bob(signed_in_person) -> Person:
    bob = signed_in_person(cast.bob())
    bob.page.goto("/me/")
    return bob


def reads_the_card(alice: Person, bob: Person) -> None:
    alice.page.goto(f"/experts/{bob.slug}/")
    expect(alice.sees("presence")).to_have_text("free now")
    alice.press("Call at the listed rate")
    expect(alice.page.get_by_role("dialog", name="Call Bob Leroy at the listed rate.")).to_be_visible()
    alice.reads(re.compile("€2.00 per minute, billed by the second"))


def agrees(alice: Person, cap: str) -> None:
    alice.page.get_by_label("Stop automatically at").select_option(cap)
    accept = alice.button("Accept and call")
    expect(accept).to_be_enabled()  # inert for the card's first second
    accept.click()
    expect(alice.sees("call-state")).to_be_visible()


class ListedRateTests:
    @pytest.mark.prove
    def test_agreed_before_ringing_it_runs_by_itself_and_the_receipt_says_so(self, alice, bob):
        give_promo(cast.alice(), 2_000, timezone.now())
        reads_the_card(alice, bob)
        agrees(alice, cap="1000")
        alice.reads("You agreed to €2.00 per minute.")
        bob.reads("Agreed to €2.00 per minute")
        assert "10.00" not in bob.page.get_by_role("dialog").inner_text()
        assert not Hold.objects.exists()
        bob.answers()
        alice.reads("You agreed to €2.00 per minute, up to €10.00.")
        bob.reads("Alice Martin agreed to €2.00 per minute.")
        talk(alice, bob)
        for person in (alice, bob):
            person.meter_is("running")
        alice.press("Back to free")
        for person in (alice, bob):
            person.meter_is("free")
        period = PaidPeriod.objects.get()
        assert (period.cap_minor, period.end_reason, period.amount_minor) == (1_000, "back_to_free", 0)  # 30 s are free
        assert not Hold.objects.filter(is_open=True).exists()
        alice.press("Hang up")
        alice.page.get_by_role("link", name="See the receipt").click()
        alice.page.get_by_text("What you accepted").click()
        alice.reads("Call Bob Leroy at the listed rate.")
        alice.reads(re.compile("Stop automatically at €10.00, then back to free."))

    @pytest.mark.prove
    def test_what_cannot_begin_any_more_leaves_the_call_free_and_both_read_it(self, alice, bob):
        give_promo(cast.alice(), 2_000, timezone.now())
        reads_the_card(alice, bob)
        agrees(alice, cap="1000")
        bob.answers()
        expect(alice.button("Join")).to_be_visible()
        wallet.hold(payer=cast.alice(), amount=Money(1_800, "EUR"), key="k", reference="order:1", now=timezone.now())
        talk(alice, bob)
        alice.reads("Paid time did not start: the call is free. There is not enough credit. Add credit first.")
        bob.reads("What Alice Martin agreed to could not start: the call is free.")
        alice.meter_is("free")
        bob.offers()  # and asks as ever

    @pytest.mark.prove
    def test_a_card_that_is_closed_rings_nobody_and_the_keyboard_is_enough(self, alice, bob):
        give_promo(cast.alice(), 2_000, timezone.now())
        reads_the_card(alice, bob)
        alice.page.keyboard.press("Escape")
        expect(alice.button("Accept and call")).to_be_hidden()
        expect(alice.button("Call at the listed rate")).to_be_focused()
        alice.page.keyboard.press("Enter")
        expect(alice.button("Accept and call")).to_be_enabled()
        for _ in range(2):
            alice.page.keyboard.press("Tab")  # past the choice of the cap
        expect(alice.button("Accept and call")).to_be_focused()
        alice.page.keyboard.press("Enter")
        expect(alice.sees("call-state")).to_be_focused()
        bob.reads("Agreed to €2.00 per minute")
        bob.press("Decline")
        alice.reads(re.compile("cannot talk right now. Nothing was charged."))
        assert Offer.objects.get().state == "expired"

    @pytest.mark.prove
    def test_without_credit_the_card_leads_to_the_wallet_and_back(self, alice, bob):
        reads_the_card(alice, bob)
        expect(alice.button("Accept and call")).to_be_hidden()
        alice.page.get_by_role("dialog").get_by_role("link", name="Add credit").click()
        expect(alice.page).to_have_url(re.compile(f"/wallet/.return=/experts/{bob.slug}/"))
