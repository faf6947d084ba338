"""What an expert owes: given back by their own choice when it was no longer there. The next earnings pay it first."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.wallet import services as wallet


def owed(*, expert: AbstractBaseUser) -> Money:
    return ledger.balance(accounts.expert_debt(expert.pk), settings.CURRENCY)


def pay_debt(*, expert: AbstractBaseUser, key: str, now: datetime) -> None:
    """What is available pays what is owed, at once. Needs a transaction."""
    available, debt = lock(expert.pk, settings.CURRENCY)
    if paid := min(available, debt):
        wallet.repay_advances(expert_id=expert.pk, amount=paid, now=now)
        line = ledger.Line(accounts.expert_available(expert.pk), accounts.expert_debt(expert.pk), paid)
        ledger.post(key=key, kind="debt_paid", lines=[line], reference=f"user:{expert.pk}", now=now)


def lock(expert_id: int, currency: str) -> tuple[Money, Money]:
    """What is available to the expert and what they owe, until the end of the transaction: for an entry whose lines depend on
    that. Whoever needs the payer's credit too takes it after these, with that entry."""
    refs = accounts.expert_available(expert_id), accounts.expert_debt(expert_id)
    found = ledger.lock(refs, currency)
    return found[refs[0]], found[refs[1]]
