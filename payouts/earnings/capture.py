"""Charging what was held: one entry that pays the expert and the platform and frees the rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet

from payouts import clock
from payouts.commission import split
from payouts.earnings import taxing
from payouts.earnings.models import Earning
from payouts.earnings.suspicion import hold_if_suspicious
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.wallet import services as wallet


@dataclass(frozen=True, slots=True)
class Captured:
    """`freed`: the part of the holds that became credit again. `release_at`: None when nothing was charged."""

    price: Money
    earning: Money
    commission: Money
    freed: Money
    release_at: datetime | None


def capture(
    *,
    reference: str,
    payer: AbstractBaseUser,
    expert: AbstractBaseUser,
    price: Money,
    commission_percent: int,
    key: str,
    group: str,
    label: str,
    link: str,
    now: datetime,
    release_from: datetime,
) -> Captured:
    """Charge `price` from what is held for `reference`; the rest becomes credit again. One entry, once.

    `release_from`: when what is paid for ended, in real time; the release date counts from it on the money's calendar.
    Price 0 frees everything. Called again for the same reference it answers what was captured then.
    Raises wallet's NothingHeld or PriceAboveHold, BadAmount, ledger's KeyReused when the first capture had another price.
    """
    shares, source = split(price.minor, commission_percent), wallet.funding_source()
    with transaction.atomic():
        try:
            taken = source.take(payer=payer, reference=reference, price=price, now=now)
        except wallet.NothingHeld:
            return _captured_before(reference, payer, price, key)
        earning, commission = (
            Money(shares.earning_minor, price.currency),
            Money(shares.commission_minor, price.currency),
        )
        paid_to = [
            wallet.Part(accounts.expert_pending(expert.pk), earning),
            wallet.Part(accounts.commission(), commission),
        ]
        lines = [*wallet.spread(taken.captured, paid_to, group), *taken.free_lines]
        release_at, tax = None, Money(0, price.currency)
        if price:
            tax = taxing.tax_on(expert=expert, price=price, commission=commission, now=now)
            release_at = release_date(expert=expert, release_from=clock.on_calendar(release_from))
            sold = Earning.objects.create(
                expert_id=expert.pk,
                payer_id=payer.pk,
                reference=reference,
                group=group,
                label=label,
                link=link,
                currency=price.currency,
                price_minor=price.minor,
                commission_minor=shares.commission_minor,
                commission_percent=commission_percent,
                amount_minor=shares.earning_minor,
                tax_minor=tax.minor,
                captured_at=now,
                release_at=release_at,
            )
            hold_if_suspicious(earning=sold, payer=payer, expert=expert, now=now)
        ledger.post(key=key, kind="capture", lines=lines, reference=reference, now=now)
        taxing.post(change=tax.minor, currency=tax.currency, group=group, key=key, reference=reference, now=now)
    return Captured(price, earning, commission, taken.freed, release_at)


def release_date(*, expert: AbstractBaseUser, release_from: datetime) -> datetime:
    """14 days on; 30 for a new expert, until five different callers have paid (what was given back whole does not count)
    and 30 days have passed since the first (PRODUCT.md, section 3). Who paid before counts, not who pays now.

    `release_from`: a moment on the money's calendar (payouts.clock).
    """
    first = _kept(expert).order_by("captured_at").values_list("captured_at", flat=True).first()
    is_known = (
        first is not None
        and release_from - first >= timedelta(days=settings.NEW_EXPERT_DAYS)
        and _has_callers(expert, settings.NEW_EXPERT_CALLERS)
    )
    return release_from + timedelta(days=settings.RELEASE_DAYS if is_known else settings.RELEASE_DAYS_NEW)


def _kept(expert: AbstractBaseUser) -> QuerySet[Earning]:
    return Earning.objects.filter(expert_id=expert.pk, given_back_minor__lt=F("price_minor"))


def _has_callers(expert: AbstractBaseUser, count: int) -> bool:
    """One look into the index for each caller: counting them all would read everything the expert ever earned."""
    last = 0
    for _ in range(count):
        callers = _kept(expert).filter(payer_id__gt=last).order_by("payer_id")
        found = callers.values_list("payer_id", flat=True).first()
        if found is None:
            return False
        last = found
    return True


def _captured_before(reference: str, payer: AbstractBaseUser, price: Money, key: str) -> Captured:
    if ledger.posted(key=key) is None:
        raise wallet.NothingHeld(reference)
    earning = Earning.objects.filter(reference=reference, payer_id=payer.pk).first()
    if price.minor != (earning.captured_minor if earning else 0):
        raise ledger.KeyReused(key)
    shares = split(price.minor, earning.commission_percent if earning else 0)
    return Captured(
        price=price,
        earning=Money(shares.earning_minor, price.currency),
        commission=Money(shares.commission_minor, price.currency),
        freed=wallet.freed(payer=payer, reference=reference),
        release_at=earning.release_at if earning else None,
    )
