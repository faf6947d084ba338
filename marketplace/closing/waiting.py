"""What still keeps an account open: each with the sum it is about, for the member to read and the worker to go by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings

from calls.metering import services as metering
from calls.orders import services as orders
from calls.rooms import services as rooms
from marketplace.accounts.models import User
from marketplace.closing.models import Closing
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals

AS_FOR_OTHERS = timedelta(days=30)
AGAIN_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))  # by how often a bank has refused
MOST_TRIES = 10  # looked at


@dataclass(frozen=True, slots=True)
class Waits:
    """`what`: call, order, stored, claim, dispute; of sums held, credit, refund, pending, available, withdrawal. `until`: a
    day that is known."""

    what: str
    amount: Money | None = None
    until: datetime | None = None


def busy(member: User) -> list[Waits]:
    """What the two people of a call must end first: nobody is left sitting in the middle of it."""
    found = []
    if rooms.open_calls(member).exists():
        found.append(Waits("call"))
    if orders.open_of_member(member).exists():
        found.append(Waits("order"))
    return found


def waits(member: User) -> list[Waits]:
    """Everything, the soonest done first. Empty: not a cent and no question is left."""
    found = busy(member)
    if metering.stored_of_member(member).exists():
        found.append(Waits("stored"))
    if claims.has_open(member=member):
        found.append(Waits("claim"))
    if disputes.has_open(member=member):
        found.append(Waits("dispute"))
    earned = earnings.summary(expert=member)
    sums = [
        Waits("held", wallet.held(member=member)),
        Waits("credit", wallet.paid_credit(member=member)),
        Waits("refund", refunds.under_way(member=member)),
        Waits("pending", earned.pending, earnings.last_release(expert=member)),
        Waits("available", earned.available),
        Waits("withdrawal", withdrawals.under_way(expert=member)),
    ]
    return found + [each for each in sums if each.amount]


def kept_lately(member: User, now: datetime) -> bool:
    """Who closes, keeps and closes again gets no more by it than others: the least withdrawal counts (PRODUCT.md, section 3)."""
    return Closing.objects.filter(member=member, kept_at__gt=now - AS_FOR_OTHERS).exists()


@dataclass(frozen=True, slots=True)
class Tries:
    """Of the withdrawals since the last one that arrived: how many a bank refused, and when there may be another."""

    failed: int
    next_at: datetime | None = None

    def may_try(self, now: datetime) -> bool:
        return self.next_at is None or self.next_at <= now


def tries_of(member: User) -> Tries:
    """A bank that refused is not asked every minute, and ever more seldom."""
    made = withdrawals.of_expert(expert=member).exclude(failure_code=withdrawals.UNDER_REVIEW)  # that was no bank
    failed = list(takewhile(lambda row: row.state == "failed", made[:MOST_TRIES]))
    if not failed:
        return Tries(0)
    last = failed[0].failed_at or failed[0].requested_at
    return Tries(len(failed), last + AGAIN_AFTER[min(len(failed), len(AGAIN_AFTER)) - 1])


def why_not_sent(member: User, *, now: datetime) -> str:
    """What keeps available earnings from the bank: frozen, bank, refused, kept (they are less than the least withdrawal), or
    nothing."""
    if safety.frozen(member=member, now=now):
        return "frozen"
    bank = withdrawals.bank_of(expert=member)
    if not (bank and bank.is_ready):
        return "bank"
    if not tries_of(member).may_try(now):
        return "refused"
    available = earnings.summary(expert=member).available
    return "kept" if kept_lately(member, now) and available.minor < settings.WITHDRAWAL_MINOR_MIN else ""
