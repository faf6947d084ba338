"""Every check of the books: the ledger against itself and its seals, and each table that mentions money against the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from payouts.cards.verify import verify as verify_cards
from payouts.claims.verify import verify as verify_claims
from payouts.disputes.verify import verify as verify_disputes
from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger import seals
from payouts.ledger.models import BooksCheck
from payouts.ledger.verify import verify as verify_ledger
from payouts.office import services as office
from payouts.reconciliation.verify import verify as verify_reconciliation
from payouts.refunds.verify import verify as verify_refunds
from payouts.statements.verify import verify as verify_statements
from payouts.wallet.verify import verify as verify_wallet
from payouts.withdrawals.verify import verify as verify_withdrawals

FROM_HOUR = 2  # of the money's calendar
DEAD_AFTER = timedelta(hours=1)
FAULTS_TOLD = 50
CHECKS: tuple[Callable[[], list[str]], ...] = (
    verify_ledger,
    seals.verify,
    verify_wallet,
    verify_cards,
    verify_refunds,
    verify_earnings,
    verify_claims,
    verify_disputes,
    verify_withdrawals,
    verify_reconciliation,
    verify_statements,
)


def faults() -> list[str]:
    """Every fault found, as sentences; empty when no cent is out of place."""
    return [fault for check in CHECKS for fault in check()]


def nightly(*, now: datetime) -> BooksCheck | None:
    """Check everything, seal what is new, and tell staff of faults: once a night, by one worker. None: nothing to do."""
    if now.hour < FROM_HOUR:
        return None
    check, is_new = BooksCheck.objects.get_or_create(day=now.date(), defaults={"claimed_at": now})
    if not is_new:
        died = BooksCheck.objects.filter(pk=check.pk, finished_at=None, claimed_at__lt=now - DEAD_AFTER)
        if not died.update(claimed_at=now):
            return None
    found = faults()
    seals.seal(now=now)
    check.finished_at, check.faults, check.head = now, len(found), seals.head()
    check.save(update_fields=["finished_at", "faults", "head"])
    if found:
        text = "\n".join([_("The nightly check of the books found faults."), *found[:FAULTS_TOLD]])
        office.open_task(kind="books", key=f"books:{check.day}", text=text, now=now)
    return check
