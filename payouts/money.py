"""Money: whole minor units and a currency. The only place where a sum is read, rounded or written out."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language

MINUS = "\N{MINUS SIGN}"


class BadAmount(ValueError):
    """An amount that is not a positive whole number of minor units, or not in the expected currency."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (cents) of `currency` (ISO 4217, upper case). May be zero or negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:  # a bool or a float is a bug, not money
            raise BadAmount(f"{self.minor!r} is not a whole number of minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise BadAmount(f"{self.currency!r} is not a currency")

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise BadAmount(f"{self.currency} is not {other.currency}")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        """The sum as a page shows it, in the active language: two decimals and the currency sign, as Babel writes it, but a
        minus as print has it. Files for other programs take `typed`."""
        return _shown(self, get_language() or "en")

    def typed(self) -> str:
        """What `read_money` reads back as this sum: "18.40", for a form that shows it again, and for spreadsheets: "-0.05"."""
        return str(Decimal(self.minor).scaleb(-get_currency_precision(self.currency)))


@lru_cache(maxsize=10_000)
def _shown(amount: Money, language: str) -> str:
    exact = Decimal(amount.minor).scaleb(-get_currency_precision(amount.currency))
    return format_currency(exact, amount.currency, locale=language.replace("-", "_")).replace("-", MINUS)


def read_money(text: str, currency: str) -> Money:
    """What a person typed, in major units: "2", "2.5", "2,50" -> exactly that many minor units. BadAmount for anything else:
    signs, exponents, thousands separators, other digits, more decimals than the currency has."""
    decimals = get_currency_precision(currency)
    typed = re.fullmatch(
        rf"([0-9]{{1,9}})(?:[.,]([0-9]{{1,{decimals}}}))?" if decimals else "([0-9]{1,9})()", text.strip()
    )
    if typed is None:
        raise BadAmount(f"{text!r} is not an amount in {currency}")
    return Money(int(typed[1] + (typed[2] or "").ljust(decimals, "0")), currency)


def price_of_time(*, rate_minor_per_minute: int, billable_ms: int) -> int:
    """Whole minor units for `billable_ms` at `rate_minor_per_minute`, rounded down once: in the caller's favour (PRODUCT 3)."""
    return rate_minor_per_minute * billable_ms // 60_000
