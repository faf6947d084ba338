"""The last part of the whole path: earnings become available and go to a bank; then every cent is counted."""

import re

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from payouts.earnings import services as earnings
from payouts.earnings import suspicion
from payouts.earnings.models import Earning
from payouts.money import Money
from payouts.safety.models import Freeze, Review
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.journeys.people import Person
from tests.journeys.site import Site, manage
from tests.journeys.whole_path_paid import ENOUGH_TO_WITHDRAW_MINOR, member

REFUSING_BANK, PAYING_BANK = "000111111116", "000123456789"


def time_passes(sam: Person) -> None:
    sam.page.goto("/demo/")
    sam.press("Forward 30 days")
    sam.press("Forward 1 day")


def staff_look_at_two_newcomers(sam: Person) -> None:
    """Two accounts made today moved much at once: nothing between them is released before staff have looked."""
    reviews = list(Review.objects.order_by("pk"))
    assert [review.reasons for review in reviews] == [["new_with_new"]] * 2
    for review in reviews:
        suspicion.decide(review_id=review.pk, staff=cast.sam(), verdict="fine", note="A test.", now=timezone.now())


def the_bank_refuses(bob: Person) -> None:
    earned = sum(row.amount_minor for row in Earning.objects.all())
    connects_a_bank(bob, "Connect a bank account", REFUSING_BANK)
    comes_to(bob, "earnings-pending", 0)
    available = earnings.summary(expert=member(bob)).available.minor
    assert bob.sum("earnings-available") == available <= earned
    bob.press("Withdraw")
    follows(bob, "sent", "failing", "failed")
    expect(bob.sees("earnings-available")).to_have_text(str(Money(available, "EUR")))


def the_bank_pays(bob: Person) -> None:
    available = bob.sum("earnings-available")
    connects_a_bank(bob, "Change at Stripe", PAYING_BANK)
    waits = bob.page.get_by_text(re.compile("Your bank account was changed.*withdrawals wait until"))
    bob.looks_again_until("/earnings/", waits.is_visible)
    expect(bob.button("Withdraw")).to_have_count(0)
    Freeze.objects.update(ends_at=timezone.now())  # three days later
    bob.page.goto("/earnings/")
    bob.page.get_by_label("Amount").fill(f"{ENOUGH_TO_WITHDRAW_MINOR // 100}")
    bob.press("Withdraw")
    follows(bob, "sent", "paid")
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


def follows(bob: Person, *states: str) -> None:
    """Each step of the newest withdrawal shows by itself."""
    for state in states:
        expect(bob.page.get_by_test_id("withdrawal").first).to_have_attribute("data-state", state)


def the_books_are_clean_and_a_planted_error_is_found(site: Site) -> None:
    assert "clean" in manage(site.environment, "verify_ledger")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_account SET balance_minor = balance_minor + 1 WHERE kind = 'caller_credit'")
    with pytest.raises(AssertionError, match="Faults found"):
        manage(site.environment, "verify_ledger")
