"""A bank takes a top-up back after what it paid for has left for the expert's bank: the platform bears it, and nobody else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from payouts.earnings import services as earnings
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from tests import cast
from tests.journeys.people import Person
from tests.journeys.site import manage
from tests.payouts.purse import charge
from tests.payouts.stripe.story import AT_ONCE


@pytest.mark.prove
class DisputeTests:
    def test_the_expert_keeps_what_was_withdrawn(self, site, signed_in_person):
        cast.second_factor(cast.bob())  # as who withdraws needs one
        alice, bob, sam, eve = (signed_in_person(one()) for one in (cast.alice, cast.bob, cast.sam, cast.eve))
        adds_credit(eve, "200")  # others' money: it is from our balance that the bank takes
        adds_credit(alice, "100")
        charge(cast.alice(), cast.bob(), 6_000, timezone.now())
        earnings.release_due(now=timezone.now() + timedelta(days=31))
        bob_withdraws(bob)

        sandbox.do(deed="dispute", about=latest("charge"))
        alice_sees_that_she_cannot_pay(alice)
        staff_send_evidence(sam)
        sandbox.do(deed="lose", about=latest("dispute"))
        sam.looks_again_until("/staff/disputes/?state=closed", lambda: sam.sees("dispute").count() == 1)
        sam.page.get_by_role("link", name=re.compile("Alice Martin")).first.click()
        sam.reads("€60.00")
        expect(sam.sees("dispute-owed")).to_have_text("€0.00")

        bob.page.goto("/earnings/")
        assert (bob.sum("earnings-withdrawn"), bob.sum("earnings-available")) == (4_200, 0)
        alice.waits_until(lambda: told(alice, "has decided about your payment"), "a mail about the decision")
        assert not told(bob, "waits")  # his money had been released: nothing of his waited
        assert "clean" in manage(site.environment, "verify_ledger")
        assert "agree to the cent" in manage(site.environment, "reconcile")


def adds_credit(payer: Person, amount: str) -> None:
    payer.page.goto("/wallet/")
    payer.page.get_by_label("Or another amount").fill(amount)
    payer.press("Add credit")
    payer.pays_at_stripe(payer.page, card=AT_ONCE)
    expect(payer.sees("balance")).to_have_text(f"€{amount}.00")


def bob_withdraws(bob: Person) -> None:
    bob.page.goto("/earnings/")
    bob.press("Connect a bank account")
    bob.page.get_by_label("Full name").fill(bob.name)
    bob.page.get_by_label("Bank account number").fill("000123456789")
    bob.press("Finish onboarding")
    bob.looks_again_until("/earnings/", lambda: bob.button("Withdraw").is_visible())
    bob.press("Withdraw")
    newest = bob.page.get_by_test_id("withdrawal").first
    bob.looks_again_until("/earnings/", lambda: newest.get_attribute("data-state") == "paid")


def alice_sees_that_she_cannot_pay(alice: Person) -> None:
    alice.looks_again_until("/wallet/", alice.page.get_by_text("Your payments are paused").is_visible)
    assert alice.sum("balance") == 0
    alice.waits_until(lambda: told(alice, "ask your bank to withdraw the dispute"), "a mail that says what to do")


def staff_send_evidence(sam: Person) -> None:
    sam.page.goto("/staff/")
    sam.page.get_by_role("link", name="Disputes to answer").click()
    sam.page.get_by_role("link", name=re.compile("Alice Martin")).first.click()
    expect(sam.sees("paid-with-it")).to_contain_text("released")
    expect(sam.page.get_by_label("What the bank reads")).to_have_value(re.compile("Call with Alice, €60.00"))
    sam.press("Send evidence")
    sam.reads("Written down.")
    address = sam.page.url
    sam.looks_again_until(address, lambda: "looks at our answer" in sam.sees("dispute-state").inner_text())


def told(member: Person, words: str) -> bool:
    return any(words in " ".join(mail.split()) for mail in member.site.mails_to(member.email))


def latest(kind: str) -> str:
    return SandboxObject.objects.filter(kind=kind, account="").latest("serial").data["id"]
