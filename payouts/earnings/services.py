"""The expert's part: captured with a charge (capture.py), pending until its release date, then available."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Max, QuerySet, Sum

from payouts.earnings import debts
from payouts.earnings.capture import Captured, capture, release_date
from payouts.earnings.chart import Chart, chart
from payouts.earnings.debts import owed, pay_debt
from payouts.earnings.giving_back import give_back, take_back, waive_commission
from payouts.earnings.models import EARNED, Earning
from payouts.earnings.parts import left, move_part
from payouts.earnings.suspicion import look_again
from payouts.earnings.tips import TipLimit, left_to_tip, tip, tips
from payouts.earnings.to_cards import TO_CARD, paid_from, send_to_card
from payouts.earnings.waiting import AlreadyReleased, kept_by_others, kept_past_date, let_go, wait
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.wallet import services as wallet

__all__ = [
    "TO_CARD",
    "AlreadyReleased",
    "Captured",
    "Chart",
    "Summary",
    "TipLimit",
    "capture",
    "chart",
    "give_back",
    "kept_by_others",
    "kept_past_date",
    "last_release",
    "left",
    "left_to_tip",
    "let_go",
    "look_again",
    "move_part",
    "of_references",
    "owed",
    "paid_from",
    "pay_debt",
    "pending",
    "release_date",
    "release_due",
    "released",
    "send_to_card",
    "summary",
    "take_back",
    "tip",
    "tips",
    "wait",
    "waiting",
    "waive_commission",
]


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    available: Money
    pending: Money


def release_due(*, now: datetime) -> int:
    """Make available every earning whose release date has come and that waits for nothing; `now`: the calendar (payouts.clock).

    Each in its own transaction: one that fails holds up no other expert, and running twice at once releases once.
    """
    due = (
        Earning.objects.filter(released_at=None, waits=0, release_at__lte=now)
        .order_by("release_at")
        .values_list("pk", flat=True)
    )
    released = 0
    for earning_id in list(due[:500]):
        try:
            released += _release(earning_id, now)
        except Exception:
            log.exception("Earning not released", extra={"earning": earning_id})
    return released


def _release(earning_id: int, now: datetime) -> bool:
    with transaction.atomic():
        if not Earning.objects.filter(pk=earning_id, released_at=None, waits=0).update(released_at=now):
            return False
        earning = Earning.objects.get(pk=earning_id)
        if earning.amount:
            key = f"earning:{earning_id}:release"
            ledger.post(key=key, kind="release", lines=_lines(earning, now), reference=earning.reference, now=now)
    return True


def _lines(earning: Earning, now: datetime) -> list[ledger.Line]:
    """What the expert owes comes first."""
    expert, pending = earning.expert_id, accounts.expert_pending(earning.expert_id)
    _, debt = debts.lock(expert, earning.currency)
    paid = min(debt, earning.amount)
    if paid:
        wallet.repay_advances(expert_id=expert, amount=paid, now=now, payer_id=earning.payer_id)
    moves = [(accounts.expert_debt(expert), paid), (accounts.expert_available(expert), earning.amount - paid)]
    return [ledger.Line(pending, account, amount, earning.group) for account, amount in moves if amount]


def summary(*, expert: AbstractBaseUser) -> Summary:
    return Summary(
        available=ledger.balance(accounts.expert_available(expert.pk), settings.CURRENCY),
        pending=pending(of=Earning.objects.filter(expert_id=expert.pk)),
    )


def pending(*, of: QuerySet[Earning]) -> Money:
    """What is in `expert_pending` of these earnings, which caches no balance: the sum of what is not released yet."""
    waiting = of.filter(released_at=None, currency=settings.CURRENCY)
    return Money(waiting.aggregate(minor=Sum(EARNED))["minor"] or 0, settings.CURRENCY)


def waiting(*, expert: AbstractBaseUser) -> QuerySet[Earning]:
    """The pending earnings of which something is left, the one that is released soonest first."""
    pending = Earning.objects.filter(expert_id=expert.pk, released_at=None, given_back_minor__lt=F("price_minor"))
    return pending.order_by("release_at", "pk")


def last_release(*, expert: AbstractBaseUser) -> datetime | None:
    """When the last of the pending earnings is released that wait for nothing else. None: there are none."""
    due = Earning.objects.filter(expert_id=expert.pk, released_at=None, waits=0, price_minor__gt=F("given_back_minor"))
    return due.aggregate(last=Max("release_at"))["last"]


def released(*, expert: AbstractBaseUser) -> QuerySet[Earning]:
    """What became available, the latest first."""
    return Earning.objects.filter(expert_id=expert.pk, released_at__isnull=False).order_by("-released_at", "-pk")


def of_references(*, references: Iterable[str]) -> dict[str, Earning]:
    """The earnings of these references: for a page that shows charges with their label and link."""
    return {earning.reference: earning for earning in Earning.objects.filter(reference__in=references)}
