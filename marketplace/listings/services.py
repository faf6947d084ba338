"""What an expert sells: one rate per minute, acts of time, and acts of work. Limits are settings (PRODUCT.md, section 3)."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.experts.models import Profile
from marketplace.listings.models import Listing
from payouts.money import Money

ACTS_MAX = 20
ACT_MINUTES_MIN, ACT_MINUTES_MAX = 5, 480
WORK_DAYS_MAX = 90


class BadPrice(ValueError):
    """A rate or price outside the limits; the text is for the expert and names them."""


class TooManyActs(ValueError):
    """The profile has ACTS_MAX active acts already."""


def rate_limits() -> tuple[Money, Money]:
    return _money(settings.RATE_MINOR_MIN), _money(settings.RATE_MINOR_MAX)


def price_limits() -> tuple[Money, Money]:
    return _money(settings.ACT_MINOR_MIN), _money(settings.ACT_MINOR_MAX)


@transaction.atomic
def set_rate(*, profile: Profile, rate_minor: int) -> Listing:
    """The profile's one rate per minute, in minor units. Offers already made keep the rate they were made at."""
    _check(rate_minor, rate_limits())
    Profile.objects.select_for_update().get(pk=profile.pk)
    listing = profile.listings.filter(kind=Listing.Kind.PER_MINUTE, active=True).first()
    listing = listing or Listing(profile=profile, kind=Listing.Kind.PER_MINUTE, title=_("Conversation"))
    listing.rate_minor, listing.currency = rate_minor, settings.CURRENCY
    listing.save()
    return listing


def add_act(*, profile: Profile, title: str, length_minutes: int, price_minor: int) -> Listing:
    """Raises BadPrice, TooManyActs."""
    if profile.listings.filter(kind=Listing.Kind.ACT_OF_TIME, active=True).count() >= ACTS_MAX:
        raise TooManyActs(_("You have {limit} acts already. Take one off first.").format(limit=ACTS_MAX))
    act = Listing(profile=profile, kind=Listing.Kind.ACT_OF_TIME)
    return change_act(act=act, title=title, length_minutes=length_minutes, price_minor=price_minor)


def change_act(*, act: Listing, title: str, length_minutes: int, price_minor: int) -> Listing:
    """Offers already made keep their terms. Raises BadPrice."""
    _check(price_minor, price_limits())
    if not ACT_MINUTES_MIN <= length_minutes <= ACT_MINUTES_MAX:
        raise BadPrice(
            _("An act lasts from {low} to {high} minutes.").format(low=ACT_MINUTES_MIN, high=ACT_MINUTES_MAX)
        )
    act.title, act.length_minutes, act.price_minor, act.currency = title, length_minutes, price_minor, settings.CURRENCY
    act.save()
    return act


def add_work(*, profile: Profile, title: str, description: str, delivery_days: int, price_minor: int) -> Listing:
    """Raises BadPrice, TooManyActs."""
    if profile.listings.filter(kind=Listing.Kind.ACT_OF_WORK, active=True).count() >= ACTS_MAX:
        raise TooManyActs(_("You have {limit} acts already. Take one off first.").format(limit=ACTS_MAX))
    work = Listing(profile=profile, kind=Listing.Kind.ACT_OF_WORK)
    return change_work(
        work=work, title=title, description=description, delivery_days=delivery_days, price_minor=price_minor
    )


def change_work(*, work: Listing, title: str, description: str, delivery_days: int, price_minor: int) -> Listing:
    """Offers and orders already made keep their terms. Raises BadPrice."""
    _check(price_minor, price_limits())
    if not 1 <= delivery_days <= WORK_DAYS_MAX:
        raise BadPrice(_("Choose from 1 to {most} days for the delivery.").format(most=WORK_DAYS_MAX))
    work.title, work.description, work.delivery_days = title, description, delivery_days
    work.price_minor, work.currency = price_minor, settings.CURRENCY
    work.save()
    return work


def take_off(*, act: Listing) -> None:
    """Not offered any more; receipts that name it stay as they are."""
    Listing.objects.filter(pk=act.pk).update(active=False)


def _money(minor: int) -> Money:
    return Money(minor, settings.CURRENCY)


def _check(minor: int, limits: tuple[Money, Money]) -> None:
    low, high = limits
    if not low.minor <= minor <= high.minor:
        raise BadPrice(_("Choose an amount from {low} to {high}.").format(low=low, high=high))
