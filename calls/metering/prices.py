"""What an expert may ask for a listing, and what they would get of it. Never more than the listing says."""

from typing import Any

from calls.metering.errors import OfferRefused
from calls.metering.texts import you_will_get
from marketplace.accounts.models import User
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.commission import split
from payouts.money import Money


def checked(listing: Listing, *, rate_minor: Any, price_minor: Any) -> tuple[int | None, int | None, int | None]:
    """Rate per minute, price of an act, and the listing's own where what is asked is lower. Minor units.

    Raises rate_out_of_range, rate_above_listing.
    """
    per_minute = listing.kind == Listing.Kind.PER_MINUTE
    listed = (listing.rate_minor if per_minute else listing.price_minor) or 0
    typed, other = (rate_minor, price_minor) if per_minute else (price_minor, rate_minor)
    asked = listed if typed is None else typed
    low, high = listings.rate_limits(listing.profile) if per_minute else listings.price_limits()
    if other is not None or type(asked) is not int or not low.minor <= asked <= high.minor:
        raise OfferRefused("rate_out_of_range")
    if asked > listed:
        raise OfferRefused("rate_above_listing")
    discounted = listed if asked < listed else None
    return (asked, None, discounted) if per_minute else (None, asked, discounted)


def preview(
    *, expert: User, listing_id: int, rate_minor: int | None = None, price_minor: int | None = None
) -> dict[str, Any]:
    """What the expert would get, in words, before they ask. Raises not_found, free_only, and as `checked`."""
    own = Listing.objects.filter(profile__user=expert.pk, active=True).select_related("profile__category__parent")
    listing = own.filter(pk=listing_id).first()
    if listing is None:
        raise OfferRefused("not_found")
    if not listings.sells(listing.profile):
        raise OfferRefused("free_only")
    rate, price, _ = checked(listing, rate_minor=rate_minor, price_minor=price_minor)
    return {"listing": listing.pk, "rate_minor": rate, "price_minor": price, "text": earning_text(listing, rate, price)}


def earning_text(listing: Listing, rate_minor: int | None, price_minor: int | None) -> str:
    minor = rate_minor if price_minor is None else price_minor
    share = split(minor or 0, listings.commission_percent(listing.profile)).earning_minor
    return you_will_get(Money(share, listing.currency), per_minute=rate_minor is not None)
