"""The expert's part: captured with a charge (capture.py), pending until its release date, then available."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from payouts.earnings.capture import Captured, capture, release_date
from payouts.earnings.models import Earning
from payouts.earnings.waiting import AlreadyReleased, let_go, wait
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet

__all__ = [
    "AlreadyReleased",
    "Captured",
    "Summary",
    "capture",
    "give_back",
    "let_go",
    "of_references",
    "pending_by_date",
    "release_date",
    "release_due",
    "released",
    "summary",
    "wait",
]


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    available: Money
    pending: Money


def give_back(*, reference: str, amount: Money, key: str, now: datetime) -> Money:
    """`amount` of a captured price becomes the payer's credit again; expert and platform each return their share of it.

    The platform returns commission(price) - commission(price - given back so far), so that several give-backs end where
    one would have. Raises BadAmount above what is left of the price, AlreadyReleased, ledger's KeyReused.
    """
    with transaction.atomic():
        earning = Earning.objects.select_for_update(no_key=True).get(reference=reference)
        if posted := ledger.posted(key=key):
            if posted != amount:
                raise ledger.KeyReused(key)
            return amount
        if (
            not 0 < amount.minor <= earning.price_minor - earning.given_back_minor
            or amount.currency != earning.currency
        ):
            raise BadAmount(f"{amount.minor} {amount.currency} cannot be given back of {reference}")
        if earning.released_at:
            raise AlreadyReleased(reference)
        before = earning.shares
        earning.given_back_minor += amount.minor
        earning.save(update_fields=["given_back_minor"])
        credit, returned = accounts.caller_credit(earning.payer_id), earning.shares
        lines = [
            (accounts.expert_pending(earning.expert_id), before.earning_minor - returned.earning_minor),
            (accounts.commission(), before.commission_minor - returned.commission_minor),
        ]
        wallet.restore_lots(reference=reference, amount=amount, now=now)
        ledger.post(
            key=key,
            kind="give_back",
            lines=[
                ledger.Line(account, credit, Money(minor, amount.currency), earning.group)
                for account, minor in lines
                if minor
            ],
            reference=reference,
            now=now,
        )
    return amount


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
            expert = earning.expert_id
            line = ledger.Line(
                accounts.expert_pending(expert), accounts.expert_available(expert), earning.amount, earning.group
            )
            key = f"earning:{earning_id}:release"
            ledger.post(key=key, kind="release", lines=[line], reference=earning.reference, now=now)
    return True


def summary(*, expert: AbstractBaseUser) -> Summary:
    return Summary(
        available=ledger.balance(accounts.expert_available(expert.pk), settings.CURRENCY),
        pending=ledger.balance(accounts.expert_pending(expert.pk), settings.CURRENCY),
    )


def pending_by_date(*, expert: AbstractBaseUser) -> list[tuple[date, Money, Earning]]:
    """Each pending earning with its release date and what the expert will get, the soonest first."""
    pending = Earning.objects.filter(expert_id=expert.pk, released_at=None).order_by("release_at", "pk")
    return [(earning.release_at.date(), earning.amount, earning) for earning in pending if earning.amount]


def released(*, expert: AbstractBaseUser) -> QuerySet[Earning]:
    """What became available, the latest first."""
    return Earning.objects.filter(expert_id=expert.pk, released_at__isnull=False).order_by("-released_at", "-pk")


def of_references(*, references: Iterable[str]) -> dict[str, Earning]:
    """The earnings of these references: for a page that shows charges with their label and link."""
    return {earning.reference: earning for earning in Earning.objects.filter(reference__in=references)}
