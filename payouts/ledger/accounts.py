"""The chart of accounts (LEDGER.md explains each) and where their rows are found or made."""

from typing import NamedTuple, cast

from django.db import connection, transaction


class AccountRef(NamedTuple):
    """An account by name: what it is for, and whose it is (empty: the platform's own)."""

    kind: str
    owner: str = ""


class Kind(NamedTuple):
    credit_normal: bool
    is_floored: bool  # caches its balance, which never goes below zero
    is_summed: bool = False  # belongs to somebody all the same


KINDS = {
    "stripe_pending": Kind(credit_normal=False, is_floored=False),
    "stripe_available": Kind(credit_normal=False, is_floored=False),
    "stripe_fees": Kind(credit_normal=False, is_floored=False),
    "platform_bank": Kind(credit_normal=False, is_floored=False),
    "suspense": Kind(credit_normal=True, is_floored=False),
    "commission": Kind(credit_normal=True, is_floored=False),
    "commission_tax": Kind(credit_normal=False, is_floored=False),
    "tax_payable": Kind(credit_normal=True, is_floored=False),
    "promo_expense": Kind(credit_normal=False, is_floored=False),
    "caller_credit": Kind(credit_normal=True, is_floored=True),
    "caller_hold": Kind(credit_normal=True, is_floored=True),
    "caller_promo": Kind(credit_normal=True, is_floored=True),
    "caller_promo_hold": Kind(credit_normal=True, is_floored=True),
    "refund_pending": Kind(credit_normal=True, is_floored=True),
    "refund_loss": Kind(credit_normal=False, is_floored=False),
    "dispute_receivable": Kind(credit_normal=False, is_floored=False, is_summed=True),
    "dispute_fees": Kind(credit_normal=False, is_floored=False),
    "dispute_loss": Kind(credit_normal=False, is_floored=False),
    # What is taken from it is taken from one earning, whose row is locked and has its own floor: a balance that every
    # call of an expert had to lock would only make them wait for each other.
    "expert_pending": Kind(credit_normal=True, is_floored=False, is_summed=True),
    "expert_available": Kind(credit_normal=True, is_floored=True),
    "expert_debt": Kind(credit_normal=False, is_floored=True),
    "withdrawal": Kind(credit_normal=True, is_floored=True),
    "stripe_connected": Kind(credit_normal=False, is_floored=True),
}


def stripe_pending() -> AccountRef:
    return AccountRef("stripe_pending")


def stripe_available() -> AccountRef:
    return AccountRef("stripe_available")


def stripe_fees() -> AccountRef:
    return AccountRef("stripe_fees")


def platform_bank() -> AccountRef:
    """What Stripe paid out to the platform itself."""
    return AccountRef("platform_bank")


def suspense() -> AccountRef:
    """What moved at Stripe and nobody can say why yet."""
    return AccountRef("suspense")


def commission() -> AccountRef:
    return AccountRef("commission")


def commission_tax() -> AccountRef:
    """What of the commission is tax: taken off it."""
    return AccountRef("commission_tax")


def tax_payable() -> AccountRef:
    return AccountRef("tax_payable")


def caller_credit(user_id: int) -> AccountRef:
    return AccountRef("caller_credit", f"user:{user_id}")


def caller_hold(user_id: int) -> AccountRef:
    return AccountRef("caller_hold", f"user:{user_id}")


def caller_promo(user_id: int) -> AccountRef:
    """Promotional credit: spent first, never paid out, and it may expire."""
    return AccountRef("caller_promo", f"user:{user_id}")


def caller_promo_hold(user_id: int) -> AccountRef:
    return AccountRef("caller_promo_hold", f"user:{user_id}")


def promo_expense() -> AccountRef:
    """What the platform has given away as promotional credit."""
    return AccountRef("promo_expense")


def refund_pending(refund_id: int) -> AccountRef:
    """On its way back to a card."""
    return AccountRef("refund_pending", f"refund:{refund_id}")


def refund_loss() -> AccountRef:
    """What was sent back to cards although it had been spent."""
    return AccountRef("refund_loss")


def dispute_receivable(dispute_id: int) -> AccountRef:
    """What a card's bank took of our balance and nobody bears yet. Below zero where the credit was taken first."""
    return AccountRef("dispute_receivable", f"dispute:{dispute_id}")


def dispute_fees() -> AccountRef:
    return AccountRef("dispute_fees")


def dispute_loss() -> AccountRef:
    """What the platform bears of disputes that were lost."""
    return AccountRef("dispute_loss")


def expert_pending(user_id: int) -> AccountRef:
    return AccountRef("expert_pending", f"user:{user_id}")


def expert_available(user_id: int) -> AccountRef:
    return AccountRef("expert_available", f"user:{user_id}")


def expert_debt(user_id: int) -> AccountRef:
    """What an expert owes the platform; their next earnings pay it first."""
    return AccountRef("expert_debt", f"user:{user_id}")


def withdrawal(withdrawal_id: int) -> AccountRef:
    return AccountRef("withdrawal", f"withdrawal:{withdrawal_id}")


def connected(user_id: int) -> AccountRef:
    """What lies in an expert's balance at Stripe, on its way between our balance and their bank."""
    return AccountRef("stripe_connected", f"user:{user_id}")


# --- Rows -------------------------------------------------------------------------------------------------------

_FIND = "SELECT id FROM payouts_account WHERE kind = %s AND owner = %s AND currency = %s"
_MAKE = """
    INSERT INTO payouts_account (kind, owner, currency, credit_normal, balance_minor)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (kind, owner, currency) DO NOTHING
"""
_KNOWN_MAX = 50_000
_known: dict[str, dict[AccountRef, int]] = {}  # by currency


def ids_of(refs: set[AccountRef], currency: str) -> dict[AccountRef, int]:
    """Row ids of `refs` (and maybe of others), made where missing. To be called inside the transaction that uses them.

    An id is remembered by the process once its transaction has committed, never before: after a rollback SQLite gives
    the same id to another account. Accounts are never deleted, so what was committed stays true.
    """
    known = _known.get(currency, {})
    if known.keys() >= refs:
        return known
    found = {ref: known.get(ref) for ref in refs}
    unknown = sorted(ref for ref, row_id in found.items() if row_id is None)  # sorted: makers never wait in a ring
    fresh = {ref: _find_or_make(ref, currency) for ref in unknown}
    transaction.on_commit(lambda: _remember(fresh, currency))
    return cast(dict[AccountRef, int], found | fresh)


def forget() -> None:
    """For whoever empties the tables underneath a living process: the flush after a transactional test."""
    _known.clear()


def _remember(fresh: dict[AccountRef, int], currency: str) -> None:
    if len(_known.setdefault(currency, {})) > _KNOWN_MAX:
        _known[currency] = {}  # a new one: other threads read in the old
    _known[currency].update(fresh)


def _find_or_make(ref: AccountRef, currency: str) -> int:
    kind = KINDS[ref.kind]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [*ref, currency])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_MAKE, [*ref, currency, kind.credit_normal, 0 if kind.is_floored else None])
            cursor.execute(_FIND, [*ref, currency])
            row = cursor.fetchone()
    return row[0]
