"""What the gateway answers and raises, so that nobody else needs to know Stripe's library."""

from dataclasses import dataclass, field
from datetime import date, datetime
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


class Declined(Refused):
    """A card said no to a payment. `code`: authentication_required when its bank wants to hear from its owner."""

    def __init__(self, message: str, *, code: str, decline_code: str, intent: str, charge: str) -> None:
        super().__init__(message, code=code)
        self.decline_code = decline_code
        self.intent = intent
        self.charge = charge


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
    card: str = ""  # the fingerprint of the number that paid; empty for other ways to pay
    client_secret: str = ""  # of a form inside a page of ours: that page's browser opens it with this

    @property
    def is_paid(self) -> bool:
        return self.payment_status == "paid"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment intent. `status`: succeeded, processing, requires_action (`next_page`: where its owner answers the bank),
    requires_payment_method (refused), canceled, and others on the way. `fee`: known once settled."""

    id: str
    status: str
    amount_minor: int  # received, not asked for
    currency: str  # upper case, as in Money
    customer: str
    top_up_id: int  # 0: not one of our top-ups
    next_page: str
    error_code: str
    fee: Money | None
    card: str = ""  # as CheckoutSession.card

    @property
    def is_paid(self) -> bool:
        return self.status == "succeeded"

    @property
    def is_over(self) -> bool:
        """It will never be paid: cards saved with us are tried once."""
        return self.status in ("canceled", "requires_payment_method")


@dataclass(frozen=True, slots=True)
class Card:
    """A card that Stripe keeps for a customer. `fingerprint` is the same for the same number, whoever gave it."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class AccountState:
    """`*_status`: active, pending, restricted, unsupported, rejected; "inactive" before Stripe names one."""

    transfers_status: str
    payouts_status: str
    bank_name: str
    bank_last4: str
    bank_fingerprint: str  # of the bank account; empty without one
    is_closed: bool = False
    pays_at_once: bool = False  # the bank account takes instant payouts
    wanted: str = ""  # what Stripe waits for from the expert: "", currently_due, past_due
    due_at: datetime | None = None  # until when, where Stripe names a day


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
class Balance:
    """`at_once`: what an instant payout could take; zero where Stripe offers none."""

    available: Money
    pending: Money
    at_once: Money

    @property
    def total(self) -> Money:
        return self.available + self.pending


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction: `amount` (below zero: out) less `fee`. `about`: what we read of the object that moved."""

    id: str
    type: str
    source: str
    about: dict[str, Any]
    amount: Money
    fee: Money
    made_at: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class CardRefund:
    """Money back to a card. `status`: pending, requires_action, succeeded, failed, canceled; `is_booked`: it has left our
    balance; `is_back`: a bank refused it after that, and it is in our balance again."""

    id: str
    status: str
    amount: Money
    refund_id: int  # 0: not made by us
    top_up_id: int  # 0: not of one of our top-ups
    is_booked: bool
    is_back: bool
    failure_reason: str
    pending_reason: str

    @property
    def is_refused(self) -> bool:
        return self.status in ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class BankDispute:
    """A charge that its card's bank took back, or asks about (`warning_*`). `status`: needs_response, under_review, won, lost,
    warning_needs_response, warning_under_review, warning_closed, prevented, appeal_needs_response, appeal_under_review.
    `movements`: what it moved of our balance so far."""

    id: str
    status: str
    reason: str
    amount: Money
    charge: str
    top_up_id: int  # 0: not of one of our top-ups
    due_by: datetime | None  # for evidence
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """`account`: the connected account it is about; empty for the platform's own. `payload`: the body as it came."""

    id: str
    type: str
    account: str
    payload: dict[str, Any] = field(repr=False)
