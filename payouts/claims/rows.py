"""Rows of a claim under the lock of its charge: whatever happens to a charge and its claim happens in turn.

The lock of the charge comes first (what is held, then the earning), as in a release and in a give-back; the claim needs
none of its own.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.money import BadAmount, Money
from payouts.outbox import services as outbox

WAITS_FOR = "claim"
HOLD_SETTLED = "claims.hold_settled"  # for whoever held it: what was contested is captured or freed now


def locked_earning(reference: str, **people: AbstractBaseUser) -> Earning:
    """Raises Earning.DoesNotExist where `people` (payer, expert) are others."""
    rows = Earning.objects.filter(reference=reference, **people)
    return rows.select_for_update(no_key=True).get()


def locked_held(reference: str, **people: AbstractBaseUser) -> HeldCharge | None:
    rows = HeldCharge.objects.filter(reference=reference, **people)
    return rows.select_for_update(no_key=True).first()


def locked_claim(claim_id: int, among: QuerySet[Claim] | None = None) -> Claim:
    """Raises Claim.DoesNotExist where it is not `among` those that the person may touch."""
    found = (Claim.objects.all() if among is None else among).get(pk=claim_id)
    if found.held_id:
        HeldCharge.objects.select_for_update(no_key=True).get(pk=found.held_id)
        found = Claim.objects.get(pk=claim_id)  # it may have become an earning meanwhile
    if found.earning_id:
        Earning.objects.select_for_update(no_key=True).get(pk=found.earning_id)
    return Claim.objects.select_related("earning", "held").get(pk=claim_id)


def close(claim: Claim, outcome: Claim.Outcome, *, now: datetime, verdict: str = "") -> None:
    """The earning waits for it no longer; what is still held is captured."""
    if claim.is_held:
        settle_hold(claim, Money(0, claim.charge.currency), now=now)
    claim.state, claim.outcome, claim.verdict = Claim.State.CLOSED, outcome, verdict
    claim.deadline_at, claim.closed_at = None, now
    claim.save()
    if claim.earning:
        earnings.let_go(reference=claim.earning.reference, reason=WAITS_FOR)


def settle_hold(
    claim: Claim, freed: Money, *, now: datetime, commission_percent: int | None = None, key: str = "", note: str = ""
) -> None:
    """`freed` of what is held becomes credit again, the rest is captured, in one entry; from then on the claim is about
    its earning. `commission_percent`: where it is not that of the terms. `key`: of the expert's form. Raises BadAmount.
    """
    held = claim.held
    if held is None or not 0 <= freed.minor <= held.price_minor or freed.currency != held.currency:
        raise BadAmount(f"{freed.minor} {freed.currency} cannot be freed of {claim}")
    held.freed_minor, held.freed_key, held.note, held.settled_at = freed.minor, key, note, now
    held.save(update_fields=["freed_minor", "freed_key", "note", "settled_at"])
    payload = {"reference": held.reference}
    outbox.enqueue(action=HOLD_SETTLED, key=f"{held.reference}:settled", payload=payload, now=now)
    earnings.capture(
        reference=held.reference,
        payer=held.payer,
        expert=held.expert,
        price=held.price,
        commission_percent=held.commission_percent if commission_percent is None else commission_percent,
        key=f"{held.reference}:capture",
        group=held.group,
        label=held.label,
        link=held.link,
        now=now,
        release_from=now,
    )
    if held.price:
        claim.earning = Earning.objects.get(reference=held.reference)
        claim.save(update_fields=["earning"])


def give_back(claim: Claim, amount: Money, *, cause: GiveBack.Cause, key: str, now: datetime) -> None:
    """Of what the claim is about, captured or held; above zero. Raises BadAmount."""
    if claim.earning:
        make_refund(claim.earning, amount, cause=cause, key=key, now=now, claim=claim)
    else:
        settle_hold(claim, amount, now=now)


def make_refund(
    earning: Earning,
    amount: Money,
    *,
    cause: GiveBack.Cause,
    key: str,
    now: datetime,
    claim: Claim | None = None,
    line: str = "",
    note: str = "",
) -> GiveBack:
    """The row, and the money. `earning` is locked, and up to date afterwards. Raises BadAmount above what is left."""
    if not 0 < amount.minor <= earning.price.minor or amount.currency != earning.currency:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be given back of {earning.reference}")
    refund = GiveBack.objects.create(
        earning=earning,
        claim=claim,
        cause=cause,
        key=key,
        amount_minor=amount.minor,
        currency=amount.currency,
        line=line,
        note=note,
        made_at=now,
    )
    earnings.give_back(
        reference=earning.reference,
        amount=amount,
        key=f"give_back:{refund.pk}",
        now=now,
        even_if_released=cause == GiveBack.Cause.EXPERT,
    )
    earning.refresh_from_db()
    return refund
