"""Does suspense hold what the movements say lies there, and was only that made available which is pending no longer?"""

from payouts.ledger.verify import differences

_SUSPENSE = """
    SELECT 'suspense', currency, sum(minor) FROM (
        SELECT account.currency AS currency, CASE WHEN account.id = credit_id THEN amount_minor ELSE -amount_minor END AS minor
        FROM payouts_posting JOIN payouts_account AS account ON account.id IN (credit_id, debit_id)
        WHERE account.kind = 'suspense'
        UNION ALL SELECT currency, -suspense_minor FROM payouts_stripemovement WHERE account = ''
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""
_SETTLED = """
    SELECT 'stripe_available', currency, sum(minor) FROM (
        SELECT credit.currency AS currency,
            CASE WHEN credit.kind = 'stripe_pending' THEN amount_minor ELSE -amount_minor END AS minor
        FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id AND payouts_entry.kind = 'settled'
        JOIN payouts_account AS credit ON credit.id = credit_id
        UNION ALL SELECT currency, -settled_minor FROM payouts_stripemovement WHERE account = ''
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_SUSPENSE, "what lies there differs from the movements without an entry"),
        *differences(_SETTLED, "what was made available differs from the movements that settled"),
    ]
