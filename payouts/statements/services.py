"""Statements: what others ask for. following.py writes them from the ledger, statement.py reads them."""

from payouts.statements.following import SALES, follow, month_of, next_month
from payouts.statements.statement import Balance, Day, Row, Statement, by_day, months, statement

__all__ = [
    "SALES",
    "Balance",
    "Day",
    "Row",
    "Statement",
    "by_day",
    "follow",
    "month_of",
    "months",
    "next_month",
    "statement",
]
