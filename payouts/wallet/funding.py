"""Where the money for an accepted offer comes from: the four verbs that capturing, freeing and giving back rest on.

Prepaid credit (holds.py) is the one source there is. What another one must keep, say a card authorisation of the cap that
is captured once at the end and stored nowhere: `hold` makes sure of the money before anything starts; `take` and `restore`
answer with the accounts that the money leaves or returns to, and whoever calls posts one entry with them; no verb asks
Stripe inside the transaction (an authorisation would be asked for before the hold's row is written, its capture and its
cancellation by outbox rows); each verb has no effect the second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.ledger.accounts import AccountRef
from payouts.ledger.services import Line
from payouts.money import BadAmount, Money
from payouts.wallet.models import Hold


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one account."""

    account: AccountRef
    amount: Money


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a reference's holds. `captured`: what the price is paid from; `free_lines` move the rest back."""

    held: Money
    freed: Money
    captured: tuple[Part, ...]
    free_lines: tuple[Line, ...]


class FundingSource(Protocol):
    def hold(self, *, payer: AbstractBaseUser, amount: Money, key: str, reference: str, now: datetime) -> Hold:
        """Set `amount` aside for `reference`, once per `key`."""

    def take(self, *, payer: AbstractBaseUser, reference: str, price: Money, now: datetime) -> Taken:
        """Close the reference's holds, `price` of them captured. Rows only: the caller posts the entry, after this."""

    def free(self, *, payer: AbstractBaseUser, reference: str, key: str, now: datetime) -> Money:
        """Everything held for `reference` is the payer's again; answers how much."""

    def restore(self, *, payer_id: int, reference: str, amount: Money, now: datetime) -> tuple[Part, ...]:
        """`amount` of what was captured goes back: to which accounts. Rows only, as `take`."""


def spread(sources: Sequence[Part], targets: Sequence[Part], group: str = "") -> list[Line]:
    """The lines of one entry that move all of `sources` into `targets`, each filled in turn. Both have the same sum."""
    lines, waiting = [], [part for part in reversed(targets) if part.amount]
    for source in sources:
        left = source.amount
        while left:
            if not waiting:
                raise BadAmount(f"nobody is to get the last {left.minor}")
            target = waiting.pop()
            amount = min(left, target.amount)
            lines.append(Line(source.account, target.account, amount, group))
            left -= amount
            if amount < target.amount:
                waiting.append(Part(target.account, target.amount - amount))
    if waiting:
        raise BadAmount(f"{waiting[-1].account.kind} is to get more than there is")
    return lines
