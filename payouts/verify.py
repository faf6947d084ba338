"""Every check of the books: the ledger against itself, and each table that mentions money against the ledger."""

from collections.abc import Callable

from payouts.cards.verify import verify as verify_cards
from payouts.claims.verify import verify as verify_claims
from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger.verify import verify as verify_ledger
from payouts.reconciliation.verify import verify as verify_reconciliation
from payouts.wallet.verify import verify as verify_wallet
from payouts.withdrawals.verify import verify as verify_withdrawals

CHECKS: tuple[Callable[[], list[str]], ...] = (
    verify_ledger,
    verify_wallet,
    verify_cards,
    verify_earnings,
    verify_claims,
    verify_withdrawals,
    verify_reconciliation,
)


def faults() -> list[str]:
    """Every fault found, as sentences; empty when no cent is out of place."""
    return [fault for check in CHECKS for fault in check()]
