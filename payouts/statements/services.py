"""Papers: what others ask for. following.py writes them from the ledger, statement.py reads a month, pdf.py makes a file."""

from payouts.statements.following import SALES, follow, month_of, next_month
from payouts.statements.invoices import issue_invoices, lines_of, papers_of
from payouts.statements.pdf import answer
from payouts.statements.receipts import receipts, refunds
from payouts.statements.statement import Balance, Day, Row, Statement, by_day, months, statement

__all__ = [
    "SALES",
    "Balance",
    "Day",
    "Row",
    "Statement",
    "answer",
    "by_day",
    "follow",
    "issue_invoices",
    "lines_of",
    "month_of",
    "months",
    "next_month",
    "papers_of",
    "receipts",
    "refunds",
    "statement",
]
