"""Do the withdrawals agree with the ledger?"""

from payouts.ledger.verify import differences

_AVAILABLE = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, CASE kind WHEN 'expert_debt' THEN -balance_minor ELSE balance_minor END AS minor
        FROM payouts_account WHERE kind IN ('expert_available', 'expert_debt')
        UNION ALL SELECT 'user:' || expert_id, currency, -(price_minor - given_back_minor
            - (commission_percent * (price_minor - given_back_minor) + 50) / 100)
        FROM payouts_earning WHERE released_at IS NOT NULL
        UNION ALL SELECT 'user:' || expert_id, currency, amount_minor FROM payouts_withdrawal WHERE state <> 'failed'
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_IN_TRANSIT = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = 'withdrawal'
        UNION ALL SELECT 'withdrawal:' || id, currency, -amount_minor FROM payouts_withdrawal
        WHERE state IN ('requested', 'sent', 'failing')
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_AT_STRIPE = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = 'stripe_connected'
        UNION ALL SELECT 'user:' || expert_id, currency, -amount_minor FROM payouts_withdrawal
        WHERE stripe_transfer IS NOT NULL AND state IN ('requested', 'sent', 'failing')
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_AVAILABLE, "what is available differs from released earnings less withdrawals and debts"),
        *differences(_IN_TRANSIT, "what is on its way differs from the withdrawal"),
        *differences(_AT_STRIPE, "what lies at Stripe differs from the transfers made"),
    ]
