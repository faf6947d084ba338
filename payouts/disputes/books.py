"""The entries of a dispute. Each needs the lock of the dispute's row, so nothing else moves its account meanwhile."""

from datetime import datetime

from django.db import transaction

from payouts.disputes.models import Dispute
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.accounts import AccountRef
from payouts.money import Money
from payouts.stripe.answers import Movement
from payouts.wallet import lots
from payouts.wallet import services as wallet

TRIES = 10


def update(dispute: Dispute, **changes: object) -> None:
    for name, value in changes.items():
        setattr(dispute, name, value)
    dispute.save(update_fields=list(changes))


def post_movement(dispute: Dispute, movement: Movement, now: datetime) -> None:
    """What Stripe booked: the sum and the fee leave our balance, or come back. Once for each of its balance transactions."""
    owed, here = accounts.dispute_receivable(dispute.pk), accounts.stripe_available()
    moves = [_signed(owed, here, -movement.amount.minor), _signed(accounts.dispute_fees(), here, movement.fee.minor)]
    lines = [_line(dispute, debit, credit, minor) for debit, credit, minor in moves if minor]
    if not lines:
        return
    key = f"{dispute.reference}:{movement.id}"
    posted = ledger.post(key=key, kind="dispute_moved", lines=lines, reference=dispute.reference, now=now)
    if posted.is_new:
        update(dispute, moved_minor=dispute.moved_minor - movement.amount.minor)


def mark_lot(dispute: Dispute) -> bool:
    """While the bank has the top-up back, or may, nothing of it goes back to its card beside that. Once it is lost and all of
    it was taken, what is left of the top-up is what the bank did not take."""
    lot = lots.locked(dispute.lot_id)
    others = Dispute.objects.filter(lot=lot)
    is_disputed = any(each.is_open or (each.is_lost and _borne_by_nobody(each) > 0) for each in others)
    if lot.is_disputed != is_disputed:
        lot.is_disputed = is_disputed
        lot.save(update_fields=["is_disputed"])
    return is_disputed


def take_unspent(dispute: Dispute, now: datetime) -> None:
    """What is left of the disputed top-up is taken back from credit. What is held stays until it is freed."""
    for _ in range(TRIES):
        lot = lots.of_top_up(dispute.lot.top_up_id or 0)
        credit = wallet.paid_credit(member=dispute.member).minor
        minor = min(lot.remaining_minor if lot else 0, credit, _borne_by_nobody(dispute))
        if lot is None or minor <= 0:
            return
        try:
            with transaction.atomic():
                lots.use([(lot, minor)], dispute.reference, now)
                _step(dispute, "taken", accounts.caller_credit(dispute.member_id), _owed(dispute), minor, now)
                update(dispute, taken_minor=dispute.taken_minor + minor)
            return
        except ledger.Overdraft:  # spent at this very moment
            dispute.refresh_from_db()


def _borne_by_nobody(dispute: Dispute) -> int:
    """Of the disputed sum; what the platform bears is taken too, should credit of the top-up come back."""
    return dispute.amount_minor - dispute.taken_minor - dispute.recovered_minor


def return_taken(dispute: Dispute, now: datetime) -> Money:
    """It is the member's credit again, of the same top-up; answers how much."""
    amount = Money(dispute.taken_minor, dispute.currency)
    if not amount:
        return amount
    lots.restore(member_id=dispute.member_id, reference=dispute.reference, amount=amount, now=now)
    _step(dispute, "returned", _owed(dispute), accounts.caller_credit(dispute.member_id), amount.minor, now)
    update(dispute, taken_minor=0)
    return amount


def settle_loss(dispute: Dispute, now: datetime) -> None:
    """Lost: what nobody else bears is the platform's loss. Not lost (any more): nothing is, but what is owed to nobody."""
    owed = ledger.balance(_owed(dispute), dispute.currency).minor
    change = owed if dispute.is_lost else min(owed + dispute.loss_minor, 0) - dispute.loss_minor
    if not change:
        return
    debit, credit, minor = _signed(accounts.dispute_loss(), _owed(dispute), change)
    _step(dispute, "loss", debit, credit, minor, now)
    update(dispute, loss_minor=dispute.loss_minor + change)


def _owed(dispute: Dispute) -> AccountRef:
    return accounts.dispute_receivable(dispute.pk)


def _signed(debit: AccountRef, credit: AccountRef, minor: int) -> tuple[AccountRef, AccountRef, int]:
    return (debit, credit, minor) if minor >= 0 else (credit, debit, -minor)


def _line(dispute: Dispute, debit: AccountRef, credit: AccountRef, minor: int) -> ledger.Line:
    return ledger.Line(debit, credit, Money(minor, dispute.currency))


def _step(dispute: Dispute, step: str, debit: AccountRef, credit: AccountRef, minor: int, now: datetime) -> None:
    """May happen several times, for what was lost can be appealed: so its key counts."""
    update(dispute, steps=dispute.steps + 1)
    key, lines = f"{dispute.reference}:{step}:{dispute.steps}", [_line(dispute, debit, credit, minor)]
    ledger.post(key=key, kind=f"dispute_{step}", lines=lines, reference=dispute.reference, now=now)
