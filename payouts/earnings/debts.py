"""What an expert owes: given back by their own choice when it was no longer there. The next earnings pay it first."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money

TRIES = 20


def owed(*, expert: AbstractBaseUser) -> Money:
    return ledger.balance(accounts.expert_debt(expert.pk), settings.CURRENCY)


def pay_debt(*, expert: AbstractBaseUser, key: str, now: datetime) -> None:
    """What is available pays what is owed, at once."""
    available, debt = accounts.expert_available(expert.pk), accounts.expert_debt(expert.pk)

    def lines() -> list[ledger.Line]:
        paid = min(ledger.balance(available, settings.CURRENCY), ledger.balance(debt, settings.CURRENCY))
        return [ledger.Line(available, debt, paid)] if paid else []

    if lines():
        post(lines, key=key, kind="debt_paid", reference=f"user:{expert.pk}", now=now)


def post(
    lines: Callable[[], Sequence[ledger.Line]], *, key: str, kind: str, reference: str, now: datetime
) -> ledger.Posted:
    """Post lines that depend on a balance. It is read without a lock, for only `post` locks accounts, in their order:
    when another move came between, the entry would overdraw, and its lines are made anew."""
    for _ in range(TRIES - 1):
        try:
            return ledger.post(key=key, kind=kind, lines=lines(), reference=reference, now=now)
        except ledger.Overdraft:
            continue
    return ledger.post(key=key, kind=kind, lines=lines(), reference=reference, now=now)
