"""A tip: from the payer's credit, whole to the expert, maturing like an earning, of which it is one without commission."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum

from payouts import clock
from payouts.earnings.capture import release_date
from payouts.earnings.models import Earning, Tip
from payouts.earnings.suspicion import hold_if_suspicious
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.mail import services as mail
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet


class TipLimit(Exception):
    """More than may be tipped for one call. `left` is what still may. Nothing moved."""

    def __init__(self, left: Money) -> None:
        super().__init__(f"{left.minor} {left.currency} may still be tipped")
        self.left = left


def tip(
    *,
    payer: AbstractBaseUser,
    expert: AbstractBaseUser,
    amount: Money,
    about: str,
    key: str,
    group: str,
    label: str,
    link: str,
    now: datetime,
) -> Tip:
    """Send `amount` of the payer's credit to the expert, once per `key` (the form's token).

    `about`: what TIP_MINOR_MAX is counted for ("call:17"); that the payer paid the expert in it is the caller's to know.
    Raises BadAmount (below TIP_MINOR_MIN, to oneself), TipLimit, wallet's InsufficientCredit and AboveMonthlyLimit,
    ledger's KeyReused.
    """
    if payer.pk == expert.pk:
        raise BadAmount("nobody pays themself")
    if amount.currency != settings.CURRENCY or amount.minor < settings.TIP_MINOR_MIN:
        raise BadAmount(f"{amount.minor} {amount.currency} is no tip")
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=payer.pk)  # tips sent at once are seen in turn
        if sent := Tip.objects.filter(payer_id=payer.pk, key=key).first():
            if (sent.about, sent.amount) != (about, amount):
                raise ledger.KeyReused(key)
            return sent
        left = left_to_tip(payer=payer, about=about)
        if amount > left:
            raise TipLimit(left)
        sent = Tip.objects.create(
            payer_id=payer.pk,
            about=about,
            key=key,
            amount_minor=amount.minor,
            currency=amount.currency,
            sent_at=now,
        )
        spent = wallet.spend(payer=payer, amount=amount, reference=sent.reference, now=now)
        earning = _earning(sent, expert, group, label, link)
        hold_if_suspicious(earning=earning, payer=payer, expert=expert, now=now)
        _tell_both(earning, now)
        lines = wallet.spread(spent, [wallet.Part(accounts.expert_pending(expert.pk), amount)], group)
        try:
            ledger.post(key=sent.reference, kind="tip", lines=lines, reference=sent.reference, now=now)
        except ledger.Overdraft:
            raise wallet.InsufficientCredit(wallet.credit(member=payer)) from None
    return sent


def left_to_tip(*, payer: AbstractBaseUser, about: str) -> Money:
    """Of TIP_MINOR_MAX. What the expert gave back of a tip counts as sent."""
    sent = Tip.objects.filter(payer_id=payer.pk, about=about).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return Money(max(0, settings.TIP_MINOR_MAX - sent), settings.CURRENCY)


def tips(*, about: Iterable[str]) -> list[Earning]:
    """The earnings that are tips for these, the oldest first: `price` is what was not given back."""
    references = [sent.reference for sent in Tip.objects.filter(about__in=about)]
    return list(Earning.objects.filter(reference__in=references).order_by("pk"))


def _earning(sent: Tip, expert: AbstractBaseUser, group: str, label: str, link: str) -> Earning:
    return Earning.objects.create(
        expert_id=expert.pk,
        payer_id=sent.payer_id,
        reference=sent.reference,
        group=group,
        label=label,
        link=link,
        currency=sent.currency,
        price_minor=sent.amount_minor,
        commission_minor=0,
        commission_percent=0,
        amount_minor=sent.amount_minor,
        captured_at=sent.sent_at,
        release_at=release_date(expert=expert, release_from=clock.on_calendar(sent.sent_at)),
    )


def _tell_both(earning: Earning, now: datetime) -> None:
    facts: dict[str, mail.Fact] = {"sum": earning.price, "link": earning.link, "release": earning.release_at}
    sides = (("payer", earning.payer, earning.expert), ("expert", earning.expert, earning.payer))
    for side, member, other in sides:
        told = facts | {"side": side, "other": other.get_full_name()}
        mail.enqueue(member=member, template="tip", facts=told, key=f"{earning.reference}:{side}", now=now)
