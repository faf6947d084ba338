"""Credit that rests on a debt: given back by an expert who no longer had it, and who has not paid it since.

Two who act together could take the same money out twice: the expert by a withdrawal, the payer by a refund, or by spending
it on another of them. So such credit can be spent, but goes to no card, and what it earns others waits for a review
(earnings.suspicion), until the expert has paid or staff let it go.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from payouts.in_english import in_english
from payouts.money import Money
from payouts.office import services as office
from payouts.wallet.models import Advance


@in_english
def advance(
    *,
    payer: AbstractBaseUser,
    expert: AbstractBaseUser,
    amount: Money,
    paid_credit: Money,
    reference: str,
    key: str,
    now: datetime,
) -> Advance:
    """To be called with the entry `key`, which makes it the expert's debt; `paid_credit`: the part that is not promotional.

    Needs the lock of the debt.
    """
    made = Advance.objects.create(
        payer_id=payer.pk,
        expert_id=expert.pk,
        key=key,
        reference=reference,
        currency=amount.currency,
        amount_minor=amount.minor,
        paid_credit_minor=paid_credit.minor,
        left_minor=amount.minor,
        made_at=now,
    )
    text = _(
        "{expert} gave {amount} back to {payer} that was no longer there, and owes it. Look whether both act together."
    )
    office.open_task(
        kind="advance",
        key=_task_key(made),
        reference=reference,
        text=text.format(expert=expert, amount=amount, payer=payer),
        now=now,
        parties=[payer.pk, expert.pk],
    )
    return made


def repay_advances(*, expert_id: int, amount: Money, now: datetime, payer_id: int | None = None) -> None:
    """`amount` of what the expert owes is paid: the oldest first, but with what `payer_id` spent on them that payer's own
    before all others, or it would set free what somebody else got back. Needs the lock of the debt."""
    left = amount.minor
    owed = Advance.objects.filter(expert_id=expert_id, currency=amount.currency, left_minor__gt=0).order_by("pk")
    for made in sorted(owed.select_for_update(no_key=True), key=lambda made: made.payer_id != payer_id):
        paid = min(left, made.left_minor)
        if not paid:
            return
        left -= paid
        made.left_minor -= paid
        made.save(update_fields=["left_minor"])
        if not made.left_minor:
            office.settle_task(key=_task_key(made), note=_("The expert has paid it."), now=now)


def kept_from_cards(*, member: AbstractBaseUser) -> Money:
    """Of the member's paid credit, spent meanwhile or not: spending it on somebody who gives it back would free it else."""
    rests = _open(member).aggregate(minor=Sum(Least("left_minor", "paid_credit_minor")))["minor"]
    return Money(rests or 0, settings.CURRENCY)


def rests_on_debt(*, payer: AbstractBaseUser, of_others_than: AbstractBaseUser) -> bool:
    """Whether any of the payer's credit does. What the payer spends on the very expert who owes it pays that very debt."""
    return _open(payer).exclude(expert_id=of_others_than.pk).exists()


@transaction.atomic
def let_advance_go(*, advance_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> None:
    """The payer had no part in it: it is credit like any other, whether the expert ever pays or not.

    Of two who do it, or once it is paid, the first counts. Raises office's PartyToIt, ValueError for an empty reason.
    """
    if not reason.strip():
        raise ValueError("letting go needs its reason")
    found = Advance.objects.select_for_update(no_key=True).get(pk=advance_id)
    office.check_no_party(staff=staff, parties=(found.payer_id, found.expert_id))
    if not found.is_open:
        return
    found.let_go_at = now
    found.save(update_fields=["let_go_at"])
    office.record(staff=staff, act="advance.let_go", reference=found.reference, reason=reason, now=now)
    office.settle_task(key=_task_key(found), staff=staff, note=reason, now=now)


def _open(payer: AbstractBaseUser) -> QuerySet[Advance]:
    return Advance.objects.filter(
        payer_id=payer.pk, currency=settings.CURRENCY, left_minor__gt=0, let_go_at__isnull=True
    )


def _task_key(made: Advance) -> str:
    return f"advance:{made.pk}"
