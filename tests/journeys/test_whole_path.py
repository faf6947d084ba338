"""The main job from end to end, with two people in two real browsers: browse, call, go paid, settle, withdraw."""

import io
import re

import pytest
from django.db import connection
from PIL import Image
from playwright.sync_api import expect

from calls.metering.models import PaidPeriod, Stop
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.experts.models import Category
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.journeys.people import Person, cents
from tests.journeys.site import Site, manage

# The calendar moves in the demo only; the rest is as anywhere.
DEMO = {"DEBUG": "1", "DEMO": "1", "ACT_CAPTURE_S": "8"}
ENOUGH_TO_WITHDRAW_MINOR = 2_000
REFUSING_BANK, PAYING_BANK = "000111111116", "000123456789"


@pytest.mark.parametrize("site", [DEMO], indirect=True)
class WholePathTests:
    def test_from_sign_up_to_the_bank(self, site, person, signed_in_person):
        Category.objects.create(slug="money", name="Money and taxes")
        alice, bob = person("Alice Martin"), person("Bob Leroy")
        they_sign_up(alice, bob)
        bob_becomes_an_expert(bob)
        alice_browses(alice, bob)
        alice_leaves_a_message(alice, bob)
        payments_that_are_not_made_add_nothing(alice)
        rings_that_lead_nowhere(alice, bob)
        they_talk_free(alice, bob)
        offers_that_lead_nowhere(alice, bob)
        alice_adds_credit_and_accepts(alice, bob)
        the_meter_runs_on_both_screens(alice, bob)
        it_stands_still_and_goes_on(alice, bob)
        the_cap_is_raised(alice)
        back_to_free(alice, bob)
        an_act_of_time(alice, bob)
        they_hang_up_and_read_the_receipt(alice, bob)
        time_passes(signed_in_person(cast.sam()))
        the_bank_refuses(bob)
        the_bank_pays(bob)
        the_books_are_clean_and_a_planted_error_is_found(site)


# --- 1 and 2: who they are ----------------------------------------------------------------------------------------


def they_sign_up(alice: Person, bob: Person) -> None:
    alice.signs_up()
    alice.signs_out()
    alice.signs_in()
    bob.signs_up()
    bob.signs_out()
    bob.signs_in_by_code()


def bob_becomes_an_expert(bob: Person) -> None:
    bob.page.goto("/become-an-expert/")
    bob.page.get_by_label("Headline").fill("Helps with taxes")
    bob.page.get_by_label("About you").fill("Twenty years of practice, plain words.")
    bob.page.get_by_label("Category").select_option("Money and taxes")
    bob.page.get_by_label("Rate per minute").fill("10.00")
    bob.page.get_by_label("English").check()
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(picture, "PNG")
    bob.page.get_by_label("Photo").set_input_files(
        {"name": "bob.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    bob.press("Publish profile")
    expect(bob.page).to_have_url(re.compile(r"/experts/bob-leroy/$"))
    bob.page.goto("/me/")
    bob.page.get_by_role("link", name="Add an act").click()
    bob.page.get_by_label("What the caller gets").fill("Five minutes on your tax return")
    bob.page.get_by_label("Length in minutes").fill("5")
    bob.page.get_by_label("Price").fill("400")
    bob.press("Save")
    bob.reads("Five minutes on your tax return")


def alice_browses(alice: Person, bob: Person) -> None:
    alice.page.goto("/")
    alice.page.get_by_role("searchbox", name="Search experts").fill("TAXÉS")
    alice.press("Search")
    expect(alice.page.get_by_role("link", name=bob.name)).to_be_visible()
    alice.page.goto("/?online=1&category=money")
    alice.page.get_by_role("link", name=bob.name).click()
    alice.reads("€10.00")
    alice.reads("€400.00")
    expect(alice.sees("presence")).to_have_text("free now")


def alice_leaves_a_message(alice: Person, bob: Person) -> None:
    bob.page.goto("about:blank")  # his last page is closed
    expect(alice.sees("presence")).to_have_text("away")
    alice.page.get_by_label("Message to Bob").fill("Could you call me on Monday?")
    alice.press("Leave a message")
    bob.page.goto("/me/")
    bob.reads("Could you call me on Monday?")


# --- 3: credit ----------------------------------------------------------------------------------------------------


def payments_that_are_not_made_add_nothing(alice: Person) -> None:
    alice.page.goto("/wallet/")
    alice.press("Add credit")
    alice.page.get_by_role("link", name="Cancel").click()
    alice.reads("Payment cancelled")
    assert alice.sum("balance") == 0
    alice.page.goto("/wallet/")
    alice.press("Add credit")
    alice.window.forgive("402 (Payment Required)")  # so Stripe's stand-in answers a declined card
    alice.pays_at_stripe(alice.page, card="4000 0000 0000 0002")
    alice.reads("Your card was declined.")
    alice.page.goto("/wallet/")
    assert alice.sum("balance") == 0


# --- 4: the call --------------------------------------------------------------------------------------------------


def rings_that_lead_nowhere(alice: Person, bob: Person) -> None:
    alice.rings(bob)
    bob.press("Decline")
    alice.reads("Bob Leroy cannot talk right now.")
    alice.rings(bob)
    alice.press("Cancel call")
    alice.reads("You cancelled the call.")
    expect(bob.button("Answer")).to_be_hidden()


def they_talk_free(alice: Person, bob: Person) -> None:
    other_window = bob.window.context.new_page()
    other_window.goto("/me/")
    alice.rings(bob, line="My lease ends in May")
    bob.reads("My lease ends in May")
    bob.answers()
    expect(other_window.get_by_text("Answered in another window").first).to_be_visible()
    other_window.close()
    bob.joins()
    alice.joins()
    for somebody in (alice, bob):
        somebody.is_connected()
        somebody.hears()
        somebody.press("Mute")
        expect(somebody.button("Unmute")).to_be_visible()
        somebody.press("Unmute")
        somebody.press("Camera on")
        somebody.meter_is("free")
    for somebody in (alice, bob):
        somebody.sees_a_picture()


# --- 5: paid ------------------------------------------------------------------------------------------------------


def offers_that_lead_nowhere(alice: Person, bob: Person) -> None:
    bob.offers()
    alice.press("Refuse")
    bob.reads(re.compile("refused"))
    bob.offers()
    bob.press("Withdraw offer")
    expect(alice.button("Refuse")).to_be_hidden()
    assert not PaidPeriod.objects.exists()


def alice_adds_credit_and_accepts(alice: Person, bob: Person) -> None:
    bob.offers(rate="8", estimate=(3, 5))
    alice.reads("€8.00 per minute")
    adds_credit(alice, "Add credit and accept", "60", while_open=lambda: bob.reads(re.compile("Adding credit")))
    assert alice.sum("balance") == 6_000
    alice.accepts()
    expect(alice.sees("balance")).to_have_text("€20.00")  # the cap, 5 min at 8.00, is held


def adds_credit(alice: Person, button: str, amount: str, while_open=lambda: None) -> None:
    """In a small window, without leaving the call."""
    with alice.page.expect_popup() as opened:
        alice.press(button)
    small = opened.value
    while_open()
    small.get_by_label("Or another amount").fill(amount)
    with small.expect_event("close"):
        small.get_by_role("button", name="Add credit", exact=True).click()
        alice.pays_at_stripe(small)
    before_cents = int(amount) * 100
    alice.waits_until(lambda: alice.sum("balance") >= before_cents, "the new credit")


def the_meter_runs_on_both_screens(alice: Person, bob: Person) -> None:
    for somebody in (alice, bob):
        somebody.meter_is("running")
        somebody.waits_until(lambda who=somebody: who.sum("meter-cost") > 0, "a cost on the meter")
        somebody.hears()
        somebody.sees_a_picture()
    assert abs(alice.sum("meter-cost") - bob.sum("meter-cost")) <= 20  # looked at one after the other: 1.5 s at 8.00


def it_stands_still_and_goes_on(alice: Person, bob: Person) -> None:
    alice.press("Pause")
    bob.meter_is("paused")
    alice.press("Resume")
    bob.meter_is("running")
    bob.press("Pause")
    alice.meter_is("paused")
    expect(alice.button("Resume")).to_be_hidden()
    bob.press("Ready")
    alice.press("Resume")
    bob.meter_is("running")
    alice.loses_the_microphone()
    bob.meter_is("stopped")
    alice.meter_is("stopped")
    alice.finds_the_microphone()
    alice.meter_is("running")
    bob.meter_is("running")
    assert [stop.side for stop in Stop.objects.filter(reason="pause").order_by("pk")] == ["payer", "expert"]
    assert Stop.objects.filter(reason="loss", side="expert").exists()


def the_cap_is_raised(alice: Person) -> None:
    before = PaidPeriod.objects.get().cap_minor
    alice.page.get_by_role("button", name=re.compile("^Raise the cap")).click()
    alice.waits_until(lambda: PaidPeriod.objects.get().cap_minor > before, "a higher cap")
    assert Hold.objects.filter(is_open=True).count() == 2


def back_to_free(alice: Person, bob: Person) -> None:
    bob.press("Back to free")
    for somebody in (alice, bob):
        somebody.meter_is("free")
    period = PaidPeriod.objects.get()
    charged = max(0, period.billable_ms - period.free_ms)
    assert period.amount_minor == 800 * charged // 60_000 > 0
    assert not Hold.objects.filter(is_open=True).exists()
    expect(alice.sees("balance")).to_have_text(f"€{(6_000 - period.amount_minor) / 100:.2f}")


def an_act_of_time(alice: Person, bob: Person) -> None:
    """One that is cancelled in time, one that is given."""
    adds_credit(alice, "Add credit", "400")
    before = alice.sum("balance")
    bob.offers("Five minutes on your tax return")
    alice.reads("€400.00")
    alice.accepts()
    alice.meter_is("running")
    alice.press("Cancel act")
    bob.meter_is("free")
    assert alice.sum("balance") == before
    bob.offers("Five minutes on your tax return")
    alice.accepts()
    for somebody in (alice, bob):
        somebody.meter_is("running")
        somebody.sees_a_picture()
    act = PaidPeriod.objects.latest("pk")
    alice.waits_until(lambda: used_minor(alice, act) > 3_000, "enough of the act to withdraw")


def used_minor(alice: Person, act: PaidPeriod) -> int:
    minutes, seconds = alice.sees("meter-time").inner_text().split(":")
    return act.price_minor * (int(minutes) * 60 + int(seconds)) * 1000 // act.length_ms


def they_hang_up_and_read_the_receipt(alice: Person, bob: Person) -> None:
    alice.press("Hang up")
    for somebody in (alice, bob):
        somebody.page.get_by_role("link", name="See the receipt").click()
    rows = list(Earning.objects.order_by("pk"))
    paid = sum(row.price_minor - row.given_back_minor for row in rows)
    assert [PaidPeriod.objects.filter(amount_minor__gt=0).count(), len(rows)] == [2, 2]
    for somebody, label in ((alice, "Paid"), (bob, "Paid")):
        assert cents(somebody.page.get_by_role("row", name=re.compile(f"^{label}")).last.inner_text()) == paid
    earned = cents(bob.page.get_by_role("row", name=re.compile("^Your earning")).last.inner_text())
    assert earned == earnings.summary(expert=member(bob)).pending.minor >= ENOUGH_TO_WITHDRAW_MINOR
    alice.page.goto("/wallet/")
    assert alice.sum("balance") == 46_000 - paid == wallet.credit(member=member(alice)).minor
    assert Call.objects.get(state="ended").end_reason == "hung_up"


# --- 6 and 7: earnings and the bank -------------------------------------------------------------------------------


def time_passes(sam: Person) -> None:
    sam.page.goto("/demo/")
    sam.press("Forward 30 days")
    sam.press("Forward 1 day")


def the_bank_refuses(bob: Person) -> None:
    earned = sum(row.amount_minor for row in Earning.objects.all())
    connects_a_bank(bob, "Connect a bank account", REFUSING_BANK)
    comes_to(bob, "earnings-pending", 0)
    available = earnings.summary(expert=member(bob)).available.minor
    assert bob.sum("earnings-available") == available <= earned
    bob.press("Withdraw")
    comes_to_state(bob, "failed")
    comes_to(bob, "earnings-available", available)


def the_bank_pays(bob: Person) -> None:
    available = bob.sum("earnings-available")
    connects_a_bank(bob, "Change at Stripe", PAYING_BANK)
    bob.page.get_by_label("Amount").fill(f"{ENOUGH_TO_WITHDRAW_MINOR // 100}")
    bob.press("Withdraw")
    comes_to_state(bob, "paid")
    assert bob.sum("earnings-available") == available - ENOUGH_TO_WITHDRAW_MINOR
    assert bob.sum("earnings-withdrawn") == ENOUGH_TO_WITHDRAW_MINOR
    assert sorted(Withdrawal.objects.values_list("state", flat=True)) == ["failed", "paid"]


def connects_a_bank(bob: Person, button: str, number: str) -> None:
    bob.page.goto("/earnings/")
    bob.press(button)
    bob.page.get_by_label("Full name").fill(bob.name)
    bob.page.get_by_label("Bank account number").fill(number)
    bob.press("Finish onboarding")
    expect(bob.page).to_have_url(re.compile("/earnings/"))
    bob.looks_again_until(
        "/earnings/", lambda: bob.button("Withdraw").is_visible() or bob.page.get_by_text("ending in").is_visible()
    )


def comes_to(bob: Person, testid: str, minor: int) -> None:
    bob.looks_again_until("/earnings/", lambda: bob.sum(testid) == minor)


def comes_to_state(bob: Person, state: str) -> None:
    newest = bob.page.get_by_test_id("withdrawal").first
    bob.looks_again_until("/earnings/", lambda: newest.get_attribute("data-state") == state)


def member(who: Person) -> User:
    return User.objects.get(email=who.email)


def the_books_are_clean_and_a_planted_error_is_found(site: Site) -> None:
    assert "clean" in manage(site.environment, "verify_ledger")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_account SET balance_minor = balance_minor + 1 WHERE kind = 'caller_credit'")
    with pytest.raises(AssertionError, match="Faults found"):
        manage(site.environment, "verify_ledger")
