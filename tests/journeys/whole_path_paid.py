"""The paid part of the whole path: offers, the meter on both screens, an act, the receipt."""

import re

from playwright.sync_api import expect

from calls.metering.models import PaidPeriod, Stop
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests.journeys.people import Person, cents

ENOUGH_TO_WITHDRAW_MINOR = 2_000


def member(who: Person) -> User:
    return User.objects.get(email=who.email)


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
    for somebody in (alice, bob):
        somebody.meter_is("free")
    alice.waits_until(lambda: alice.sum("balance") == before, "the whole price back")
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
    rows = list(Earning.objects.exclude(reference__startswith="stored:").order_by("pk"))
    paid = sum(row.price_minor - row.given_back_minor for row in rows)
    assert [PaidPeriod.objects.filter(amount_minor__gt=0).count(), len(rows)] == [2, 2]
    stored = Earning.objects.get(reference__startswith="stored:")  # what was not used of the act
    for somebody, label in ((alice, "Paid"), (bob, "Paid")):
        assert cents(somebody.page.get_by_role("row", name=re.compile(f"^{label}")).last.inner_text()) == paid
    earned = cents(bob.page.get_by_role("row", name=re.compile("^Your earning")).last.inner_text())
    assert (
        earned == earnings.summary(expert=member(bob)).pending.minor - stored.amount.minor >= ENOUGH_TO_WITHDRAW_MINOR
    )
    alice.page.goto("/wallet/")
    assert alice.sum("balance") == 46_000 - paid - stored.price_minor == wallet.credit(member=member(alice)).minor
    assert Call.objects.get(state="ended").end_reason == "hung_up"
