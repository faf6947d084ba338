"""Every table of the money."""

from payouts.cards.models import AutoTopUp, CardPayment, SavedCard
from payouts.claims.models import Claim, GiveBack, HeldCharge, Vote
from payouts.clock import DemoClock
from payouts.disputes.models import Dispute, Participation
from payouts.earnings.models import Earning, EarningMove, EarningWait, Tip
from payouts.ledger.models import Account, BooksCheck, Entry, Posting, Seal
from payouts.office.models import AuditRecord, StaffTask, TaskParty
from payouts.outbox.models import OutboxRow
from payouts.reconciliation.models import ReconciliationRun, StripeMovement
from payouts.refunds.models import Refund
from payouts.safety.models import Freeze, Review, Sighting
from payouts.sandbox.models import SandboxDelivery, SandboxKey, SandboxObject
from payouts.statements.models import LedgerRead, NumberSeries, Paper, StatementLine, StatementMonth
from payouts.stripe.models import EventCursor, Installation, Pace, StripeEvent
from payouts.wallet.models import Advance, CreditLot, Customer, Decline, Hold, LotUse, MonthlyLimit, PaymentBlock, TopUp
from payouts.withdrawals.models import BankConnection, Withdrawal

__all__ = [
    "Account",
    "Advance",
    "AuditRecord",
    "AutoTopUp",
    "BankConnection",
    "BooksCheck",
    "CardPayment",
    "Claim",
    "CreditLot",
    "Customer",
    "Decline",
    "DemoClock",
    "Dispute",
    "Earning",
    "EarningMove",
    "EarningWait",
    "Entry",
    "EventCursor",
    "Freeze",
    "GiveBack",
    "HeldCharge",
    "Hold",
    "Installation",
    "LedgerRead",
    "LotUse",
    "MonthlyLimit",
    "NumberSeries",
    "OutboxRow",
    "Pace",
    "Paper",
    "Participation",
    "PaymentBlock",
    "Posting",
    "ReconciliationRun",
    "Refund",
    "Review",
    "SandboxDelivery",
    "SandboxKey",
    "SandboxObject",
    "SavedCard",
    "Seal",
    "Sighting",
    "StaffTask",
    "StatementLine",
    "StatementMonth",
    "StripeEvent",
    "StripeMovement",
    "TaskParty",
    "Tip",
    "TopUp",
    "Vote",
    "Withdrawal",
]
