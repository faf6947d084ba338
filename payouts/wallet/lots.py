"""Which top-ups and grants the spent money came from. A lot is spent whole before the next; rows only, nothing is posted."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db.models import Max, QuerySet, Sum

from payouts.money import BadAmount, Money
from payouts.wallet.models import CreditLot, LotUse

Kind = CreditLot.Kind
NEVER = datetime.max.replace(tzinfo=UTC)


class LotsTooSmall(Exception):
    """The lots do not cover the sum: they and the ledger disagree."""


def spend(*, member_id: int, promotional: Money, paid: Money, reference: str, now: datetime) -> None:
    """Of promotional lots the one that expires soonest first, then the oldest."""
    wanted = {kind: part for kind, part in ((Kind.PROMOTIONAL, promotional), (Kind.PAID, paid)) if part}
    if not wanted:
        return
    found = CreditLot.objects.filter(
        member_id=member_id, kind__in=wanted, currency=paid.currency, remaining_minor__gt=0
    ).order_by("pk")  # of both kinds locked in this order, as `restore` does; spent in the other
    lots = sorted(found.select_for_update(no_key=True), key=lambda lot: (lot.expires_at or NEVER, lot.pk))
    changes: list[tuple[CreditLot, int]] = []
    for kind, part in wanted.items():
        changes += _first_of([lot for lot in lots if lot.kind == kind], part)
    use(changes, reference, now)


def _first_of(lots: Iterable[CreditLot], amount: Money) -> list[tuple[CreditLot, int]]:
    changes, left = [], amount.minor
    for lot in lots:
        minor = min(left, lot.remaining_minor)
        changes.append((lot, minor))
        left -= minor
        if not left:
            return changes
    raise LotsTooSmall(f"the lots do not cover {amount.minor}")


def newest_first(
    *, member_id: int, amount: Money, of: Mapping[int, int] | None = None
) -> list[tuple[CreditLot, Money]]:
    """`amount` as parts of the member's top-ups, the newest first: for money on its way back to cards. Locks them.

    `of`: of these alone, and of each no more than this (minor units by its id). None of a disputed one: its bank has given the
    money back already, or may.
    """
    lots = _undisputed(member_id, amount.currency, of).order_by("pk")
    parts, left = [], amount
    for lot in reversed(lots.select_for_update(no_key=True)):
        part = min(left, _most(lot, of))
        if part:
            parts.append((lot, part))
        left -= part
    if left:
        raise LotsTooSmall(f"the top-ups of member {member_id} do not cover {amount.minor}")
    return parts


def may_go_back(*, member_id: int, currency: str, of: Mapping[int, int] | None = None) -> Money:
    """What is left of the top-ups whose cards may get it back (`of`: as `newest_first` has it); what is held of it is not taken
    off."""
    found = _undisputed(member_id, currency, of)
    if of is not None:
        return sum((_most(lot, of) for lot in found), Money(0, currency))
    return Money(found.aggregate(minor=Sum("remaining_minor"))["minor"] or 0, currency)


def _most(lot: CreditLot, of: Mapping[int, int] | None) -> Money:
    return lot.remaining if of is None else min(lot.remaining, Money(of[lot.pk], lot.currency))


def _undisputed(member_id: int, currency: str, of: Mapping[int, int] | None) -> QuerySet[CreditLot]:
    found = CreditLot.objects.filter(
        member_id=member_id, kind=Kind.PAID, currency=currency, remaining_minor__gt=0, is_disputed=False
    )
    return found if of is None else found.filter(pk__in=of)


def last_use(*, reference: str) -> int:
    """The id of the last use for `reference`; 0: there was none. Locks its lots: what comes back from now on is our own."""
    used = LotUse.objects.filter(reference=reference)
    list(CreditLot.objects.select_for_update(no_key=True).filter(pk__in=used.values("lot")).order_by("pk").values("pk"))
    return used.aggregate(last=Max("pk"))["last"] or 0


def came_back(*, reference: str, since: int) -> dict[int, int]:
    """Of which top-ups what `reference` took came back after the use `since`: minor units by lot. Nothing of presents."""
    uses = LotUse.objects.filter(reference=reference, pk__gt=since, amount_minor__lt=0, lot__kind=Kind.PAID)
    return dict(uses.values_list("lot").annotate(minor=-Sum("amount_minor")))


def of_top_up(top_up_id: int) -> CreditLot | None:
    """Locked; None while the top-up is not credited."""
    found = CreditLot.objects.select_for_update(no_key=True, of=("self",)).filter(top_up_id=top_up_id)
    return found.first()


def locked(lot_id: int) -> CreditLot:
    return CreditLot.objects.select_for_update(no_key=True, of=("self",)).get(pk=lot_id)


def restore(*, member_id: int, reference: str, amount: Money, now: datetime) -> tuple[Money, Money]:
    """What the member spent on `reference` is credit again, of the lots it came from, the last one spent first: so paid credit
    comes back before promotional credit, which was spent before it. Answers how much of each.

    Raises BadAmount above what was spent.
    """
    used = LotUse.objects.filter(reference=reference, member_id=member_id)
    lots = list(CreditLot.objects.select_for_update(no_key=True).filter(pk__in=used.values("lot")).order_by("pk"))
    # Summed under the locks: another part of the same purchase may have come back while we waited for them.
    spent_of = {
        lot_id: minor for lot_id, minor in used.values_list("lot").annotate(minor=Sum("amount_minor")) if minor > 0
    }
    lots = [lot for lot in lots if lot.pk in spent_of]
    lots.sort(key=lambda lot: (lot.kind == Kind.PROMOTIONAL, -lot.pk))
    changes, left = [], amount.minor
    for lot in lots:
        minor = min(left, spent_of[lot.pk])
        changes.append((lot, -minor))
        left -= minor
    if left:
        raise BadAmount(f"{amount.minor} is more than was spent on {reference}")
    use(changes, reference, now)
    paid = -sum(minor for lot, minor in changes if lot.kind == Kind.PAID)
    return Money(paid, amount.currency), Money(amount.minor - paid, amount.currency)


def use(changes: Iterable[tuple[CreditLot, int]], reference: str, now: datetime) -> None:
    """Needs the locks of the lots. Each change: the lot, and what is taken from it (below zero: what comes back)."""
    changes = [(lot, minor) for lot, minor in changes if minor]
    for lot, minor in changes:
        lot.remaining_minor -= minor
    CreditLot.objects.bulk_update([lot for lot, _ in changes], ["remaining_minor"])
    LotUse.objects.bulk_create(
        LotUse(lot=lot, member_id=lot.member_id, reference=reference, amount_minor=minor, used_at=now)
        for lot, minor in changes
    )
