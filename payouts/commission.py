"""The platform's share of a price: pure, rounded once per paid period (PRODUCT.md, section 3)."""

from typing import NamedTuple


class Split(NamedTuple):
    earning_minor: int
    commission_minor: int


def split(price_minor: int, percent: int) -> Split:
    """`price_minor` into the expert's earning and the platform's commission: half a cent goes to the commission."""
    commission = (percent * price_minor + 50) // 100
    return Split(price_minor - commission, commission)
