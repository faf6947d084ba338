"""What others ask per minute, for somebody who wonders what to ask: the quartiles of the rates in their category."""

from statistics import quantiles
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.money import Money

RATES_MIN = 8  # fewer would tell what single people ask
SAMPLE_MAX = 500
ROUND_TO_MINOR = 5


class Suggestion(NamedTuple):
    """Half of the others ask between `low` and `high`; as many more than `middle` as less."""

    low: Money
    middle: Money
    high: Money
    in_category: bool  # else of the whole site

    @property
    def sums(self) -> list[Money]:
        """To choose from, each once."""
        return list(dict.fromkeys((self.low, self.middle, self.high)))


def suggest(*, category: Category) -> Suggestion | None:
    """None: too few have a rate for it to mean anything. At most two queries, each of SAMPLE_MAX rates at the most."""
    for rates, in_category in ((_rates().filter(profile__category=category), True), (_rates(), False)):
        sample = list(rates.values_list("rate_minor", flat=True)[:SAMPLE_MAX])
        if len(sample) >= RATES_MIN:
            low, middle, high = (_rounded(quartile) for quartile in quantiles(sample, n=4, method="inclusive"))
            return Suggestion(low, middle, high, in_category)
    return None


def _rates() -> QuerySet[Listing]:
    """Whichever the database comes to first: in an order of ours it would have to look at a million to give five hundred."""
    public = listings.for_sale().filter(kind=Listing.Kind.PER_MINUTE, currency=settings.CURRENCY)
    return public.filter(profile__in=Profile.objects.listed())


def _rounded(minor: float) -> Money:
    """To sums that people ask, and never outside what may be asked."""
    low, high = listings.rate_limits()
    rounded = round(minor / ROUND_TO_MINOR) * ROUND_TO_MINOR
    return Money(min(max(rounded, low.minor), high.minor), settings.CURRENCY)
