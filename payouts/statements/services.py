"""Papers: what others ask for. following.py and numbering.py write them from the ledger, statement.py reads a month, pdf.py
makes a file."""

from payouts.statements.following import SALES, follow, month_of, next_month
from payouts.statements.invoices import issue_invoices, lines_of, papers_of
from payouts.statements.models import Paper
from payouts.statements.numbering import number_papers
from payouts.statements.pdf import answer
from payouts.statements.receipts import ReceiptPapers, papers_of_credit, receipt_papers, receipts
from payouts.statements.statement import Balance, Day, Row, Statement, by_day, months, statement

__all__ = [
    "SALES",
    "Balance",
    "Day",
    "Paper",
    "ReceiptPapers",
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
    "number_papers",
    "papers_of",
    "papers_of_credit",
    "receipt_papers",
    "receipts",
    "statement",
]
