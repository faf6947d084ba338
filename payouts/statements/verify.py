"""Do the statements and the papers agree with the ledger, as far as it has been written into them?"""

from payouts.ledger.verify import differences

_READ = "(SELECT coalesce(max(through_entry), 0) FROM payouts_ledgerread)"
# Each expert's months together are what the ledger says of their accounts.
_BALANCES = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, amount_minor AS minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = {towards}_id WHERE kind = '{kind}' AND entry_id <= {read}
        UNION ALL SELECT owner, currency, -amount_minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = {away}_id WHERE kind = '{kind}' AND entry_id <= {read}
        UNION ALL SELECT 'user:' || expert_id, currency, -{name} FROM payouts_statementmonth
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_COMMISSION = f"""
    SELECT 'commission', currency, sum(minor) FROM (
        SELECT currency, amount_minor AS minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = credit_id WHERE kind = 'commission' AND entry_id <= {_READ}
        UNION ALL SELECT currency, -amount_minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = debit_id WHERE kind = 'commission' AND entry_id <= {_READ}
        UNION ALL SELECT currency, -commission_minor FROM payouts_statementmonth
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""
_LINES = """
    SELECT 'user:' || expert_id || ' in ' || month, currency, sum(minor) FROM (
        SELECT expert_id, month, currency, {name} AS minor FROM payouts_statementline
        UNION ALL SELECT expert_id, month, currency, -{name} FROM payouts_statementmonth
    ) AS part GROUP BY expert_id, month, currency HAVING sum(minor) <> 0
"""
_INVOICES = """
    SELECT owner, currency, sum(minor) FROM (
        SELECT 'user:' || expert_id AS owner, currency, commission_minor AS minor FROM payouts_statementmonth
        WHERE papers_at IS NOT NULL
        UNION ALL SELECT 'user:' || owner_id, currency,
            CASE WHEN kind = 'credit_note' THEN amount_minor ELSE -amount_minor END
        FROM payouts_paper WHERE kind IN ('invoice', 'credit_note')
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
# A receipt less its credit notes is what the ledger says was paid, less what went back: of the whole of it, parts included.
_NUMBERED = "(SELECT coalesce(max(numbered_through), 0) FROM payouts_ledgerread)"
_OF_SALE = """
    SELECT coalesce(nullif(spent_as, ''), payouts_earning.reference) AS about, payouts_account.currency,
        {sign}payouts_posting.amount_minor AS minor
    FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id
    JOIN payouts_earning ON payouts_earning.reference = payouts_entry.reference
    JOIN payouts_account ON payouts_account.id = {side}_id
    WHERE payouts_entry.kind IN ('capture', 'tip', 'give_back', 'waive_commission', 'take_back')
    AND payouts_account.kind IN ('expert_pending', 'expert_available', 'expert_debt', 'commission')
    AND entry_id <= {numbered}
"""
_RECEIPTS = f"""
    SELECT about, currency, sum(minor) FROM (
        {_OF_SALE.format(sign="", side="credit", numbered=_NUMBERED)}
        UNION ALL {_OF_SALE.format(sign="-", side="debit", numbered=_NUMBERED)}
        UNION ALL SELECT about, currency, -amount_minor FROM payouts_paper WHERE kind = 'receipt'
        AND about NOT IN (
            SELECT reference FROM payouts_entry WHERE id > {_NUMBERED} AND kind IN ('capture', 'tip')
        )
        UNION ALL SELECT receipt.about, note.currency, note.amount_minor FROM payouts_paper AS note
        JOIN payouts_paper AS receipt ON receipt.id = note.corrects_id
        WHERE note.about NOT IN (SELECT key FROM payouts_entry WHERE id > {_NUMBERED})
    ) AS part GROUP BY about, currency HAVING sum(minor) <> 0
"""
_CREDIT = f"""
    SELECT about, currency, sum(minor) FROM (
        SELECT payouts_entry.reference AS about, currency, payouts_posting.amount_minor AS minor
        FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id
        JOIN payouts_account ON payouts_account.id = debit_id
        WHERE payouts_entry.kind IN ('top_up', 'refund_paid', 'refund_settled') AND entry_id <= {_NUMBERED}
        UNION ALL SELECT about, currency, -amount_minor FROM payouts_paper WHERE kind IN ('top_up', 'refund')
        AND about NOT IN (
            SELECT reference FROM payouts_entry
            WHERE id > {_NUMBERED} AND kind IN ('top_up', 'refund_paid', 'refund_settled')
        )
    ) AS part GROUP BY about, currency HAVING sum(minor) <> 0
"""
_KINDS = (
    ("expert_pending", "pending_minor", "credit", "debit"),
    ("expert_available", "available_minor", "credit", "debit"),
    ("expert_debt", "owed_minor", "debit", "credit"),
)


def verify() -> list[str]:
    """Every fault found, as sentences."""
    found = differences(_COMMISSION, "the statements' commission differs from the ledger's")
    found += differences(_INVOICES, "invoices less credit notes differ from the commission of those months")
    found += differences(_RECEIPTS, "the receipt less its credit notes differs from what was paid and not given back")
    found += differences(_CREDIT, "the paper of credit that was added, or sent back, differs from the ledger")
    for kind, name, towards, away in _KINDS:
        sql = _BALANCES.format(kind=kind, name=name, towards=towards, away=away, read=_READ)
        found += differences(sql, f"the statements' {kind} differs from the ledger's")
    for name in ("commission_minor", *(name for _, name, _, _ in _KINDS)):
        found += differences(_LINES.format(name=name), f"the month's {name} differs from its lines")
    return found
