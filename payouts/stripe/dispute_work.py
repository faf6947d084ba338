"""What the worker does about disputes: our answers out of the outbox, Stripe's events in, and money of experts who took part."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.outbox import services as outbox
from payouts.outbox.services import Finish, GiveUp, Handler, NotYet
from payouts.stripe import gateway, refund_gateway
from payouts.stripe.answers import BankDispute, Refused
from payouts.stripe.attempts import is_retry, with_fresh_key
from payouts.stripe.models import StripeEvent
from payouts.stripe.refund_work import credit_first
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal

LOOKS = 5


def send_evidence(payload: dict[str, Any], *, key: str) -> Finish | None:
    return _answer(
        payload,
        key,
        lambda id_, key: refund_gateway.submit_evidence(
            dispute=id_, evidence={"uncategorized_text": payload["text"]}, key=key
        ),
    )


def accept(payload: dict[str, Any], *, key: str) -> Finish | None:
    return _answer(payload, key, lambda id_, key: refund_gateway.accept_dispute(dispute=id_, key=key))


def _answer(payload: dict[str, Any], key: str, send: Callable[[str, str], BankDispute]) -> Finish | None:
    """What Stripe answers counts as heard of it. Sent already (an earlier try whose answer was lost): nothing is left to do."""
    row = Dispute.objects.get(pk=payload["dispute"])
    if not refund_gateway.retrieve_dispute(row.stripe_dispute).status.endswith("needs_response"):
        return None
    try:
        answer = with_fresh_key(key, lambda key: send(row.stripe_dispute, key))
    except Refused as refusal:
        raise GiveUp(str(refusal)) from refusal
    return lambda now: disputes.observe(found=answer, now=now)


def recall(payload: dict[str, Any], *, key: str) -> Finish:
    """Transfers to an expert who took part, back while the money still lies in their balance at Stripe. What has left it is
    a debt: Stripe refuses, and nothing is lost by having asked. But where several withdrawals lie there Stripe would take
    the one for the other, so a payout is looked for first: its answer may have been lost. Raises NotYet while one is asked for.
    """
    lying = Withdrawal.objects.filter(expert_id=payload["expert"], state=Withdrawal.State.REQUESTED)
    back: dict[int, str] = {}
    for row in lying.exclude(stripe_transfer=None).order_by("pk"):
        transfer, step = row.stripe_transfer or "", f"withdrawal:{row.pk}:recall"
        if outbox.is_claimed(key=withdrawals.payout_key(row)):
            raise NotYet(f"the payout of withdrawal {row.pk} is being asked for")
        with suppress(Refused):
            if gateway.find_payout(account=row.stripe_account, withdrawal_id=row.pk):
                continue
            found = gateway.find_reversal(transfer_id=transfer) if is_retry(key) else None
            back[row.pk] = found or with_fresh_key(step, partial(_reverse, row))

    def finish(now: datetime) -> None:
        for withdrawal_id, reversal in back.items():
            withdrawals.recalled(withdrawal_id=withdrawal_id, stripe_reversal=reversal, now=now)

    return finish


def _reverse(row: Withdrawal, key: str) -> str:
    return gateway.reverse_transfer(transfer_id=row.stripe_transfer or "", key=key)


HANDLERS: dict[str, Handler] = {
    "stripe.evidence": send_evidence,
    "stripe.accept_dispute": accept,
    "stripe.recall": recall,
}


def _dispute(event: StripeEvent, now: datetime) -> None:
    if not event.account:
        _look_at(event.payload["data"]["object"]["id"], now)


def read_missed(*, since: datetime, now: datetime) -> int:
    """Disputes opened since that we never heard of; answers how many. Whatever changed later Stripe tells by events."""
    new = [found for found in refund_gateway.disputes_since(since) if not disputes.is_known(stripe_dispute=found.id)]
    for found in new:
        with suppress(TopUp.DoesNotExist, disputes.UnknownDispute):
            _look_at(found.id, now)
    return len(new)


def _look_at(id_: str, now: datetime) -> None:
    """Asked until two answers agree: of two workers, the one that wrote last has then seen the latest."""
    found = refund_gateway.retrieve_dispute(id_)
    if not found.top_up_id:
        return
    credit_first(found.top_up_id, now)
    for _look in range(LOOKS):
        disputes.observe(found=found, now=now)
        again = refund_gateway.retrieve_dispute(id_)
        if again == found:
            return
        found = again


def _warning(event: StripeEvent, now: datetime) -> None:
    warning = event.payload["data"]["object"]
    top_up_id = refund_gateway.top_up_of_charge(warning["charge"])
    if top_up_id:
        disputes.warn(warning=warning["id"], fraud_type=warning["fraud_type"], top_up_id=top_up_id, now=now)


ACTIONS: dict[str, Callable[[StripeEvent, datetime], None]] = {
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "radar.early_fraud_warning.created": _warning,
}
