"""Do holds, top-ups and grants agree with the ledger?"""

from payouts.ledger.verify import differences


def _holds(account: str, part: str) -> str:
    return f"""
        SELECT owner, currency, sum(minor) FROM (
            SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = '{account}'
            UNION ALL SELECT 'user:' || member_id, currency, -({part}) FROM payouts_hold WHERE is_open
        ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
    """


def _lots(kind: str, credit: str, hold: str) -> str:
    return f"""
        SELECT owner, currency, sum(minor) FROM (
            SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind IN ('{credit}', '{hold}')
            UNION ALL SELECT 'user:' || member_id, currency, -remaining_minor FROM payouts_creditlot
            WHERE kind = '{kind}'
        ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
    """


_USES = """
    SELECT 'lot:' || id, max(currency), sum(minor) FROM (
        SELECT id, currency, amount_minor - remaining_minor AS minor FROM payouts_creditlot
        UNION ALL SELECT lot_id, null, -amount_minor FROM payouts_lotuse
    ) AS part GROUP BY id HAVING sum(minor) <> 0
"""
_MEMBERS = """
    SELECT 'lot:' || lot_id, currency, payouts_lotuse.amount_minor FROM payouts_lotuse
    JOIN payouts_creditlot ON payouts_creditlot.id = lot_id
    WHERE payouts_lotuse.member_id <> payouts_creditlot.member_id
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    paid, promotional = "amount_minor - promotional_minor", "promotional_minor"
    return [
        *differences(_holds("caller_hold", paid), "what is held differs from the open holds"),
        *differences(
            _holds("caller_promo_hold", promotional), "what is held of promotions differs from the open holds"
        ),
        *differences(
            _lots("paid", "caller_credit", "caller_hold"), "credit and holds differ from what is left of the top-ups"
        ),
        *differences(
            _lots("promotional", "caller_promo", "caller_promo_hold"),
            "promotional credit and holds differ from what is left of the grants",
        ),
        *differences(_USES, "what is left differs from what was used"),
        *differences(_MEMBERS, "was used by another member"),
    ]
