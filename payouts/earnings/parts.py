"""A part of an earning becomes one of its own, with its own release: time that was bought and not used yet, then used."""

from datetime import datetime, timedelta

from django.db import transaction

from payouts import clock
from payouts.earnings import taxing
from payouts.earnings.capture import release_date
from payouts.earnings.models import UNUSED, Earning, EarningMove
from payouts.earnings.suspicion import hold_part
from payouts.earnings.waiting import AlreadyReleased, wait
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money


def move_part(
    *,
    reference: str,
    to: str,
    amount: Money,
    key: str,
    label: str,
    link: str,
    release_from: datetime,
    now: datetime,
    keep_days: int | None = None,
) -> datetime:
    """`amount` of the price of `reference` is from now on that of `to`; answers the release date of `to`. Once per key.

    With `keep_days`, `to` is not earned yet: it waits, and its date is only when whoever keeps it must have decided. Each
    part has its commission rounded for itself; the cent that this moves between expert and platform is the one entry.
    Raises BadAmount above what is left, AlreadyReleased, ledger's KeyReused.
    """
    with transaction.atomic():
        source, target = _locked(reference, to)
        if target and (move := EarningMove.objects.filter(key=key).first()):
            if (move.source_id, move.target_id, move.amount_minor) != (source.pk, target.pk, amount.minor):
                raise ledger.KeyReused(key)
            return target.release_at
        _check(source, target, amount)
        if target is None:
            target = _new(source, to, label, link, release_from, now, keep_days)
        before = source.shares.commission_minor + target.shares.commission_minor
        taxed = source.tax_left_minor + target.tax_left_minor
        tax = source.tax_minor * amount.minor // source.price_minor
        for earning, minor, tax_minor in ((source, -amount.minor, -tax), (target, amount.minor, tax)):
            earning.reprice(earning.price_minor + minor)
            earning.tax_minor += tax_minor
            earning.save(update_fields=["price_minor", "commission_minor", "amount_minor", "tax_minor"])
        EarningMove.objects.create(key=key, source=source, target=target, amount_minor=amount.minor, moved_at=now)
        more = source.shares.commission_minor + target.shares.commission_minor - before
        if more:
            _post_rounding(source, more, key, now)
        change, words = source.tax_left_minor + target.tax_left_minor - taxed, {"group": source.group, "key": key}
        taxing.post(change=change, currency=source.currency, reference=reference, now=now, **words)
    return target.release_at


def left(*, reference: str) -> Money:
    """What is left of the price of `reference`, after parts and give-backs."""
    return Earning.objects.get(reference=reference).price


def _locked(reference: str, to: str) -> tuple[Earning, Earning | None]:
    """Both in the order of their ids: a use and its correction must not wait for each other."""
    rows = Earning.objects.select_for_update(no_key=True).filter(reference__in=[reference, to]).order_by("pk")
    found = {row.reference: row for row in rows}
    return found[reference], found.get(to)


def _check(source: Earning, target: Earning | None, amount: Money) -> None:
    if amount.currency != source.currency or not 0 < amount.minor <= source.price.minor:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be moved from {source.reference}")
    for earning in (source, target):
        if earning and earning.released_at:
            raise AlreadyReleased(earning.reference)


def _new(
    source: Earning, to: str, label: str, link: str, release_from: datetime, now: datetime, keep_days: int | None
) -> Earning:
    """Worth nothing yet."""
    ended = clock.on_calendar(release_from)
    kept_until = ended + timedelta(days=keep_days) if keep_days is not None else None
    target = Earning.objects.create(
        expert_id=source.expert_id,
        payer_id=source.payer_id,
        reference=to,
        spent_as=source.spent_reference,
        group=source.group,
        label=label,
        link=link,
        currency=source.currency,
        price_minor=0,
        commission_minor=0,
        commission_percent=source.commission_percent,
        amount_minor=0,
        captured_at=now,
        release_at=kept_until or release_date(expert=source.expert, release_from=ended),
    )
    if kept_until:
        wait(reference=to, reason=UNUSED, now=now)
    else:
        hold_part(part=target, now=now)
    target.refresh_from_db()
    return target


def _post_rounding(source: Earning, more: int, key: str, now: datetime) -> None:
    """`more` cents of commission, or less: between the same expert and the platform."""
    ends = accounts.expert_pending(source.expert_id), accounts.commission()
    debit, credit = ends if more > 0 else reversed(ends)
    line = ledger.Line(debit, credit, Money(abs(more), source.currency), source.group)
    ledger.post(key=key, kind="part", lines=[line], reference=source.reference, now=now)
