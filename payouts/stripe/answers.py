"""What the gateway answers and raises, so that nobody else needs to know Stripe's library."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from payouts.money import Money


class InsideTransaction(RuntimeError):
    """Stripe was about to be called inside a database transaction: write an outbox row instead."""


class NotAnswered(Exception):
    """No usable answer (network, time-out, overload, our key refused): it may have happened. Ask again with the same key."""


class Refused(Exception):
    """Stripe said no, and nothing happened. `code` is Stripe's ("balance_insufficient", "resource_missing").

    `replayed`: this is the saved answer to an earlier request with the same key; only another key gets a new answer.
    """

    def __init__(self, message: str, *, code: str, replayed: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.replayed = replayed


class BadEvent(ValueError):
    """A webhook body that is not a genuine, fresh event of this endpoint and mode."""


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """`status`: open, complete, expired. `payment_status`: paid, unpaid, no_payment_required. `fee`: known once settled."""

    id: str
    url: str
    status: str
    payment_status: str
    amount_minor: int
    currency: str  # upper case, as in Money
    customer: str
    top_up_id: int  # 0: not one of our top-ups
    payment_intent: str
    fee: Money | None

    @property
    def is_paid(self) -> bool:
        return self.payment_status == "paid"


@dataclass(frozen=True, slots=True)
class AccountState:
    """`*_status`: active, pending, restricted, unsupported, rejected; "inactive" before Stripe names one."""

    transfers_status: str
    payouts_status: str
    bank_name: str
    bank_last4: str


@dataclass(frozen=True, slots=True)
class Transfer:
    id: str
    amount: Money
    destination: str


@dataclass(frozen=True, slots=True)
class Payout:
    """`status`: pending, in_transit, paid, failed, canceled. A paid one may still become failed within 5 business days."""

    id: str
    amount: Money
    status: str
    arrives_on: date
    failure_code: str
    failure_message: str
    withdrawal_id: int  # 0: not made by us


@dataclass(frozen=True, slots=True)
class Event:
    """`account`: the connected account it is about; empty for the platform's own. `payload`: the body as it came."""

    id: str
    type: str
    account: str
    payload: dict[str, Any] = field(repr=False)
