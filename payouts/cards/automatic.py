"""Automatic top-up: "when my credit falls below 5.00, add 20.00 from this card". Off until a member switches it on.

Whoever spends a member's credit tells `after_spending`. It never waits for Stripe: the worker does what follows. At most one
is under way, and each call (each cause) brings one at most. A paid period's cap is none of its business.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse

from payouts.cards.models import AutoTopUp, CardPayment, SavedCard
from payouts.mail import services as mail
from payouts.money import BadAmount, Money
from payouts.outbox import services as outbox
from payouts.wallet import services as wallet

ACTION = "cards.refill"
FILLED_UP = "cards.filled_up"  # for whoever named the cause: the credit is there
FAILURES_MAX = 2  # in a row: then it is switched off
LIMITS = (wallet.CreditLimit, wallet.CheckoutsOpen, wallet.TooOften, wallet.PaymentsBlocked)


def rule_of(*, member: AbstractBaseUser) -> AutoTopUp | None:
    return AutoTopUp.objects.filter(member_id=member.pk).select_related("card").first()


@transaction.atomic
def switch_on(*, member: AbstractBaseUser, card_id: int, below: Money, amount: Money, now: datetime) -> AutoTopUp:
    """Raises SavedCard.DoesNotExist, BadAmount: outside the limits of a top-up, or more credit than one can hold."""
    lock_rule(member_id=member.pk)
    # Locked too: no rule rests on a card that is removed at this moment.
    card = SavedCard.objects.select_for_update(no_key=True).get(pk=card_id, member_id=member.pk, removed_at=None)
    if {below.currency, amount.currency} != {settings.CURRENCY}:
        raise BadAmount(f"credit is in {settings.CURRENCY}")
    if not settings.TOP_UP_MINOR_MIN <= amount.minor <= settings.TOP_UP_MINOR_MAX:
        raise BadAmount(f"{amount.minor} is outside the limits of a top-up")
    if not 0 < below.minor <= settings.CREDIT_MINOR_MAX - amount.minor:
        raise BadAmount(f"{amount.minor} does not fit above {below.minor}")
    changes = {
        "card": card,
        "below_minor": below.minor,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "is_on": True,
        "failures": 0,
        "changed_at": now,
    }
    return AutoTopUp.objects.update_or_create(member_id=member.pk, defaults=changes)[0]


def switch_off(*, member: AbstractBaseUser, now: datetime) -> None:
    AutoTopUp.objects.filter(member_id=member.pk, is_on=True).update(is_on=False, changed_at=now)


def after_spending(*, member: AbstractBaseUser, cause: str, now: datetime) -> None:
    """Credit was held or captured for `cause` ("call:17"), in this transaction. If it is low now, the worker sees to it."""
    rule = AutoTopUp.objects.filter(member_id=member.pk, is_on=True).first()
    if rule and wallet.credit(member=member) < rule.below:
        # Each time anew: what the worker finds may not be low any more, and fall again. `due` makes one payment of them.
        key, payload = f"refill:user:{member.pk}:{cause}:{now.timestamp()}", {"member": member.pk, "cause": cause}
        outbox.enqueue(action=ACTION, key=key, payload=payload, now=now)


@transaction.atomic
def due(*, member: AbstractBaseUser, cause: str, make: Callable[..., CardPayment], now: datetime) -> CardPayment | None:
    """The payment that the rule wants now: `make` is asked for it once a cause, and not while another is under way."""
    rules = AutoTopUp.objects.select_for_update(no_key=True, of=("self",)).select_related("card")
    rule = rules.filter(member_id=member.pk, is_on=True).first()
    if rule is None or wallet.credit(member=member) >= rule.below:
        return None
    paid = CardPayment.objects.filter(member_id=member.pk)
    if paid.filter(cause=cause).exists() or paid.filter(is_automatic=True, is_open=True).exists():
        return None
    try:
        return make(member=member, card=rule.card, amount=rule.amount, cause=cause, now=now, is_automatic=True)
    except LIMITS:
        return None  # the member is at a limit that holds for every top-up


def lock_rule(*, member_id: int) -> None:
    """It comes first of all (LEDGER.md, "Locks")."""
    list(AutoTopUp.objects.select_for_update(no_key=True).filter(member_id=member_id))


def ended(*, payment: CardPayment, is_paid: bool, code: str, now: datetime) -> None:
    """In the transaction in which it was settled: what the member is told, and whether the rule stays on."""
    is_off = _count(payment.member_id, is_paid, now)
    template = "auto_top_up_paid" if is_paid else "auto_top_up_off" if is_off else "auto_top_up_failed"
    page = reverse("wallet") if is_paid else reverse("top_up_again", args=[payment.top_up_id])
    facts: dict[str, mail.Fact] = {
        "amount": payment.top_up.amount,
        "card": str(payment.card),
        "bank_asks": int(code == "authentication_required"),
        "address": page,
        "wallet": reverse("wallet"),
    }
    key = f"topup:{payment.top_up_id}:{template}"
    mail.enqueue(member=payment.member, template=template, facts=facts, key=key, now=now)
    if is_paid:
        payload = {"cause": payment.cause}
        outbox.enqueue(action=FILLED_UP, key=f"topup:{payment.top_up_id}:filled_up", payload=payload, now=now)


def _count(member_id: int, is_paid: bool, now: datetime) -> bool:
    """Failures in a row. Whether this one switched the rule off."""
    rule = AutoTopUp.objects.filter(member_id=member_id, is_on=True).first()
    if rule is None:
        return False
    rule.failures = 0 if is_paid else rule.failures + 1
    if rule.failures >= FAILURES_MAX:
        rule.is_on, rule.changed_at = False, now
    rule.save(update_fields=["failures", "is_on", "changed_at"])
    return not rule.is_on
