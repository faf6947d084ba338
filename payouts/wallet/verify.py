"""Do holds and top-ups agree with the ledger?"""

from payouts.ledger.verify import differences

_HOLDS = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = 'caller_hold'
        UNION ALL SELECT 'user:' || member_id, currency, -amount_minor FROM payouts_hold WHERE is_open
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_LOTS = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind IN ('caller_credit', 'caller_hold')
        UNION ALL SELECT 'user:' || member_id, currency, -remaining_minor FROM payouts_creditlot
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_USES = """
    SELECT 'topup:' || max(top_up_id), max(currency), sum(minor) FROM (
        SELECT id, top_up_id, currency, amount_minor - remaining_minor AS minor FROM payouts_creditlot
        UNION ALL SELECT lot_id, null, null, -amount_minor FROM payouts_lotuse
    ) AS part GROUP BY id HAVING sum(minor) <> 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_HOLDS, "what is held differs from the open holds"),
        *differences(_LOTS, "credit and holds differ from what is left of the top-ups"),
        *differences(_USES, "what is left differs from what was used"),
    ]
