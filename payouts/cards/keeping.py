"""Which cards Stripe keeps for a member: looked up whenever they may have changed, shown from here."""

from contextlib import suppress
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.cards import automatic
from payouts.cards.models import AutoTopUp, SavedCard
from payouts.safety import services as safety
from payouts.stripe import card_gateway
from payouts.stripe.answers import Card, Refused
from payouts.wallet.models import Customer


def saved_cards(*, member: AbstractBaseUser) -> list[SavedCard]:
    """Newest first; a number that was saved twice once."""
    found: dict[str, SavedCard] = {}
    for card in SavedCard.objects.filter(member_id=member.pk, removed_at=None).order_by("-pk"):
        found.setdefault(card.fingerprint or card.stripe_method, card)
    return list(found.values())


def usable_cards(*, member: AbstractBaseUser, now: datetime) -> list[SavedCard]:
    """Those that are not past their date."""
    this_month = (now.year, now.month)
    return [card for card in saved_cards(member=member) if (card.exp_year, card.exp_month) >= this_month]


def refresh_cards(*, member: AbstractBaseUser, now: datetime) -> None:
    """As Stripe has them now. Asks Stripe, so not inside a transaction. Raises the gateway's NotAnswered or Refused."""
    customer = Customer.objects.filter(member_id=member.pk).first()
    if customer is None:
        return
    kept = card_gateway.list_cards(customer=customer.stripe_id)
    with transaction.atomic():
        automatic.lock_rule(member_id=member.pk)  # before its card, as whoever changes the rule
        for card in reversed(kept):
            _keep(member, card, now)
        gone = SavedCard.objects.filter(member_id=member.pk, removed_at=None)
        _forget(list(gone.exclude(stripe_method__in=[card.id for card in kept])), now)


def refresh_cards_of(*, customer: str, now: datetime) -> None:
    """Of whomever Stripe knows by this name; of others nothing."""
    if known := Customer.objects.filter(stripe_id=customer).select_related("member").first():
        refresh_cards(member=known.member, now=now)


def remove_card(*, member: AbstractBaseUser, card_id: int, now: datetime) -> None:
    """Stripe forgets it, under each name that it has there. Raises SavedCard.DoesNotExist, NotAnswered."""
    card = SavedCard.objects.get(pk=card_id, member_id=member.pk, removed_at=None)
    same = SavedCard.objects.filter(member_id=member.pk, removed_at=None, fingerprint=card.fingerprint)
    cards = list(same) if card.fingerprint else [card]
    for each in cards:
        with suppress(Refused):  # Stripe does not keep it any more
            card_gateway.detach_card(each.stripe_method)
    with transaction.atomic():
        automatic.lock_rule(member_id=member.pk)  # before its card, as whoever changes the rule
        _forget(cards, now)


def _keep(member: AbstractBaseUser, card: Card, now: datetime) -> None:
    """One that was removed stays so: Stripe never attaches it again, so this answer is older than the removal."""
    known = {
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
    }
    defaults = {**known, "member_id": member.pk, "saved_at": now}
    SavedCard.objects.update_or_create(stripe_method=card.id, defaults=known, create_defaults=defaults)
    safety.saw(member=member, now=now, card=card.fingerprint)


def _forget(cards: list[SavedCard], now: datetime) -> None:
    """Nothing is taken from them by itself any more either."""
    ids = [card.pk for card in cards]
    SavedCard.objects.filter(pk__in=ids).update(removed_at=now)
    AutoTopUp.objects.filter(card__in=ids, is_on=True).update(is_on=False, changed_at=now)
