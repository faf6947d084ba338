"""The wallet's verbs: setting credit aside and spending it (holds.py), adding to it (top_ups.py, limits.py), giving it away
(promotional.py), what of it an expert owes (advances.py), and what happened to it (history.py).
"""

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.wallet import holds
from payouts.wallet.advances import advance, kept_from_cards, let_advance_go, repay_advances, rests_on_debt
from payouts.wallet.blocks import PaymentsBlocked, block_payments, blocked_by, blocks, is_blocked, unblock_payments
from payouts.wallet.booking import book_payment, confirm_top_up, record_decline, refuse_payment
from payouts.wallet.funding import FundingSource, Part, Taken, spread
from payouts.wallet.history import Move, Page, history
from payouts.wallet.holds import (
    InsufficientCredit,
    NothingHeld,
    PriceAboveHold,
    credit,
    free,
    freed,
    held,
    hold,
    is_anything_held,
    paid_credit,
    paid_held,
    restore,
    spend,
    take,
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
from payouts.wallet.models import Hold
from payouts.wallet.monthly import AboveMonthlyLimit, Monthly, monthly, set_monthly_limit
from payouts.wallet.promotional import GrantRefused, TooManyGrants, end_promotions, expire_due, grant, promotional_lots
from payouts.wallet.top_ups import (
    card_form_key,
    close_checkout,
    close_checkouts,
    customer_of,
    lock_purse,
    of_a_call,
    open_card_form,
    open_checkout,
    path_of_this_site,
    start_top_up,
)

__all__ = [
    "AboveMonthlyLimit",
    "CheckoutsOpen",
    "CreditLimit",
    "DayLimit",
    "FundingSource",
    "GrantRefused",
    "InsufficientCredit",
    "Monthly",
    "Move",
    "NothingHeld",
    "Page",
    "Part",
    "PaymentsBlocked",
    "PriceAboveHold",
    "Taken",
    "TooManyGrants",
    "TooOften",
    "advance",
    "block_payments",
    "blocked_by",
    "blocks",
    "book_payment",
    "card_form_key",
    "close_checkout",
    "close_checkouts",
    "confirm_top_up",
    "credit",
    "customer_of",
    "end_promotions",
    "expire_due",
    "free",
    "freed",
    "funding_source",
    "grant",
    "held",
    "history",
    "hold",
    "is_anything_held",
    "is_blocked",
    "is_declined_too_often",
    "kept_from_cards",
    "let_advance_go",
    "lock_purse",
    "monthly",
    "of_a_call",
    "open_card_form",
    "open_checkout",
    "open_holds",
    "paid_credit",
    "paid_held",
    "path_of_this_site",
    "promotional_lots",
    "record_decline",
    "refuse_payment",
    "repay_advances",
    "restore",
    "rests_on_debt",
    "room_for_credit",
    "room_today",
    "set_monthly_limit",
    "spend",
    "spread",
    "start_top_up",
    "take",
    "unblock_payments",
]


def funding_source() -> FundingSource:
    """What accepted offers are paid from: prepaid credit, the one there is."""
    return holds


def open_holds(*, member: AbstractBaseUser) -> list[Hold]:
    """Credit set aside and not yet captured or freed, the oldest first."""
    return list(Hold.objects.filter(member_id=member.pk, is_open=True).order_by("pk"))
