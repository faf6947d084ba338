"""A top-up from a saved card: ordered in a transaction, asked of Stripe outside any, settled by whatever answer comes first.

The order goes into the outbox too: should the page's own request to Stripe be lost, the worker repeats it with the same key.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse

from payouts.addresses import in_language, language_of
from payouts.cards import automatic
from payouts.cards.models import CardPayment, SavedCard
from payouts.money import Money
from payouts.outbox import services as outbox
from payouts.stripe import card_gateway
from payouts.stripe.answers import Declined, Payment, Refused
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp

ACTION = "cards.pay"
ABANDONED = "cards.cancel"  # a card's bank wants to hear from its owner, who may never answer
PAGE_ASKS_FIRST = timedelta(seconds=20)  # longer than Stripe is waited for: the worker comes after the page
STALE = timedelta(hours=1)  # nobody waits for a payment of an hour ago; Stripe knows our keys far longer
Answer = Payment | Refused


class SentBefore(Exception):
    """This form was sent before, with another sum or card: what it asked for then is what counts."""


@transaction.atomic
def order(
    *, member: AbstractBaseUser, card_id: int, amount: Money, token: str, return_path: str, now: datetime
) -> CardPayment:
    """One press of *Add credit* with a saved card; the same `token` twice is one payment.

    Raises SavedCard.DoesNotExist, SentBefore, and what wallet.start_top_up raises.
    """
    cause = f"press:{token}"
    card = SavedCard.objects.get(pk=card_id, member_id=member.pk, removed_at=None)
    wallet.lock_purse(member=member)  # of two presses at once the second one finds the first
    if before := CardPayment.objects.filter(member_id=member.pk, cause=cause).select_related("top_up", "card").first():
        if (before.top_up.amount, before.card_id) != (amount, card.pk):
            raise SentBefore
        return before
    payment = make(member=member, card=card, amount=amount, cause=cause, return_path=return_path, now=now)
    _enqueue(payment, due=now + PAGE_ASKS_FIRST)
    return payment


def refill(*, member: AbstractBaseUser, cause: str, now: datetime) -> None:
    """In one transaction: the automatic top-up that the member's rule wants just now, if any, and its way to Stripe."""
    if payment := automatic.due(member=member, cause=cause, make=make, now=now):
        _enqueue(payment, due=now)


@transaction.atomic
def make(
    *,
    member: AbstractBaseUser,
    card: SavedCard,
    amount: Money,
    cause: str,
    now: datetime,
    return_path: str = "",
    is_automatic: bool = False,
) -> CardPayment:
    """The rows of a payment. Raises what wallet.start_top_up raises, IntegrityError where there is one already."""
    way = TopUp.Way.CARD
    top_up = wallet.start_top_up(member=member, amount=amount, return_path=return_path, way=way, now=now)
    return CardPayment.objects.create(
        top_up=top_up, member_id=member.pk, card=card, cause=cause, is_automatic=is_automatic
    )


def _enqueue(payment: CardPayment, *, due: datetime) -> None:
    outbox.enqueue(action=ACTION, key=key_of(payment), payload={"payment": payment.pk}, now=due)


def key_of(payment: CardPayment) -> str:
    """What Stripe knows the payment by, whoever asks."""
    return f"topup:{payment.top_up_id}:card"


def ask(*, payment: CardPayment) -> Answer:
    """Stripe's answer, a refusal included. Not inside a transaction. Raises NotAnswered."""
    top_up = payment.top_up
    try:
        return card_gateway.pay_with_card(
            top_up_id=top_up.pk,
            customer=wallet.customer_of(member=top_up.member),
            card=payment.card.stripe_method,
            amount=top_up.amount,
            key=key_of(payment),
            return_url=_return_url(top_up),
            is_away=payment.is_automatic,
        )
    except Refused as refusal:
        return refusal


def _return_url(top_up: TopUp) -> str:
    """In the language in which it was asked for, whoever asks Stripe again: the same key must come with the same words."""
    path = in_language(reverse("top_up_return", args=[top_up.pk]), language_of(top_up.return_path))
    return settings.SITE_URL + path


def cancel(*, payment: CardPayment) -> Answer:
    """Nobody answered the card's bank in time: nobody can pay it any more. How the payment stands then: it may be paid.

    Not inside a transaction. Raises NotAnswered.
    """
    intent = payment.top_up.stripe_intent or ""
    with suppress(Refused):  # paid or cancelled just now
        card_gateway.cancel_payment(intent)
    return card_gateway.retrieve_payment(intent)


@transaction.atomic
def settle(*, payment: CardPayment, answer: Answer, now: datetime) -> TopUp:
    """What Stripe said: credited if it is paid, closed if it never will be. Repeating it has no effect."""
    automatic.lock_rule(member_id=payment.member_id)  # before the ledger's accounts, which come last
    if isinstance(answer, Payment):
        top_up, code = wallet.book_payment(payment=answer, now=now), answer.error_code
    else:
        intent, charge = (answer.intent, answer.charge) if isinstance(answer, Declined) else ("", "")
        top_up, code = wallet.refuse_payment(top_up=payment.top_up, stripe_intent=intent, now=now), answer.code
        wallet.record_decline(top_up=top_up, stripe_charge=charge, now=now)
    if top_up.state not in (TopUp.State.NEW, TopUp.State.OPEN):
        _close(payment, top_up, code, now)
    elif isinstance(answer, Payment) and answer.status == "requires_action":
        payload, key = {"payment": payment.pk}, f"topup:{payment.top_up_id}:abandoned"
        outbox.enqueue(action=ABANDONED, key=key, payload=payload, now=now + STALE)
    return top_up


def pay(*, payment: CardPayment, now: datetime) -> str:
    """Asks Stripe and settles; the address where the card's bank wants to hear from its owner, if it does. NotAnswered."""
    answer = ask(payment=payment)
    settle(payment=payment, answer=answer, now=now)
    return answer.next_page if isinstance(answer, Payment) else ""


def confirm(*, stripe_intent: str, now: datetime) -> TopUp:
    """Asks Stripe how a payment stands and settles it, however often. Raises TopUp.DoesNotExist, NotAnswered, Refused."""
    answer = card_gateway.retrieve_payment(stripe_intent)
    payment = CardPayment.objects.select_related("top_up").filter(top_up=answer.top_up_id).first()
    if payment is None:
        raise TopUp.DoesNotExist(f"{stripe_intent} pays no top-up of a saved card")
    return settle(payment=payment, answer=answer, now=now)


@transaction.atomic
def give_up(*, payment: CardPayment, now: datetime) -> None:
    """Stripe has not answered for long. Should it have taken the money all the same, its event credits it."""
    automatic.lock_rule(member_id=payment.member_id)  # first, as `settle`
    top_up = wallet.refuse_payment(top_up=payment.top_up, stripe_intent="", now=now)
    _close(payment, top_up, "", now)


def _close(payment: CardPayment, top_up: TopUp, code: str, now: datetime) -> None:
    """Whoever closes it tells what follows, once."""
    is_mine = CardPayment.objects.filter(pk=payment.pk, is_open=True).update(is_open=False) == 1
    if is_mine and payment.is_automatic:
        automatic.ended(payment=payment, is_paid=top_up.state == TopUp.State.PAID, code=code, now=now)
