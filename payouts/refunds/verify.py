"""Do the refunds agree with the ledger?"""

from payouts.ledger.verify import differences

_ASIDE = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = 'refund_pending'
        UNION ALL SELECT 'refund:' || id, currency, -amount_minor FROM payouts_refund
        WHERE state IN ('requested', 'pending', 'paid', 'refused') AND NOT is_booked
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_AT_STRIPE = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, account.currency AS currency,
            CASE WHEN account.id = credit_id THEN amount_minor ELSE -amount_minor END AS minor
        FROM payouts_entry JOIN payouts_posting ON payouts_posting.entry_id = payouts_entry.id
        JOIN payouts_account AS account ON account.id IN (debit_id, credit_id)
        WHERE payouts_entry.kind IN ('refund_paid', 'refund_returned') AND account.kind = 'stripe_available'
        UNION ALL SELECT 'refund:' || id, currency, -amount_minor FROM payouts_refund WHERE is_booked AND NOT is_back
    ) AS part GROUP BY reference HAVING sum(minor) <> 0
"""
_TAKEN = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, currency, payouts_lotuse.amount_minor AS minor FROM payouts_lotuse
        JOIN payouts_creditlot ON payouts_creditlot.id = lot_id WHERE reference LIKE 'refund:%'
        UNION ALL SELECT 'refund:' || id, currency, -taken_minor FROM payouts_refund WHERE state <> 'failed'
    ) AS part GROUP BY reference HAVING sum(minor) <> 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_ASIDE, "what is set aside for the card differs from the refund"),
        *differences(_AT_STRIPE, "what left our balance at Stripe differs from the refund"),
        *differences(_TAKEN, "what was taken of the top-up differs from the refund"),
    ]
