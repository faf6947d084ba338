"""The chart of `/earnings/` as a browser draws it: a window's troubles tell when the content security policy refused a part."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplace.management.demo_data.builder import buy_credit
from tests import cast
from tests.payouts.purse import charge


@pytest.fixture
def sold(site) -> None:
    """Two weeks ago and today alice paid bob 20.00."""
    alice, bob, now = cast.alice(), cast.bob(), timezone.now()
    buy_credit(
        alice, 5_000, now=now - timedelta(days=15)
    )  # at the sandbox: the worker compares the books with Stripe's
    charge(alice, bob, 2_000, now - timedelta(days=14))
    charge(alice, bob, 2_000, now)


@pytest.mark.prove
@pytest.mark.usefixtures("sold")
class ChartTests:
    def test_bars_are_drawn_read_and_chosen_and_all_of_it_is_in_a_table(self, signed_in_person):
        bob = signed_in_person(cast.bob())
        for by, count, words in (
            ("Day", 2, r".+ 20\d\d: €"),
            ("Week", 2, "Week from .+: €"),
            ("Listing", 1, "Call .+: €"),
        ):
            bob.page.goto("/earnings/")
            bob.page.get_by_role("navigation", name="Show by").get_by_role("link", name=by).click()
            expect(bob.page.get_by_role("img", name="Bars of what you earned").locator("canvas")).to_be_visible()
            bob.page.locator("#earnings-chart .u-over").hover()
            expect(bob.page.locator(".chart-read")).to_have_text(re.compile(words))
            bob.page.get_by_text("As a table").click()
            expect(bob.sees("chart-table").locator("tbody tr")).to_have_count(count)

    @pytest.mark.parametrize("how", [{"java_script_enabled": False}])
    def test_without_a_script_there_is_the_table_and_no_empty_frame(self, signed_in_person, how):
        bob = signed_in_person(cast.bob(), **how)
        bob.page.goto("/earnings/?chart=week")
        expect(bob.page.locator("#earnings-chart")).to_be_hidden()
        bob.page.get_by_text("As a table").click()
        expect(bob.sees("chart-table").locator("tbody tr")).to_have_count(2)
