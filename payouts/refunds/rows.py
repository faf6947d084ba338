"""A refund's row and the entries that go with each change of it."""

from datetime import datetime

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.refunds.models import Refund
from payouts.wallet import lots
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot

Move = tuple[accounts.AccountRef, accounts.AccountRef, Money]


def locked(**by: object) -> Refund | None:
    return Refund.objects.select_for_update(no_key=True).filter(**by).first()


def lock_all(*, lot: CreditLot) -> None:
    """Every refund of a lot, for who locks the lot next and then needs others than their own. The purse first: no more of
    them are asked for meanwhile."""
    wallet.lock_purse(member=lot.member)
    list(Refund.objects.select_for_update(no_key=True).filter(lot=lot).order_by("pk"))


def update(refund: Refund, **changes: object) -> None:
    for name, value in changes.items():
        setattr(refund, name, value)
    refund.save(update_fields=list(changes))


def make(*, lot: CreditLot, amount: Money, taken: Money, key: str, origin: str, now: datetime) -> Refund:
    """Needs the lock of the lot, of which `taken` is used up. Nothing is posted."""
    refund = Refund.objects.create(
        member_id=lot.member_id,
        lot=lot,
        origin=origin,
        key=key,
        amount_minor=amount.minor,
        taken_minor=taken.minor,
        currency=amount.currency,
        requested_at=now,
    )
    lots.use([(lot, taken.minor)], refund.reference, now)
    return refund


def post_request(refund: Refund, now: datetime) -> None:
    """Raises ledger's Overdraft when the credit is no longer there."""
    credit, aside = accounts.caller_credit(refund.member_id), accounts.refund_pending(refund.pk)
    _post(refund, "request", [(credit, aside, refund.taken), (accounts.refund_loss(), aside, _loss(refund))], now)


def take_more(refund: Refund, amount: Money, now: datetime) -> None:
    """Needs the lock of the lot, which had less left when the refund was made. Raises ledger's Overdraft."""
    awaited = refund.awaited_minor - amount.minor
    update(refund, taken_minor=refund.taken_minor + amount.minor, awaited_minor=awaited)
    lots.use([(refund.lot, amount.minor)], refund.reference, now)
    step = f"taken:{refund.taken_minor}"  # it only grows
    _post(refund, step, [(accounts.caller_credit(refund.member_id), accounts.refund_loss(), amount)], now)


def post_paid(refund: Refund, now: datetime) -> None:
    update(refund, is_booked=True)
    _post(refund, "paid", [(accounts.refund_pending(refund.pk), accounts.stripe_available(), refund.amount)], now)


def post_returned(refund: Refund, now: datetime) -> None:
    update(refund, is_back=True)
    _post(refund, "returned", [(accounts.stripe_available(), accounts.refund_pending(refund.pk), refund.amount)], now)


def post_settled(refund: Refund, now: datetime) -> None:
    """Staff sent it from the platform's own bank."""
    update(refund, state=Refund.State.SETTLED, closed_at=now)
    _post(refund, "settled", [(accounts.refund_pending(refund.pk), accounts.platform_bank(), refund.amount)], now)


def give_back(refund: Refund, *, code: str, now: datetime) -> None:
    """Credit again, of the lot that it came from."""
    update(refund, state=Refund.State.FAILED, failure_code=code[:60], closed_at=now)
    if refund.taken:
        lots.restore(member_id=refund.member_id, reference=refund.reference, amount=refund.taken, now=now)
    credit, aside = accounts.caller_credit(refund.member_id), accounts.refund_pending(refund.pk)
    _post(refund, "failed", [(aside, credit, refund.taken), (aside, accounts.refund_loss(), _loss(refund))], now)


def _loss(refund: Refund) -> Money:
    return refund.amount - refund.taken


def _post(refund: Refund, step: str, moves: list[Move], now: datetime) -> None:
    lines = [ledger.Line(debit, credit, amount) for debit, credit, amount in moves if amount]
    key, kind = f"{refund.reference}:{step}", f"refund_{step.partition(':')[0]}"
    ledger.post(key=key, kind=kind, lines=lines, reference=refund.reference, now=now)
