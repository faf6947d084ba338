"""What still keeps an account open: each with the sum it is about, for the member to read and the worker to go by."""

from dataclasses import dataclass
from datetime import datetime

from calls.metering import services as metering
from calls.orders import services as orders
from calls.rooms import services as rooms
from marketplace.accounts.models import User
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals


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


def why_not_sent(member: User, *, now: datetime) -> str:
    """What keeps available earnings from the bank: bank, frozen, or nothing."""
    if safety.frozen(member=member, now=now):
        return "frozen"
    bank = withdrawals.bank_of(expert=member)
    return "" if bank and bank.is_ready else "bank"
