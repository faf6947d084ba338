"""Do the disputes agree with the ledger?"""

from payouts.ledger.verify import differences

_SIDES = """
    SELECT account.owner AS owner, account.currency AS currency,
        CASE WHEN account.id = debit_id THEN amount_minor ELSE -amount_minor END AS minor, payouts_entry.kind AS kind
    FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id
    JOIN payouts_account AS account ON account.id IN (debit_id, credit_id) WHERE account.kind = 'dispute_receivable'
"""
_OWED = f"""
    SELECT owner, max(currency), sum(minor) FROM (
        SELECT owner, currency, minor FROM ({_SIDES}) AS side
        UNION ALL SELECT 'dispute:' || id, currency, taken_minor + recovered_minor + loss_minor - moved_minor
        FROM payouts_dispute
    ) AS part GROUP BY owner HAVING sum(minor) <> 0
"""
_TAKEN = f"""
    SELECT owner, max(currency), sum(minor) FROM (
        SELECT owner, currency, minor FROM ({_SIDES}) AS side WHERE kind IN ('dispute_taken', 'dispute_returned')
        UNION ALL SELECT 'dispute:' || id, currency, taken_minor FROM payouts_dispute
    ) AS part GROUP BY owner HAVING sum(minor) <> 0
"""
_LOTS = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, currency, payouts_lotuse.amount_minor AS minor FROM payouts_lotuse
        JOIN payouts_creditlot ON payouts_creditlot.id = lot_id WHERE reference LIKE 'dispute:%'
        UNION ALL SELECT 'dispute:' || id, currency, -taken_minor FROM payouts_dispute
    ) AS part GROUP BY reference HAVING sum(minor) <> 0
"""
_LOSS = """
    SELECT 'dispute_loss', currency, sum(minor) FROM (
        SELECT account.currency AS currency,
            CASE WHEN account.id = debit_id THEN amount_minor ELSE -amount_minor END AS minor
        FROM payouts_posting JOIN payouts_account AS account ON account.id IN (debit_id, credit_id)
        WHERE account.kind = 'dispute_loss'
        UNION ALL SELECT currency, -loss_minor FROM payouts_dispute
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""
_CLOSED = """
    SELECT 'dispute:' || id, currency, moved_minor - taken_minor - recovered_minor - loss_minor FROM payouts_dispute
    WHERE status = 'lost' AND moved_minor <> taken_minor + recovered_minor + loss_minor
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_OWED, "what it is owed differs from what moved less what others bear"),
        *differences(_TAKEN, "what was taken of the credit differs from its entries"),
        *differences(_LOTS, "what was taken of the credit differs from the top-up"),
        *differences(_LOSS, "the loss differs from the disputes'"),
        *differences(_CLOSED, "is lost, and nobody bears"),
    ]
