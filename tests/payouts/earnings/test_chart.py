"""The chart of `/earnings/`: what was earned when, and with what."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from payouts.earnings import services as earnings
from payouts.earnings.chart import LISTINGS_SHOWN
from payouts.wallet import services as wallet
from tests.payouts.purse import capture, eur, give_credit

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 3, 18, 15, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def sells(alice, bob):
    give_credit(alice, 500_000, TODAY - timedelta(days=500))

    def sells(price: int, at: datetime, group: str = "listing:5", label: str = "Call", **words) -> str:
        reference = f"period:{at:%Y%m%d%H%M%S}:{price}"
        wallet.hold(payer=alice, amount=eur(price), key=f"{reference}:hold:1", reference=reference, now=at)
        capture(alice, bob, price, at, reference=reference, group=group, label=label, **words)
        return reference

    return sells


def shown(bob, by: str) -> dict[str, str]:
    """The bars that are not empty, as the table shows them."""
    return {bar.title: str(bar.amount) for bar in earnings.chart(expert=bob, by=by, now=TODAY).earned}


class CalendarTests:
    def test_each_day_week_and_month_has_what_was_earned_in_it(self, bob, sells):
        sells(1_000, TODAY)
        sells(100, TODAY - timedelta(hours=15))  # midnight: today
        sells(500, TODAY - timedelta(hours=15, seconds=1))  # yesterday
        sells(2_000, TODAY - timedelta(days=3))  # Sunday: the week before
        sells(4_000, datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))
        assert shown(bob, "day") == {
            "18 Mar 2026": "€7.70", "17 Mar 2026": "€3.50", "15 Mar 2026": "€14.00", "28 Feb 2026": "€28.00",
        }  # fmt: skip
        assert shown(bob, "week") == {
            "Week from 16 Mar 2026": "€11.20", "Week from 9 Mar 2026": "€14.00", "Week from 23 Feb 2026": "€28.00",
        }  # fmt: skip
        assert shown(bob, "month") == {"March 2026": "€25.20", "February 2026": "€28.00"}

    @pytest.mark.parametrize(
        ("by", "count", "first"),
        [("day", 30, "2026-02-17"), ("week", 26, "2025-09-22"), ("month", 12, "2025-04-01")],
    )
    def test_it_reaches_back_to_the_start_of_its_first_bar_and_no_further(self, bob, sells, by, count, first):
        start = datetime.fromisoformat(first).replace(tzinfo=UTC)
        sells(1_000, start)
        sells(2_000, start - timedelta(seconds=1))
        chart = earnings.chart(expert=bob, by=by, now=TODAY)
        assert len(chart.bars) == count
        assert (chart.bars[0].amount, chart.total) == (eur(700), eur(700))

    def test_what_went_back_is_no_longer_earned_to_the_cent(self, alice, bob, sells):
        reference = sells(333, TODAY)
        earnings.give_back(reference=reference, amount=eur(150), key="back", now=TODAY)
        assert earnings.chart(expert=bob, by="day", now=TODAY).total == eur(128)  # 183 less 55
        words = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Call (tip)", "link": ""}
        earnings.tip(payer=alice, expert=bob, amount=eur(200), now=TODAY, **words)
        assert earnings.chart(expert=bob, by="day", now=TODAY).total == eur(328)
        assert earnings.summary(expert=bob).pending == eur(328)

    def test_months_go_round_the_year(self, bob):
        bars = earnings.chart(expert=bob, by="month", now=datetime(2026, 12, 31, tzinfo=UTC)).bars
        assert [bars[0].title, bars[-1].title] == ["January 2026", "December 2026"]

    def test_it_speaks_the_visitors_language(self, bob, sells):
        sells(1_000, TODAY)
        with translation.override("fr"):
            assert list(shown(bob, "month")) == ["mars 2026"]


class ListingTests:
    def test_what_earned_most_comes_first_and_a_tip_belongs_to_what_it_was_given_for(self, alice, bob, sells):
        sells(1_000, TODAY, group="listing:5", label="Per minute")
        sells(2_000, TODAY - timedelta(days=300), group="listing:6", label="Translation")
        sells(9_000, TODAY - timedelta(days=400), group="listing:6", label="Translation")
        words = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Per minute (tip)", "link": ""}
        earnings.tip(payer=alice, expert=bob, amount=eur(1_000), now=TODAY, **words)
        assert list(shown(bob, "listing").items()) == [("Per minute", "€17.00"), ("Translation", "€14.00")]

    def test_many_listings_end_in_one_bar(self, bob, sells):
        for number in range(LISTINGS_SHOWN + 2):
            sells(1_000 + number, TODAY + timedelta(seconds=number), group=f"listing:{number}", label=f"L{number:02}")
        chart = earnings.chart(expert=bob, by="listing", now=TODAY)
        assert (chart.bars[-1].title, chart.bars[-1].amount) == ("All others", eur(1_401))
        assert len(chart.bars) == LISTINGS_SHOWN + 1
        assert chart.total == earnings.summary(expert=bob).pending


class PageTests:
    def test_the_table_behind_it_needs_no_script_and_the_script_gets_the_same_sums(
        self, bob, sells, signed_in, monkeypatch
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
        sells(1_000, TODAY)
        page = signed_in(bob).get("/earnings/?chart=week").content.decode()
        table = re.search(r'data-testid="chart-table">(.+?)</table>', page, re.DOTALL)[1]
        cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.+?)</t[hd]>", table)]
        assert cells == ["Week", "You earned", "Week from 16 Mar 2026", "€7.00"]
        assert '<time datetime="2026-03-16" data-local="day">' in table  # as each date of the site
        data = json.loads(re.search(r'<script id="chart-data" type="application/json">(.+?)</script>', page)[1])
        assert (data["by"], data["currency"], data["decimals"], len(data["bars"])) == ("week", "EUR", 2, 26)
        week = {"title": "Week from 16 Mar 2026", "short": "16 Mar", "day": "2026-03-16", "minor": 700, "sum": "€7.00"}
        assert (data["title"], data["bars"][-1]) == ("Week from {day}", week)

    @pytest.mark.parametrize("asked", ["", "year", "day\0", "x" * 5_000])
    def test_anything_else_is_shown_by_day(self, bob, sells, signed_in, monkeypatch, asked):
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
        sells(1_000, TODAY)
        page = signed_in(bob).get("/earnings/", {"chart": asked}).content.decode()
        assert 'href="?chart=day#chart" aria-current="true"' in page
        assert "18 Mar 2026" in page

    def test_a_title_cannot_break_out_of_the_data(self, bob, sells, signed_in, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
        sells(1_000, TODAY, label="</script><b>Bob</b>")
        assert "</script><b>" not in signed_in(bob).get("/earnings/?chart=listing").content.decode()

    def test_when_nothing_was_earned_lately_it_says_so(self, bob, sells, signed_in, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
        sells(1_000, TODAY - timedelta(days=40))
        page = signed_in(bob).get("/earnings/").content.decode()
        assert "Nothing was earned in this time." in page
        assert "chart-data" not in page

    def test_who_never_earned_has_no_chart_and_eve_sees_none_of_bobs(self, bob, eve, sells, signed_in):
        sells(1_000, TODAY)
        assert 'id="chart"' not in signed_in(eve).get("/earnings/").content.decode()

    @pytest.mark.parametrize("by", ["day", "week", "month", "listing"])
    def test_it_is_one_query(self, bob, sells, by):
        sells(1_000, TODAY)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            earnings.chart(expert=bob, by=by, now=TODAY)
        assert len(seen) == 1
