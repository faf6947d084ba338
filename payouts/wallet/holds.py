"""Setting credit aside, and what becomes of it: captured (spent) or freed. Also which top-ups the spent money came from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Sum

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.wallet.models import CreditLot, Hold, LotUse


class InsufficientCredit(Exception):
    """The hold would take the credit below zero. `credit` is what there is."""

    def __init__(self, credit: Money) -> None:
        super().__init__(f"credit is {credit.minor} {credit.currency}")
        self.credit = credit


class NothingHeld(Exception):
    """The reference has no open hold: it was never held, or has been captured or freed."""


class PriceAboveHold(Exception):
    """More was to be captured than is held. Nothing moved."""


@dataclass(frozen=True, slots=True)
class Taken:
    held: Money
    freed: Money


def credit(*, member: AbstractBaseUser) -> Money:
    """What the member can spend now; what is held is not in it."""
    return ledger.balance(accounts.caller_credit(member.pk), settings.CURRENCY)


def held(*, member: AbstractBaseUser) -> Money:
    return ledger.balance(accounts.caller_hold(member.pk), settings.CURRENCY)


def is_anything_held() -> bool:
    """For the demo clock, which stands still while a paid period runs: in a transaction, no hold begins until its end."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE payouts_hold IN SHARE MODE")
    return Hold.objects.filter(is_open=True).exists()


def hold(*, payer: AbstractBaseUser, amount: Money, key: str, reference: str, now: datetime) -> Hold:
    """Set `amount` of the payer's credit aside for `reference`, once per `key`.

    Raises InsufficientCredit, BadAmount, or ledger's KeyReused when the key held something else.
    """
    line = ledger.Line(accounts.caller_credit(payer.pk), accounts.caller_hold(payer.pk), amount)
    with transaction.atomic():
        try:
            posted = ledger.post(key=key, kind="hold", lines=[line], reference=reference, now=now)
        except ledger.Overdraft:
            raise InsufficientCredit(credit(member=payer)) from None
        if not posted.is_new:
            return Hold.objects.get(key=key)
        return Hold.objects.create(
            member_id=payer.pk,
            key=key,
            reference=reference,
            amount_minor=amount.minor,
            currency=amount.currency,
            held_at=now,
        )


def take_holds(*, payer: AbstractBaseUser, reference: str, price: Money, now: datetime) -> Taken:
    """Close the reference's open holds, taking `price` from them, the oldest first; the rest counts as freed.

    Rows only: the caller posts the one entry that moves both parts, in the same transaction, after this.
    Raises NothingHeld, PriceAboveHold, BadAmount.
    """
    holds = _open_holds(reference, payer)
    total = _total(holds)
    if price.minor < 0 or price.currency != total.currency:
        raise BadAmount(f"{price.minor} {price.currency} cannot be taken from {total.currency}")
    if price > total:
        raise PriceAboveHold(f"{price.minor} is above the {total.minor} held for {reference}")
    left = price.minor
    for row in holds:
        row.captured_minor = min(left, row.amount_minor)
        row.freed_minor = row.amount_minor - row.captured_minor
        row.is_open, row.closed_at = False, now
        left -= row.captured_minor
    Hold.objects.bulk_update(holds, ["captured_minor", "freed_minor", "is_open", "closed_at"])
    _spend_lots(payer.pk, price, reference, now)
    return Taken(held=total, freed=total - price)


def spend(*, payer: AbstractBaseUser, amount: Money, reference: str, now: datetime) -> None:
    """`amount` of the payer's credit goes to `reference` at once, without a hold.

    Rows only, as `take_holds`: the caller posts the entry, in the same transaction, after this; where the credit is less
    than the top-ups because some of it is held, that refuses. Raises InsufficientCredit.
    """
    try:
        _spend_lots(payer.pk, amount, reference, now)
    except PriceAboveHold:
        raise InsufficientCredit(credit(member=payer)) from None


def free(*, payer: AbstractBaseUser, reference: str, key: str, now: datetime) -> Money:
    """Everything still held for `reference` becomes credit again; answers how much. Nothing held: nothing happens."""
    nothing = Money(0, settings.CURRENCY)
    with transaction.atomic():
        try:
            taken = take_holds(payer=payer, reference=reference, price=nothing, now=now)
        except NothingHeld:
            return nothing
        line = ledger.Line(accounts.caller_hold(payer.pk), accounts.caller_credit(payer.pk), taken.freed)
        ledger.post(key=key, kind="free", lines=[line], reference=reference, now=now)
    return taken.freed


def freed(*, payer: AbstractBaseUser, reference: str) -> Money:
    """What became credit again when the reference's holds were closed."""
    sums = Hold.objects.filter(member_id=payer.pk, reference=reference).aggregate(freed=Sum("freed_minor"))
    return Money(sums["freed"] or 0, settings.CURRENCY)


def restore_lots(*, reference: str, amount: Money, now: datetime) -> None:
    """`amount` that was spent on `reference` is credit again, of the lots it came from: the newest first."""
    spent = LotUse.objects.filter(reference=reference).values_list("lot").annotate(minor=Sum("amount_minor"))
    spent_of = {lot_id: minor for lot_id, minor in spent if minor > 0}
    lots = CreditLot.objects.select_for_update(no_key=True).filter(pk__in=spent_of).order_by("pk")
    changes, left = [], amount.minor
    for lot in reversed(lots):
        minor = min(left, spent_of[lot.pk])
        changes.append((lot, -minor))
        left -= minor
    if left:
        raise BadAmount(f"{amount.minor} is more than was spent on {reference}")
    _use_lots(changes, reference, now)


def _open_holds(reference: str, payer: AbstractBaseUser) -> list[Hold]:
    found = Hold.objects.filter(reference=reference, member_id=payer.pk, is_open=True)
    holds = list(found.select_for_update(no_key=True).order_by("pk"))
    if not holds:
        raise NothingHeld(reference)
    return holds


def _total(holds: list[Hold]) -> Money:
    return Money(sum(row.amount_minor for row in holds), holds[0].currency)


def _spend_lots(member_id: int, price: Money, reference: str, now: datetime) -> None:
    if not price:
        return
    lots = CreditLot.objects.filter(member_id=member_id, currency=price.currency, remaining_minor__gt=0)
    changes, left = [], price.minor
    for lot in lots.select_for_update(no_key=True).order_by("pk"):
        minor = min(left, lot.remaining_minor)
        changes.append((lot, minor))
        left -= minor
        if not left:
            break
    if left:
        raise PriceAboveHold(f"the top-ups of member {member_id} do not cover {price.minor}")
    _use_lots(changes, reference, now)


def _use_lots(changes: Iterable[tuple[CreditLot, int]], reference: str, now: datetime) -> None:
    changes = [(lot, minor) for lot, minor in changes if minor]
    for lot, minor in changes:
        lot.remaining_minor -= minor
    CreditLot.objects.bulk_update([lot for lot, _ in changes], ["remaining_minor"])
    LotUse.objects.bulk_create(
        LotUse(lot=lot, reference=reference, amount_minor=minor, used_at=now) for lot, minor in changes
    )
