import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from payouts.commission import split
from payouts.money import BadAmount, Money, price_of_time, read_money


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


class MoneyTests:
    @pytest.mark.parametrize("minor", [1.0, 10.5, "10", True, None])
    def test_only_whole_minor_units_are_money(self, minor):
        with pytest.raises(BadAmount):
            Money(minor, "EUR")

    @pytest.mark.parametrize("currency", ["", "eur", "EURO", "€", "ÉUR"])
    def test_only_iso_codes_are_currencies(self, currency):
        with pytest.raises(BadAmount):
            Money(1, currency)

    @pytest.mark.parametrize("mixed", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b])
    def test_currencies_do_not_mix(self, mixed):
        with pytest.raises(BadAmount):
            mixed(eur(1), Money(1, "USD"))

    def test_it_is_written_with_two_decimals_and_the_sign(self):
        with translation.override("en"):
            assert (str(eur(184_005)), str(eur(-5)), str(Money(500, "JPY"))) == ("€1,840.05", "−€0.05", "¥500")

    @pytest.mark.parametrize(
        ("language", "text"), [("en", "−€1,840.05"), ("fr", "−1\u202f840,05\xa0€"), ("nl", "€\xa0−1.840,05")]
    )
    def test_below_zero_it_has_the_minus_of_print_in_each_language(self, language, text):
        with translation.override(language):
            assert str(eur(-184_005)) == text

    def test_for_a_spreadsheet_its_minus_is_that_of_a_keyboard(self):
        assert eur(-184_005).typed() == "-1840.05"

    def test_no_template_writes_a_minus_of_its_own_before_a_sum(self):
        written = [
            (path.name, found)
            for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
            for found in re.findall(r"(?:−|&minus;)\{\{[^}]*\}\}", path.read_text())
            if "|duration" not in found
        ]
        assert written == []


class ReadMoneyTests:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("20", 2_000),
            ("20.5", 2_050),
            ("20.50", 2_050),
            ("20,50", 2_050),
            (" 7.09 ", 709),
            ("0.01", 1),
            ("007", 700),
        ],
    )
    def test_what_people_type(self, text, minor):
        assert read_money(text, "EUR") == eur(minor)

    @pytest.mark.parametrize(
        "text",
        ["", "-5", "+5", "0x10", "1e3", "1.234", "1,000.00", "1 000", "१२", "٢٠", "２０", "Infinity", "NaN", "5.", ".5",
         "20 €", "9" * 12, "5\n6", "5\u0000"],
    )  # fmt: skip
    def test_anything_else_is_refused(self, text):
        with pytest.raises(BadAmount):
            read_money(text, "EUR")

    def test_a_currency_without_decimals_takes_none(self):
        assert read_money("500", "JPY") == Money(500, "JPY")
        with pytest.raises(BadAmount):
            read_money("500.5", "JPY")

    @given(st.integers(0, 10**9))
    def test_what_a_form_shows_reads_back(self, minor):
        assert read_money(eur(minor).typed(), "EUR") == eur(minor)


class PriceTests:
    def test_time_is_priced_down_to_the_cent_once(self):
        assert price_of_time(rate_minor_per_minute=200, billable_ms=160_299) == 534
        assert price_of_time(rate_minor_per_minute=200, billable_ms=160_300) == 534
        assert price_of_time(rate_minor_per_minute=200, billable_ms=160_500) == 535


class CommissionTests:
    @pytest.mark.parametrize(
        ("price", "earning", "commission"),
        [(0, 0, 0), (1, 1, 0), (2, 1, 1), (5, 3, 2), (533, 373, 160), (2_500, 1_750, 750)],
    )
    def test_thirty_in_a_hundred_half_up(self, price, earning, commission):
        assert split(price, 30) == (earning, commission)

    @given(st.integers(0, 10**9), st.integers(0, 100))
    def test_the_shares_make_the_price_and_neither_is_negative(self, price, percent):
        earning, commission = split(price, percent)
        assert earning + commission == price
        assert earning >= 0 <= commission

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 100))
    def test_a_higher_price_lowers_nobodys_share(self, price, more, percent):
        """So that giving back in parts never asks either of them to pay more than they got."""
        low, high = split(price, percent), split(price + more, percent)
        assert low.earning_minor <= high.earning_minor
        assert low.commission_minor <= high.commission_minor
