"""Saved cards through Stripe's sandbox, for stories: kept, as a member's tick on the payment page would."""

from datetime import datetime

from marketplace.accounts.models import User
from payouts.cards import services as cards
from payouts.cards.models import AutoTopUp, SavedCard
from payouts.stripe.client import client
from payouts.wallet import services as wallet
from tests.payouts.purse import eur


def save_card(member: User, name: str = "visa", *, now: datetime) -> SavedCard:
    """`name`: a test value of Stripe's ("authenticationRequired", "chargeCustomerFail")."""
    customer = wallet.customer_of(member=member)
    kept = client().v1.payment_methods.attach(f"pm_card_{name}", {"customer": customer})
    cards.refresh_cards(member=member, now=now)
    return SavedCard.objects.get(stripe_method=kept.id)


def fill_up_from(card: SavedCard, *, now: datetime, below: int = 500, amount: int = 2_000) -> AutoTopUp:
    return cards.switch_on(member=card.member, card_id=card.pk, below=eur(below), amount=eur(amount), now=now)
