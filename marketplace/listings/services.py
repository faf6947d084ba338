"""What an expert sells: one rate per minute, acts of time, and acts of work. Limits are settings (PRODUCT.md, section 3)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Profile
from marketplace.listings.models import Listing
from payouts.money import Money
from payouts.office import services as office
from payouts.withdrawals import services as withdrawals

ACTS_MAX = 20
ACT_MINUTES_MIN, ACT_MINUTES_MAX = 5, 480
FREE_MINUTES_MAX = 60
WORK_DAYS_MAX = 90


class BadPrice(ValueError):
    """A rate or price outside the limits; the text is for the expert and names them."""


class TooManyActs(ValueError):
    """The profile has ACTS_MAX active acts already."""


class FreeOnly(BadPrice):
    """Nothing new is sold in the profile's category; the text is for the expert."""


class NotVerified(ValueError):
    """Stripe has not checked who the expert is, or no longer stands by it."""


def rate_limits(profile: Profile | None = None) -> tuple[Money, Money]:
    """Per minute; higher for an expert whom staff allowed more."""
    highest = (profile and profile.rate_minor_max) or settings.RATE_MINOR_MAX
    return _money(settings.RATE_MINOR_MIN), _money(highest)


def price_limits() -> tuple[Money, Money]:
    return _money(settings.ACT_MINOR_MIN), _money(settings.ACT_MINOR_MAX)


def sells(profile: Profile) -> bool:
    """Whether anything new may be sold in the profile's category. What was agreed before goes on as agreed."""
    return profile.category.kind_in_force == Category.Kind.PAID


def for_sale() -> QuerySet[Listing]:
    """What may be sold now. The listings of a category that is free only or closed rest until it is paid again."""
    paid = Listing.objects.filter(active=True, profile__category__kind=Category.Kind.PAID)
    return paid.exclude(Category.is_closed("profile__category__"))


@transaction.atomic
def set_rate(*, profile: Profile, rate_minor: int, free_minutes: int | None = None) -> Listing:
    """The profile's one rate per minute, in minor units, and how many minutes are free before it counts (None: as before).
    Offers already made keep what they were made at. Raises BadPrice, FreeOnly."""
    kept = Profile.objects.select_for_update(of=("self",)).select_related("category__parent").get(pk=profile.pk)
    _check_sells(kept)
    _check(rate_minor, rate_limits(kept))
    if free_minutes is not None and not 0 <= free_minutes <= FREE_MINUTES_MAX:
        raise BadPrice(_("Choose from 0 to {most} free minutes.").format(most=FREE_MINUTES_MAX))
    listing = profile.listings.filter(kind=Listing.Kind.PER_MINUTE, active=True).first()
    listing = listing or Listing(profile=profile, kind=Listing.Kind.PER_MINUTE, title=_("Conversation"))
    listing.rate_minor, listing.currency = rate_minor, settings.CURRENCY
    if free_minutes is not None:
        listing.free_minutes = free_minutes
    listing.save()
    return listing


def free_ms(listing: Listing) -> int:
    """How much of a paid period is free for two people who had nothing of it yet: the site's seconds, or the expert's own
    minutes where those are longer (PRODUCT.md, section 2, *Free time*). Acts have none."""
    if listing.kind != Listing.Kind.PER_MINUTE:
        return 0
    return max(settings.FREE_TIME_S * 1_000, listing.free_minutes * 60_000)


@transaction.atomic
def allow_rate(*, profile: Profile, staff: User, highest: Money | None, reason: str, now: datetime) -> None:
    """Staff let a verified expert ask up to `highest` per minute; None: no more than anybody. A rate above it comes down.

    Verified is whom Stripe pays out to: it has checked a document of theirs by then. Raises NotVerified, BadPrice, office's
    PartyToIt.
    """
    office.check_no_party(staff=staff, parties=[profile.user_id])
    if highest is not None:
        _check(highest.minor, (_money(settings.RATE_MINOR_MAX), _money(settings.RATE_MINOR_VERIFIED_MAX)))
        bank = withdrawals.bank_of(expert=profile.user)
        if bank is None or not bank.is_ready:
            raise NotVerified
    kept = Profile.objects.select_for_update().get(pk=profile.pk)
    kept.rate_minor_max = highest and highest.minor
    kept.save(update_fields=["rate_minor_max"])
    _, most = rate_limits(kept)
    for listing in kept.listings.filter(kind=Listing.Kind.PER_MINUTE, rate_minor__gt=most.minor):
        listing.rate_minor = most.minor
        listing.save(update_fields=["rate_minor"])
    office.record(staff=staff, act="rate.allow", reference=f"user:{kept.user_id}", reason=f"{most}: {reason}", now=now)


def commission_percent(profile: Profile) -> int:
    """The platform's share of what this expert's listings bring: the category's own, else that of the whole site."""
    own = profile.category.commission_percent
    return settings.COMMISSION_PERCENT if own is None else own


def add_act(*, profile: Profile, title: str, length_minutes: int, price_minor: int) -> Listing:
    """Raises BadPrice, FreeOnly, TooManyActs."""
    if profile.listings.filter(kind=Listing.Kind.ACT_OF_TIME, active=True).count() >= ACTS_MAX:
        raise TooManyActs(_("You have {limit} acts already. Take one off first.").format(limit=ACTS_MAX))
    act = Listing(profile=profile, kind=Listing.Kind.ACT_OF_TIME)
    return change_act(act=act, title=title, length_minutes=length_minutes, price_minor=price_minor)


def change_act(*, act: Listing, title: str, length_minutes: int, price_minor: int) -> Listing:
    """Offers already made keep their terms. Raises BadPrice, FreeOnly."""
    _check_sells(act.profile)
    _check(price_minor, price_limits())
    if not ACT_MINUTES_MIN <= length_minutes <= ACT_MINUTES_MAX:
        raise BadPrice(
            _("An act lasts from {low} to {high} minutes.").format(low=ACT_MINUTES_MIN, high=ACT_MINUTES_MAX)
        )
    act.title, act.length_minutes, act.price_minor, act.currency = title, length_minutes, price_minor, settings.CURRENCY
    act.save()
    return act


def add_work(*, profile: Profile, title: str, description: str, delivery_days: int, price_minor: int) -> Listing:
    """Raises BadPrice, FreeOnly, TooManyActs."""
    if profile.listings.filter(kind=Listing.Kind.ACT_OF_WORK, active=True).count() >= ACTS_MAX:
        raise TooManyActs(_("You have {limit} acts already. Take one off first.").format(limit=ACTS_MAX))
    work = Listing(profile=profile, kind=Listing.Kind.ACT_OF_WORK)
    return change_work(
        work=work, title=title, description=description, delivery_days=delivery_days, price_minor=price_minor
    )


def change_work(*, work: Listing, title: str, description: str, delivery_days: int, price_minor: int) -> Listing:
    """Offers and orders already made keep their terms. Raises BadPrice, FreeOnly."""
    _check_sells(work.profile)
    _check(price_minor, price_limits())
    if not 1 <= delivery_days <= WORK_DAYS_MAX:
        raise BadPrice(_("Choose from 1 to {most} days for the delivery.").format(most=WORK_DAYS_MAX))
    work.title, work.description, work.delivery_days = title, description, delivery_days
    work.price_minor, work.currency = price_minor, settings.CURRENCY
    work.save()
    return work


def take_off(*, act: Listing) -> None:
    """Not offered any more; receipts that name it stay as they are."""
    act.active = False
    act.save(update_fields=["active"])


def _money(minor: int) -> Money:
    return Money(minor, settings.CURRENCY)


def _check_sells(profile: Profile) -> None:
    if not sells(profile):
        text = _("Nothing is sold in {category}, so there is no price to set.")
        raise FreeOnly(text.format(category=profile.category))


def _check(minor: int, limits: tuple[Money, Money]) -> None:
    low, high = limits
    if not low.minor <= minor <= high.minor:
        raise BadPrice(_("Choose an amount from {low} to {high}.").format(low=low, high=high))
