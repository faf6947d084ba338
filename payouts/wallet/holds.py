"""Prepaid credit as a funding source (funding.py): setting it aside, and what becomes of it: captured or freed.

Promotional credit is spent first: a hold takes all of it there is before paid credit, a capture takes it first of what
was held, and both go back where they came from.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Sum

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.wallet import blocks, lots, monthly
from payouts.wallet.funding import Part, Taken
from payouts.wallet.models import Hold


class InsufficientCredit(Exception):
    """The hold would take the credit below zero. `credit` is what there is."""

    def __init__(self, credit: Money) -> None:
        super().__init__(f"credit is {credit.minor} {credit.currency}")
        self.credit = credit


class NothingHeld(Exception):
    """The reference has no open hold: it was never held, or has been captured or freed."""


class PriceAboveHold(Exception):
    """More was to be captured than is held. Nothing moved."""


def credit(*, member: AbstractBaseUser) -> Money:
    """What the member can spend now, promotional credit included; what is held is not in it."""
    return _both(accounts.caller_credit(member.pk), accounts.caller_promo(member.pk))


def paid_credit(*, member: AbstractBaseUser) -> Money:
    """The part of it that came from a card, and can go back there."""
    return ledger.balance(accounts.caller_credit(member.pk), settings.CURRENCY)


def held(*, member: AbstractBaseUser) -> Money:
    return _both(accounts.caller_hold(member.pk), accounts.caller_promo_hold(member.pk))


def paid_held(*, member: AbstractBaseUser) -> Money:
    return ledger.balance(accounts.caller_hold(member.pk), settings.CURRENCY)


def _both(*refs: accounts.AccountRef) -> Money:
    return sum(ledger.balances(refs, settings.CURRENCY).values(), Money(0, settings.CURRENCY))


def is_anything_held(*, but: str = "") -> bool:
    """For the demo clock, which stands still while a paid period runs: in a transaction, no hold begins until its end.

    `but`: what references begin with whose holds do not count.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block:  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE payouts_hold IN SHARE MODE")
    held = Hold.objects.filter(is_open=True)
    return (held.exclude(reference__startswith=but) if but else held).exists()


def hold(*, payer: AbstractBaseUser, amount: Money, key: str, reference: str, now: datetime) -> Hold:
    """Set `amount` of the payer's credit aside for `reference`, once per `key`.

    Raises InsufficientCredit, AboveMonthlyLimit, PaymentsBlocked, BadAmount, or ledger's KeyReused when
    the key held something else.
    """
    if amount.minor <= 0:
        raise BadAmount(f"{amount.minor} is not above zero")
    with transaction.atomic():
        if known := _held_before(payer, amount, key, reference):
            return known
        blocks.check(payer)
        monthly.check(payer=payer, amount=amount, now=now)
        promotional = _post_hold(payer, amount, key, reference, now)
        if promotional is None:
            if known := _held_before(payer, amount, key, reference):
                return known
            raise ledger.KeyReused(key)
        blocks.check(payer)  # again: credit that we waited for may have come back with a block (earnings/to_cards.py)
        return Hold.objects.create(
            member_id=payer.pk,
            key=key,
            reference=reference,
            amount_minor=amount.minor,
            promotional_minor=promotional,
            currency=amount.currency,
            held_at=now,
        )


def _held_before(payer: AbstractBaseUser, amount: Money, key: str, reference: str) -> Hold | None:
    known = Hold.objects.filter(key=key).first()
    if known and (known.member_id, known.amount, known.reference) != (payer.pk, amount, reference):
        raise ledger.KeyReused(key)
    return known


def _post_hold(payer: AbstractBaseUser, amount: Money, key: str, reference: str, now: datetime) -> int | None:
    """The promotional part; None when the key was posted meanwhile, whatever it held.

    What is read of promotional credit may be gone when it is posted: then what is left is read again.
    """
    paid, promo = accounts.caller_credit(payer.pk), accounts.caller_promo(payer.pk)
    while True:
        promotional = min(amount.minor, ledger.balance(promo, amount.currency).minor)
        parts = [
            (paid, accounts.caller_hold(payer.pk), amount.minor - promotional),
            (promo, accounts.caller_promo_hold(payer.pk), promotional),
        ]
        lines = [ledger.Line(a, b, Money(minor, amount.currency)) for a, b, minor in parts if minor]
        try:
            posted = ledger.post(key=key, kind="hold", lines=lines, reference=reference, now=now)
        except ledger.KeyReused:
            return None  # of the same sum, but another part of it was promotional then
        except ledger.Overdraft as short:
            if short.account_kind != promo.kind:
                raise InsufficientCredit(credit(member=payer)) from None
        else:
            return promotional if posted.is_new else None


def take(*, payer: AbstractBaseUser, reference: str, price: Money, now: datetime) -> Taken:
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
    held_promo = Money(sum(row.promotional_minor for row in holds), total.currency)
    promotional = min(price, held_promo)
    paid = price - promotional
    _close(holds, paid=paid.minor, promotional=promotional.minor, now=now)
    lots.spend(member_id=payer.pk, promotional=promotional, paid=paid, reference=reference, now=now)
    hold_account, promo_hold = accounts.caller_hold(payer.pk), accounts.caller_promo_hold(payer.pk)
    freed = [
        ledger.Line(hold_account, accounts.caller_credit(payer.pk), total - held_promo - paid),
        ledger.Line(promo_hold, accounts.caller_promo(payer.pk), held_promo - promotional),
    ]
    return Taken(
        held=total,
        freed=total - price,
        captured=tuple(part for part in (Part(promo_hold, promotional), Part(hold_account, paid)) if part.amount),
        free_lines=tuple(line for line in freed if line.amount),
    )


def spend(*, payer: AbstractBaseUser, amount: Money, reference: str, now: datetime) -> tuple[Part, ...]:
    """`amount` of the payer's credit goes to `reference` at once, without a hold: from which accounts.

    Rows only, as `take`: the caller posts the entry, in the same transaction, after this; where the credit is less
    than the lots because some of it is held, that refuses. Raises InsufficientCredit, AboveMonthlyLimit, PaymentsBlocked.
    """
    blocks.check(payer)
    monthly.check(payer=payer, amount=amount, now=now)
    promo = accounts.caller_promo(payer.pk)
    promotional = min(amount, ledger.balance(promo, amount.currency))
    paid = amount - promotional
    try:
        lots.spend(member_id=payer.pk, promotional=promotional, paid=paid, reference=reference, now=now)
    except lots.LotsTooSmall:
        raise InsufficientCredit(credit(member=payer)) from None
    blocks.check(payer)  # again, as `hold` does: the lots were waited for
    Hold.objects.create(
        member_id=payer.pk,
        key=f"{reference}:spent",
        reference=reference,
        amount_minor=amount.minor,
        promotional_minor=promotional.minor,
        captured_minor=amount.minor,
        currency=amount.currency,
        is_open=False,
        held_at=now,
        closed_at=now,
    )
    return tuple(
        part for part in (Part(promo, promotional), Part(accounts.caller_credit(payer.pk), paid)) if part.amount
    )


def free(*, payer: AbstractBaseUser, reference: str, key: str, now: datetime) -> Money:
    """Everything still held for `reference` becomes credit again; answers how much. Nothing held: nothing happens."""
    nothing = Money(0, settings.CURRENCY)
    with transaction.atomic():
        try:
            taken = take(payer=payer, reference=reference, price=nothing, now=now)
        except NothingHeld:
            return nothing
        ledger.post(key=key, kind="free", lines=taken.free_lines, reference=reference, now=now)
    return taken.freed


def freed(*, payer: AbstractBaseUser, reference: str) -> Money:
    """What became credit again when the reference's holds were closed."""
    sums = Hold.objects.filter(member_id=payer.pk, reference=reference).aggregate(freed=Sum("freed_minor"))
    return Money(sums["freed"] or 0, settings.CURRENCY)


def restore(*, payer_id: int, reference: str, amount: Money, now: datetime) -> tuple[Part, ...]:
    """`amount` that was spent on `reference` goes back, promotional credit to promotional credit: to which accounts."""
    paid, promotional = lots.restore(member_id=payer_id, reference=reference, amount=amount, now=now)
    parts = (Part(accounts.caller_credit(payer_id), paid), Part(accounts.caller_promo(payer_id), promotional))
    return tuple(part for part in parts if part.amount)


def _open_holds(reference: str, payer: AbstractBaseUser) -> list[Hold]:
    found = Hold.objects.filter(reference=reference, member_id=payer.pk, is_open=True)
    holds = list(found.select_for_update(no_key=True).order_by("pk"))
    if not holds:
        raise NothingHeld(reference)
    return holds


def _total(holds: list[Hold]) -> Money:
    return Money(sum(row.amount_minor for row in holds), holds[0].currency)


def _close(holds: list[Hold], *, paid: int, promotional: int, now: datetime) -> None:
    for row in holds:
        from_promotional = min(promotional, row.promotional_minor)
        from_paid = min(paid, row.amount_minor - row.promotional_minor)
        row.captured_minor = from_promotional + from_paid
        row.freed_minor = row.amount_minor - row.captured_minor
        row.is_open, row.closed_at = False, now
        promotional -= from_promotional
        paid -= from_paid
    Hold.objects.bulk_update(holds, ["captured_minor", "freed_minor", "is_open", "closed_at"])
