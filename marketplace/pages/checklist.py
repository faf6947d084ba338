"""What makes an expert's page a good one, and where each of it is done. Nothing on it is asked for but what a page must have."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.withdrawals import services as withdrawals

BIO_LETTERS = 200  # shorter tells little


@dataclass(frozen=True)
class Item:
    label: str
    done: bool
    link: str


def checklist(profile: Profile, rate: Listing | None, *, can_test: bool) -> list[Item]:
    """`can_test`: this site can make test calls. One query: of the bank."""
    about, cost = (reverse("become_an_expert_step", args=[step]) for step in (2, 3))
    sells = listings.sells(profile)
    bio = _("A text about you of at least {count} letters").format(count=BIO_LETTERS)
    items = [
        Item(_("A photo"), bool(profile.photo), about),
        Item(bio, len(profile.bio.strip()) >= BIO_LETTERS, about),
        Item(_("The languages you speak"), bool(profile.languages), about),
    ]
    if sells:
        items.append(Item(_("A rate per minute"), rate is not None, cost))
    if can_test:
        items.append(Item(_("A test call that came through"), profile.test_call_at is not None, reverse("test_call")))
    if sells:
        items.append(Item(_("A bank account for what you earn (can wait)"), _has_bank(profile), reverse("earnings")))
    return items


def _has_bank(profile: Profile) -> bool:
    bank = withdrawals.bank_of(expert=profile.user)
    return bank is not None and bank.is_ready
