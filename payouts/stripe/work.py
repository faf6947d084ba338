"""What the worker does with Stripe: our requests out of the outbox, and Stripe's events in.

An event says only that something happened: what is true now is asked of Stripe again, so events may come late, doubled, out
of order, or about things that are not ours.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from payouts.disputes import services as disputes
from payouts.money import Money
from payouts.office import services as office
from payouts.outbox import services as outbox
from payouts.outbox.services import Finish, GiveUp, Handler, NotYet
from payouts.safety import services as safety
from payouts.stripe import books, dispute_work, gateway, pay_in_work, refund_work
from payouts.stripe.answers import Payout, Refused
from payouts.stripe.attempts import is_retry, with_fresh_key
from payouts.stripe.models import StripeEvent
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal

log = logging.getLogger(__name__)

BACKOFF_MAX_S = 3600
CLAIM_S = 120
BATCH_S = 30  # then `now` is old: an event claimed with it would be taken over while it is acted on
NO_FUNDS_YET = "balance_insufficient"


# --- Out: what the outbox asks of Stripe ----------------------------------------------------------------------


def make_transfer(payload: dict[str, Any], *, key: str) -> Finish:
    """From the platform's balance to the expert's. Waits while Stripe has not settled the callers' payments."""
    row = Withdrawal.objects.get(pk=payload["withdrawal"])
    try:
        to = row.stripe_account
        found = gateway.find_transfer(destination=to, withdrawal_id=row.pk) if is_retry(key) else None
        if found is None and disputes.took_part(expert_id=row.expert_id, since=row.requested_at):
            return lambda now: withdrawals.stopped(withdrawal_id=row.pk, now=now)
        if found is None:
            _wait_while_frozen(row)
        if found is None and row.waits_for_funds:
            _wait_for_funds(row.amount)
        transfer = found or with_fresh_key(
            key,
            lambda key: gateway.create_transfer(amount=row.amount, destination=to, withdrawal_id=row.pk, key=key),
        )
    except Refused as refusal:
        if refusal.code == NO_FUNDS_YET:
            withdrawals.transfer_waits(withdrawal_id=row.pk)
        code, message = _final(refusal)
        return lambda now: withdrawals.transfer_refused(withdrawal_id=row.pk, code=code, message=message, now=now)
    made = transfer.id
    return lambda now: withdrawals.transfer_made(withdrawal_id=row.pk, stripe_transfer=made, now=now)


def _wait_while_frozen(row: Withdrawal) -> None:
    """Raises NotYet. What was asked for before a freeze and is still here waits too: it would go to the changed bank account,
    or leave while staff look."""
    if frozen := safety.frozen(member=row.expert, now=timezone.now()):
        raise NotYet(f"withdrawals are frozen: {frozen.reason}")


def _wait_for_funds(amount: Money) -> None:
    """Raises NotYet while our balance is below `amount`: asking for the transfer itself would use a key up each time."""
    if books.balance(account="", currency=amount.currency).available < amount:
        raise NotYet("the balance at Stripe has not settled as far")


def make_payout(payload: dict[str, Any], *, key: str) -> Finish | None:
    """From the expert's balance at Stripe to their bank."""
    row = Withdrawal.objects.get(pk=payload["withdrawal"])
    if row.state != Withdrawal.State.REQUESTED:
        return None  # called back
    try:
        found = gateway.find_payout(account=row.stripe_account, withdrawal_id=row.pk) if is_retry(key) else None
        if found is None and disputes.took_part(expert_id=row.expert_id, since=row.requested_at):
            return lambda now: withdrawals.payout_refused(
                withdrawal_id=row.pk, code=withdrawals.UNDER_REVIEW, message="", now=now
            )
        if found is None:
            _wait_while_frozen(row)
        payout = found or _payout_at_once(row, key) or with_fresh_key(key, lambda key: _pay_out(row, key, "standard"))
    except Refused as refusal:
        code, message = _final(refusal)
        return lambda now: withdrawals.payout_refused(withdrawal_id=row.pk, code=code, message=message, now=now)
    made, arrives_on = payout.id, payout.arrives_on
    return lambda now: withdrawals.payout_made(withdrawal_id=row.pk, stripe_payout=made, arrives_on=arrives_on, now=now)


def _pay_out(row: Withdrawal, key: str, method: str) -> Payout:
    return gateway.create_payout(
        amount=row.amount, account=row.stripe_account, withdrawal_id=row.pk, key=key, method=method
    )


def _payout_at_once(row: Withdrawal, key: str) -> Payout | None:
    """None when it was not wanted, or Stripe offers none for this sum just now: then it goes the ordinary way."""
    if not row.at_once:
        return None
    if books.balance(account=row.stripe_account, currency=row.currency).at_once < row.amount:
        return None
    try:
        return with_fresh_key(f"{key}:instant", lambda key: _pay_out(row, key, "instant"))
    except Refused as refusal:
        if refusal.code.startswith("instant_payouts"):
            return None
        raise


def make_reversal(payload: dict[str, Any], *, key: str) -> Finish:
    """The transfer of a withdrawal that failed, back to the platform's balance."""
    row = Withdrawal.objects.get(pk=payload["withdrawal"])
    transfer_id = row.stripe_transfer or ""
    try:
        found = gateway.find_reversal(transfer_id=transfer_id) if is_retry(key) else None
        reversal = found or with_fresh_key(key, lambda key: gateway.reverse_transfer(transfer_id=transfer_id, key=key))
    except Refused as refusal:
        _code, message = _final(refusal)
        reversal = gateway.find_reversal(transfer_id=transfer_id) or ""  # it was called back, or reversed by hand
        if not reversal:
            _stuck(row, message)
            raise GiveUp(message) from refusal
    made = reversal
    return lambda now: withdrawals.reversal_made(withdrawal_id=row.pk, stripe_reversal=made, now=now)


def _stuck(row: Withdrawal, message: str) -> None:
    text = _("The money of withdrawal {number} is stuck in the expert's balance at Stripe: {why}")
    text, reference = text.format(number=row.pk, why=message), f"withdrawal:{row.pk}"
    key, now, parties = f"{reference}:stuck", timezone.now(), [row.expert_id]
    office.open_task(kind="stuck_withdrawal", key=key, text=text, reference=reference, now=now, parties=parties)


HANDLERS: dict[str, Handler] = {
    "stripe.transfer": make_transfer,
    "stripe.payout": make_payout,
    "stripe.reverse_transfer": make_reversal,
    **pay_in_work.HANDLERS,
    **refund_work.HANDLERS,
    **dispute_work.HANDLERS,
}


def _final(refusal: Refused) -> tuple[str, str]:
    """What Stripe will say again however often it is asked; money that is only not there yet is waited for."""
    if refusal.code == NO_FUNDS_YET:
        raise NotYet(str(refusal)) from refusal
    return refusal.code, str(refusal)


# --- In: Stripe's events --------------------------------------------------------------------------------------


def process_events(*, now: datetime, limit: int = 20) -> int:
    """Act on up to `limit` stored events that are due; answers how many were tried. Safe in several workers at once.

    An error stays on the row, which is tried again after 1, 2, 4 ... s, at most an hour. After BATCH_S the rest is left to
    the next call.
    """
    started = time.monotonic()
    due = list(StripeEvent.objects.filter(processed_at=None, due_at__lte=now).order_by("due_at", "pk")[:limit])
    tried = _pass_over([event for event in due if event.type not in ACTIONS], now)
    for event in due:
        if time.monotonic() - started > BATCH_S:
            break
        if event.type in ACTIONS and _claim(event, now):
            _process(event, now)
            tried += 1
    return tried


def _pass_over(events: list[StripeEvent], now: datetime) -> int:
    """Of kinds that we do nothing about: most of what Stripe sends, so all in one statement."""
    if not events:
        return 0
    rows = StripeEvent.objects.filter(pk__in=[event.pk for event in events], processed_at=None)
    return rows.update(processed_at=now, attempts=F("attempts") + 1, error="")


def _claim(event: StripeEvent, now: datetime) -> bool:
    mine = StripeEvent.objects.filter(pk=event.pk, processed_at=None, attempts=event.attempts)
    event.attempts += 1
    return mine.update(attempts=event.attempts, due_at=now + timedelta(seconds=CLAIM_S)) == 1


def _process(event: StripeEvent, now: datetime) -> None:
    rows = StripeEvent.objects.filter(pk=event.pk)
    try:
        ACTIONS[event.type](event, now)
    except Exception as problem:
        if _is_not_ours(problem):
            rows.update(processed_at=now, error=repr(problem)[:2000])
            return
        log.warning("Event failed, will be tried again", exc_info=problem, extra={"event": event.event_id})
        wait = timedelta(seconds=min(2 ** (event.attempts - 1), BACKOFF_MAX_S))
        rows.update(due_at=now + wait, error=repr(problem)[:2000])
    else:
        rows.update(processed_at=now, error="")


def _is_not_ours(problem: Exception) -> bool:
    """Stripe does not know what the event is about, or we do not: it will be no other way the next time."""
    if isinstance(problem, Refused):
        return problem.code == "resource_missing"
    return isinstance(problem, TopUp.DoesNotExist)


def _payout(event: StripeEvent, now: datetime) -> None:
    payout = gateway.retrieve_payout(payout_id=event.payload["data"]["object"]["id"], account=event.account)
    if not payout.withdrawal_id:
        return
    if payout.status == "paid":
        withdrawals.payout_paid(stripe_payout=payout.id, now=now)
    elif payout.status in ("failed", "canceled"):
        code, message = payout.failure_code or payout.status, payout.failure_message
        withdrawals.payout_failed(stripe_payout=payout.id, code=code, message=message, now=now)


def _settled(event: StripeEvent, now: datetime) -> None:
    """Money has become available, ours or an expert's: what waited for it need not wait for its next try."""
    outbox.hurry(actions=["stripe.transfer", "stripe.payout", "stripe.reverse_transfer", "stripe.refund"], now=now)


def _bank(event: StripeEvent, now: datetime) -> None:
    withdrawals.refresh_bank(stripe_account=event.account, now=now)


ACTIONS: dict[str, Callable[[StripeEvent, datetime], None]] = {
    **pay_in_work.ACTIONS,
    **refund_work.ACTIONS,
    **dispute_work.ACTIONS,
    "payout.paid": _payout,
    "payout.failed": _payout,
    "payout.canceled": _payout,
    "balance.available": _settled,
    "account.updated": _bank,
    "account.external_account.created": _bank,
    "account.external_account.updated": _bank,
    "account.external_account.deleted": _bank,
    "v2.core.account[configuration.recipient].capability_status_updated": _bank,
    "v2.core.account[requirements].updated": _bank,
    "v2.core.account.closed": _bank,
}
