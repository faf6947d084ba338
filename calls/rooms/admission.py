"""Whom an expert lets ring (PRODUCT.md, *Ring*)."""

from django.db.models import Exists, OuterRef, Q

from calls.contacts import services as contacts
from calls.contacts.models import Block
from marketplace.accounts.models import User
from marketplace.experts.models import Profile, WhoMayRing
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.wallet import services as wallet

TEN_MINUTES = 10


def refusal(*, caller: User, expert: User) -> str:
    """Why `caller` may not ring, whatever the expert is doing: you_blocked, members_only (of guests), credit_needed, not_known.
    Empty: they may. Whom the expert blocked is not told by a refusal: to them the expert is away (contacts.seen_by)."""
    if contacts.has_blocked(member=caller, other=expert):
        return "you_blocked"
    chosen = Profile.objects.filter(user=expert).values_list("who_may_ring", flat=True).first()
    if caller.is_guest and chosen != WhoMayRing.ANYONE:
        return "members_only"
    if chosen == WhoMayRing.CREDIT and not _has_credit(caller, expert.id):
        return "credit_needed"
    if chosen == WhoMayRing.KNOWN and not contacts.talked(caller, expert).exists():
        return "not_known"
    return ""


def letting_in(caller: User) -> Q:
    """The same of many at once: of profiles with a `rate_minor`, those whose experts `caller` may ring."""
    letting = Q(who_may_ring=WhoMayRing.ANYONE)
    if not caller.is_guest:
        credit = wallet.credit(member=caller).minor
        covered = Q(rate_minor__lte=credit // TEN_MINUTES) | (Q(rate_minor=None) if credit >= 1 else Q(pk=None))
        letting |= Q(who_may_ring=WhoMayRing.MEMBERS)
        letting |= Q(who_may_ring=WhoMayRing.CREDIT) & covered
        letting |= Q(who_may_ring=WhoMayRing.KNOWN) & Exists(contacts.talked(caller, OuterRef("user")))
    return letting & ~Exists(Block.objects.filter(blocker=caller, blocked=OuterRef("user")))


def covers_ten_minutes(caller: User, expert_id: int) -> bool:
    """Whether, never how much (PRODUCT.md, *Ring*). Without a rate per minute there is nothing to cover."""
    rate = _rate_minor(expert_id)
    return rate is None or wallet.credit(member=caller).minor >= rate * TEN_MINUTES


def _has_credit(caller: User, expert_id: int) -> bool:
    """For ten minutes, or any where there is no rate."""
    rate = _rate_minor(expert_id)
    return wallet.credit(member=caller).minor >= (1 if rate is None else rate * TEN_MINUTES)


def _rate_minor(expert_id: int) -> int | None:
    rates = listings.for_sale().filter(profile__user_id=expert_id, kind=Listing.Kind.PER_MINUTE)
    return rates.values_list("rate_minor", flat=True).first()
