"""The wallet's verbs: see holds.py (setting aside, spending, giving back), top_ups.py (adding credit), limits.py."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.money import Money
from payouts.wallet.booking import book_payment, confirm_payment, confirm_top_up, record_decline
from payouts.wallet.holds import (
    InsufficientCredit,
    NothingHeld,
    PriceAboveHold,
    Taken,
    credit,
    free,
    freed,
    held,
    hold,
    is_anything_held,
    restore_lots,
    spend,
    take_holds,
)
from payouts.wallet.limits import (
    CheckoutsOpen,
    CreditLimit,
    DayLimit,
    TooOften,
    is_declined_too_often,
    room_for_credit,
    room_today,
)
from payouts.wallet.models import Hold, LotUse, TopUp
from payouts.wallet.top_ups import (
    close_checkout,
    close_checkouts,
    customer_of,
    open_checkout,
    path_of_this_site,
    start_top_up,
)

__all__ = [
    "CheckoutsOpen",
    "CreditLimit",
    "DayLimit",
    "InsufficientCredit",
    "Move",
    "NothingHeld",
    "PriceAboveHold",
    "Taken",
    "TooOften",
    "book_payment",
    "close_checkout",
    "close_checkouts",
    "confirm_payment",
    "confirm_top_up",
    "credit",
    "customer_of",
    "free",
    "freed",
    "held",
    "history",
    "hold",
    "is_anything_held",
    "is_declined_too_often",
    "open_checkout",
    "open_holds",
    "path_of_this_site",
    "record_decline",
    "restore_lots",
    "room_for_credit",
    "room_today",
    "spend",
    "start_top_up",
    "take_holds",
]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the wallet's history. `amount` is signed: what it did to the member's money."""

    at: datetime
    kind: str  # top_up, charge, give_back
    amount: Money
    reference: str


def history(*, member: AbstractBaseUser) -> list[Move]:
    """Top-ups, charges and what came back, newest first. What is only held is in `open_holds`."""
    paid = TopUp.objects.filter(member_id=member.pk, state=TopUp.State.PAID).select_related("lot")
    moves = [
        Move(row.paid_at or row.made_at, "top_up", Money(row.lot.amount_minor, row.lot.currency), f"topup:{row.pk}")
        for row in paid
    ]
    uses = LotUse.objects.filter(lot__member_id=member.pk).select_related("lot").order_by("used_at", "reference", "pk")
    for (at, reference), rows in groupby(uses, key=lambda use: (use.used_at, use.reference)):
        used = list(rows)
        amount = Money(-sum(use.amount_minor for use in used), used[0].lot.currency)
        moves.append(Move(at, "give_back" if amount.minor > 0 else "charge", amount, reference))
    return sorted(moves, key=lambda move: move.at, reverse=True)


def open_holds(*, member: AbstractBaseUser) -> list[Hold]:
    """Credit set aside and not yet captured or freed, the oldest first."""
    return list(Hold.objects.filter(member_id=member.pk, is_open=True).order_by("pk"))
