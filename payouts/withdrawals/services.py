"""Moving available earnings to the bank: request, then one step for each thing that Stripe did (see models.Withdrawal).

Every step is posted under a key made from the withdrawal, so events may come doubled and late. The steps are called by
payouts.stripe.work: by the outbox with Stripe's answers, and with Stripe's events.
"""

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Sum

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.outbox import services as outbox
from payouts.safety import services as safety
from payouts.withdrawals.bank import (
    COUNTRIES,
    UnknownCountry,
    bank_changed,
    bank_of,
    connect,
    dashboard,
    refresh_bank,
    refresh_bank_if_old,
    stripe_accounts,
)
from payouts.withdrawals.models import BankConnection, Withdrawal

__all__ = [
    "COUNTRIES",
    "UNDER_REVIEW",
    "BankNotReady",
    "NotEnough",
    "OutOfTurn",
    "TooLittle",
    "UnknownCountry",
    "UnknownPayout",
    "WithdrawalsFrozen",
    "bank_changed",
    "bank_of",
    "connect",
    "dashboard",
    "of_expert",
    "payout_failed",
    "payout_key",
    "payout_made",
    "payout_paid",
    "payout_refused",
    "recalled",
    "refresh_bank",
    "refresh_bank_if_old",
    "request",
    "reversal_made",
    "stopped",
    "stripe_accounts",
    "transfer_made",
    "transfer_refused",
    "transfer_waits",
    "under_way",
    "withdrawn",
]
State = Withdrawal.State
MOST_MINOR = 2**31 - 1  # more than anybody has; in its column, psycopg would wrap what is above it around
UNDER_REVIEW = "under_review"  # a failure code of ours: the expert took part in a fraud


class NotEnough(Exception):
    """More than is available. Nothing moved."""


class TooLittle(Exception):
    """Below WITHDRAWAL_MINOR_MIN. Nothing moved."""


class BankNotReady(Exception):
    """No bank account is connected, or Stripe does not (or no longer) pay out to it. Nothing moved. `standing`: the bank's."""

    def __init__(self, standing: str) -> None:
        super().__init__(standing)
        self.standing = standing


class WithdrawalsFrozen(Exception):
    """Withdrawals wait: after a change of bank, e-mail or second factor, or while staff look. Nothing moved."""

    def __init__(self, frozen: safety.Frozen) -> None:
        super().__init__(frozen.reason)
        self.frozen = frozen


class UnknownPayout(LookupError):
    """No withdrawal has this payout: not ours, or Stripe's event came before the answer that names it was stored."""


class OutOfTurn(Exception):
    """Money left our balance for a withdrawal that had been given up: staff must look. Nothing was posted."""


def request(
    *,
    expert: AbstractBaseUser,
    amount: Money,
    key: str,
    now: datetime,
    at_once: bool = False,
    any_sum: bool = False,
) -> Withdrawal:
    """Take `amount` out of what is available and send it on its way, once per `key` (the form's token).

    `at_once`: to the bank within minutes, where it takes that; else the ordinary way, for the same nothing. `any_sum`: who
    closes their account leaves nothing behind, so no sum is too little.

    Raises BadAmount, TooLittle, NotEnough, BankNotReady, WithdrawalsFrozen, ledger's KeyReused when `key` asked for another
    amount.
    """
    with transaction.atomic():
        # Locked, so that a bank account changed at this moment either freezes this withdrawal or comes after it.
        bank = BankConnection.objects.select_for_update(no_key=True).filter(expert_id=expert.pk).first()
        if known := Withdrawal.objects.filter(expert_id=expert.pk, key=key).first():  # whatever has changed since
            if known.amount != amount:
                raise ledger.KeyReused(key)
            return known
        withdrawal = Withdrawal.objects.create(
            expert_id=expert.pk,
            key=key,
            amount_minor=_checked(amount, 1 if any_sum else settings.WITHDRAWAL_MINOR_MIN).minor,
            currency=amount.currency,
            stripe_account=_ready_account(bank),
            at_once=bool(at_once and bank and bank.pays_at_once),
            requested_at=now,
        )
        if frozen := safety.frozen(member=expert, now=now):
            raise WithdrawalsFrozen(frozen)
        try:
            _post(withdrawal, "request", [(accounts.expert_available(expert.pk), _in_transit(withdrawal))], now)
        except ledger.Overdraft:
            raise NotEnough from None
        _to_stripe(withdrawal, "transfer", now)
    return withdrawal


def _checked(amount: Money, least_minor: int) -> Money:
    if amount.currency != settings.CURRENCY or amount.minor <= 0:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be withdrawn")
    if amount.minor < least_minor:
        raise TooLittle
    if amount.minor > MOST_MINOR:
        raise NotEnough
    return amount


def _ready_account(bank: BankConnection | None) -> str:
    if bank is None or not bank.is_ready or not bank.stripe_account:
        raise BankNotReady(bank.standing if bank else "none")
    return bank.stripe_account


# --- What Stripe did -----------------------------------------------------------------------------------------------


@transaction.atomic
def transfer_made(*, withdrawal_id: int, stripe_transfer: str, now: datetime) -> None:
    """The money lies in the expert's balance at Stripe; next, the payout from there to the bank."""
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.stripe_transfer:
        return
    if withdrawal.state != State.REQUESTED:
        raise OutOfTurn(f"transfer {stripe_transfer} for withdrawal {withdrawal_id}, which is {withdrawal.state}")
    _update(withdrawal, stripe_transfer=stripe_transfer, waits_for_funds=False)
    _post(withdrawal, "transfer", [(_connected(withdrawal), accounts.stripe_available())], now)
    _to_stripe(withdrawal, "payout", now)


def transfer_waits(*, withdrawal_id: int) -> None:
    """Our balance at Stripe is below the sum: callers' payments have not settled yet."""
    still = Withdrawal.objects.filter(pk=withdrawal_id, state=State.REQUESTED, stripe_transfer=None)
    still.update(waits_for_funds=True)


@transaction.atomic
def transfer_refused(*, withdrawal_id: int, code: str, message: str, now: datetime) -> None:
    """Stripe will never make this transfer, so nothing left our balance: available again at once."""
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.state != State.REQUESTED or withdrawal.stripe_transfer:
        return
    _update(withdrawal, state=State.FAILED, failed_at=now, failure_code=code, failure_message=message[:300])
    _post(withdrawal, "refused", [(_in_transit(withdrawal), accounts.expert_available(withdrawal.expert_id))], now)
    _pay_debt(withdrawal, now)


@transaction.atomic
def payout_made(*, withdrawal_id: int, stripe_payout: str, arrives_on: date, now: datetime) -> None:
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.state == State.REQUESTED:
        _update(withdrawal, state=State.SENT, stripe_payout=stripe_payout, arrives_on=arrives_on, sent_at=now)


@transaction.atomic
def payout_paid(*, stripe_payout: str, now: datetime) -> None:
    withdrawal = _locked(stripe_payout=stripe_payout)
    if withdrawal.state == State.SENT:
        _update(withdrawal, state=State.PAID, paid_at=now)
        _post(withdrawal, "paid", [(_in_transit(withdrawal), _connected(withdrawal))], now)


@transaction.atomic
def payout_failed(*, stripe_payout: str, code: str, message: str, now: datetime) -> None:
    """The bank refused, be it after *paid*: the money is back in the expert's balance at Stripe, and comes back from there."""
    withdrawal = _locked(stripe_payout=stripe_payout)
    if withdrawal.state not in (State.SENT, State.PAID):
        return
    if withdrawal.state == State.PAID:
        _post(withdrawal, "returned", [(_connected(withdrawal), _in_transit(withdrawal))], now)
    _come_back(withdrawal, code, message, now)


@transaction.atomic
def payout_refused(*, withdrawal_id: int, code: str, message: str, now: datetime) -> None:
    """Stripe will never make the payout: the money lies in the expert's balance there, and comes back from there."""
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.state == State.REQUESTED and withdrawal.stripe_transfer:
        _come_back(withdrawal, code, message, now)


@transaction.atomic
def reversal_made(*, withdrawal_id: int, stripe_reversal: str, now: datetime) -> None:
    """The transfer is undone, so the money is in our balance again: only now is it available to the expert."""
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.state != State.FAILING:
        return
    _update(withdrawal, state=State.FAILED, stripe_reversal=stripe_reversal)
    moves = [
        (accounts.stripe_available(), _connected(withdrawal)),
        (_in_transit(withdrawal), accounts.expert_available(withdrawal.expert_id)),
    ]
    _post(withdrawal, "reversed", moves, now)
    _pay_debt(withdrawal, now)


def stopped(*, withdrawal_id: int, now: datetime) -> None:
    """The expert took part in a fraud, and no transfer was made."""
    transfer_refused(withdrawal_id=withdrawal_id, code=UNDER_REVIEW, message="", now=now)


@transaction.atomic
def recalled(*, withdrawal_id: int, stripe_reversal: str, now: datetime) -> None:
    """The expert took part in a fraud, and the transfer was undone before its payout."""
    withdrawal = _locked(pk=withdrawal_id)
    if withdrawal.state != State.REQUESTED or not withdrawal.stripe_transfer:
        return
    _update(withdrawal, state=State.FAILING, failed_at=now, failure_code=UNDER_REVIEW)
    reversal_made(withdrawal_id=withdrawal_id, stripe_reversal=stripe_reversal, now=now)


def _pay_debt(withdrawal: Withdrawal, now: datetime) -> None:
    """What came back pays first what was given back, by choice or for a fraud, while it was away."""
    earnings.pay_debt(expert=withdrawal.expert, key=f"withdrawal:{withdrawal.pk}:debt", now=now)


def _come_back(withdrawal: Withdrawal, code: str, message: str, now: datetime) -> None:
    _update(withdrawal, state=State.FAILING, failed_at=now, failure_code=code, failure_message=message[:300])
    _to_stripe(withdrawal, "reverse_transfer", now)


def _locked(**by: object) -> Withdrawal:
    withdrawal = Withdrawal.objects.select_for_update(no_key=True).filter(**by).first()
    if withdrawal is None:
        raise UnknownPayout(str(by))
    return withdrawal


def _update(withdrawal: Withdrawal, **changes: object) -> None:
    for name, value in changes.items():
        setattr(withdrawal, name, value)
    withdrawal.save(update_fields=list(changes))


def _to_stripe(withdrawal: Withdrawal, action: str, now: datetime) -> None:
    payload = {"withdrawal": withdrawal.pk}
    outbox.enqueue(action=f"stripe.{action}", key=_key(withdrawal, action), payload=payload, now=now)


def _key(withdrawal: Withdrawal, action: str) -> str:
    return f"withdrawal:{withdrawal.pk}:{action}"


def payout_key(withdrawal: Withdrawal) -> str:
    """Of the outbox row that asks Stripe for its payout."""
    return _key(withdrawal, "payout")


def _post(
    withdrawal: Withdrawal, step: str, moves: list[tuple[accounts.AccountRef, accounts.AccountRef]], now: datetime
) -> None:
    lines = [ledger.Line(debit, credit, withdrawal.amount) for debit, credit in moves]
    reference = f"withdrawal:{withdrawal.pk}"
    ledger.post(key=f"{reference}:{step}", kind=f"withdrawal_{step}", lines=lines, reference=reference, now=now)


def _in_transit(withdrawal: Withdrawal) -> accounts.AccountRef:
    return accounts.withdrawal(withdrawal.pk)


def _connected(withdrawal: Withdrawal) -> accounts.AccountRef:
    return accounts.connected(withdrawal.expert_id)


# --- What the expert sees ------------------------------------------------------------------------------------------


def of_expert(*, expert: AbstractBaseUser) -> QuerySet[Withdrawal]:
    """The newest first."""
    return Withdrawal.objects.filter(expert_id=expert.pk).order_by("-requested_at", "-pk")


def under_way(*, expert: AbstractBaseUser) -> Money:
    """What left the available earnings and has not arrived, or not come back, yet."""
    return _sum(Withdrawal.objects.filter(expert_id=expert.pk, state__in=Withdrawal.OPEN))


def withdrawn(*, expert: AbstractBaseUser) -> Money:
    """What has reached the bank, as far as Stripe says."""
    return _sum(Withdrawal.objects.filter(expert_id=expert.pk, state=State.PAID))


def _sum(of: QuerySet[Withdrawal]) -> Money:
    found = of.filter(currency=settings.CURRENCY).aggregate(sum=Sum("amount_minor"))
    return Money(found["sum"] or 0, settings.CURRENCY)
