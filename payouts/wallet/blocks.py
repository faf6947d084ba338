"""Who may not pay: a bank took a payment of theirs back, they close their account, or, for a moment, what was found to be fraud
is on its way to its cards. Looked at by each new hold, payment and top-up: one small index."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.wallet.models import PaymentBlock

KINDS = ("dispute", "closing", "fraud")  # the one that lasts longest first


class PaymentsBlocked(Exception):
    """Nothing new is paid or added: a payment of the member is disputed, or they close their account. Nothing moved."""


def block_payments(*, member: AbstractBaseUser, reason: str, now: datetime) -> bool:
    """Once per reason ("dispute:3"): what staff lifted stays lifted. False when there was one before."""
    return PaymentBlock.objects.get_or_create(reason=reason, defaults={"member_id": member.pk, "begun_at": now})[1]


def unblock_payments(*, reason: str, now: datetime) -> bool:
    """False when there was nothing (any more) to lift."""
    return PaymentBlock.objects.filter(reason=reason, lifted_at=None).update(lifted_at=now) > 0


def is_blocked(*, member: AbstractBaseUser) -> bool:
    return PaymentBlock.objects.filter(member_id=member.pk, lifted_at=None).exists()


def blocked_by(*, member: AbstractBaseUser) -> str:
    """What for, of several the first of KINDS; empty: nothing blocks."""
    reasons = PaymentBlock.objects.filter(member_id=member.pk, lifted_at=None).values_list("reason", flat=True)
    return min((reason.partition(":")[0] for reason in reasons), key=KINDS.index, default="")


def blocks(*, reason: str) -> bool:
    """Whether this very reason still blocks."""
    return PaymentBlock.objects.filter(reason=reason, lifted_at=None).exists()


def check(member: AbstractBaseUser) -> None:
    """Raises PaymentsBlocked."""
    if is_blocked(member=member):
        raise PaymentsBlocked
