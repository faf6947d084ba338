"""Do the earnings agree with the ledger?"""

from collections.abc import Iterator

from django.db.models import Count, F

from payouts.earnings.models import Earning
from payouts.ledger.verify import differences

# commission.split in SQL, of what is left of the price.
_COMMISSION = "(commission_percent * (price_minor - given_back_minor) + 50) / 100"
_PENDING = f"""
    SELECT owner, currency, sum(minor) FROM (
        SELECT owner, currency, amount_minor AS minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = credit_id WHERE kind = 'expert_pending'
        UNION ALL SELECT owner, currency, -amount_minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = debit_id WHERE kind = 'expert_pending'
        UNION ALL SELECT 'user:' || expert_id, currency, -(price_minor - given_back_minor - {_COMMISSION})
        FROM payouts_earning WHERE released_at IS NULL
    ) AS part GROUP BY owner, currency HAVING sum(minor) <> 0
"""
_PLATFORM = f"""
    SELECT 'commission', currency, sum(minor) FROM (
        SELECT currency, amount_minor AS minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = credit_id WHERE kind = 'commission'
        UNION ALL SELECT currency, -amount_minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = debit_id WHERE kind = 'commission'
        UNION ALL SELECT currency, -({_COMMISSION}) FROM payouts_earning
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""
# Earning.tax_left_minor in SQL.
_TAX = f"""
    SELECT 'tax_payable', currency, sum(minor) FROM (
        SELECT currency, amount_minor AS minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = credit_id WHERE kind = 'tax_payable'
        UNION ALL SELECT currency, -amount_minor FROM payouts_posting
        JOIN payouts_account ON payouts_account.id = debit_id WHERE kind = 'tax_payable'
        UNION ALL SELECT currency, -(CAST(tax_minor AS bigint) * ({_COMMISSION}) / commission_minor) FROM payouts_earning
        WHERE tax_minor > 0 AND commission_minor > 0
    ) AS part GROUP BY currency HAVING sum(minor) <> 0
"""
_TIPS = """
    SELECT 'tip:' || payouts_tip.id, payouts_tip.currency, payouts_tip.amount_minor - coalesce(amount.price_minor, 0)
    FROM payouts_tip LEFT JOIN payouts_earning AS amount ON amount.reference = 'tip:' || payouts_tip.id
    AND amount.payer_id = payouts_tip.payer_id AND amount.currency = payouts_tip.currency AND amount.commission_minor = 0
    WHERE payouts_tip.amount_minor <> coalesce(amount.price_minor, 0)
"""
# In however many parts, experts earn no more with a reference than the payer's credit was spent on it.
_SPENT = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, NULL AS currency, amount_minor AS minor FROM payouts_lotuse
        UNION ALL SELECT CASE WHEN spent_as = '' THEN reference ELSE spent_as END, currency,
            -(price_minor - given_back_minor) FROM payouts_earning
    ) AS part WHERE reference IN (SELECT reference FROM payouts_earning) GROUP BY reference HAVING sum(minor) < 0
"""
_OWED = """
    SELECT available.owner, available.currency, debt.balance_minor
    FROM payouts_account AS available JOIN payouts_account AS debt
    ON debt.kind = 'expert_debt' AND debt.owner = available.owner AND debt.currency = available.currency
    WHERE available.kind = 'expert_available' AND available.balance_minor > 0 AND debt.balance_minor > 0
"""
# What each entry made a debt in return for the payer's credit, against its advance; then only what of it was paid credit.
_ADVANCED, _PAID_CREDIT = (
    f"""
    SELECT name, max(currency), sum(minor) FROM (
        SELECT key || ' of user:' || payer_id || ' by user:' || expert_id AS name, currency, {part} AS minor
        FROM payouts_advance
        UNION ALL SELECT key || ' of ' || credit.owner || ' by ' || debit.owner, credit.currency, -amount_minor
        FROM payouts_posting JOIN payouts_entry ON payouts_entry.id = entry_id
        JOIN payouts_account AS debit ON debit.id = debit_id JOIN payouts_account AS credit ON credit.id = credit_id
        WHERE payouts_entry.kind = 'give_back' AND debit.kind = 'expert_debt' AND credit.kind IN ({kinds})
    ) AS part GROUP BY name HAVING sum(minor) <> 0
    """
    for part, kinds in (("amount_minor", "'caller_credit', 'caller_promo'"), ("paid_credit_minor", "'caller_credit'"))
)
_DEBT = """
    SELECT owner, currency, balance_minor AS minor FROM payouts_account WHERE kind = 'expert_debt'
    UNION ALL SELECT 'user:' || expert_id, currency, -left_minor FROM payouts_advance
"""
_MORE = f"SELECT owner, currency, sum(minor) FROM ({_DEBT}) AS part GROUP BY owner, currency HAVING sum(minor) < 0"
# A debt that no advance is for was taken back for a fraud.
_LESS = f"""
    SELECT owner, currency, sum(minor) FROM (
        {_DEBT} UNION ALL SELECT owner, currency, -amount_minor FROM payouts_posting
        JOIN payouts_entry ON payouts_entry.id = entry_id JOIN payouts_account ON payouts_account.id = debit_id
        WHERE payouts_entry.kind = 'take_back' AND payouts_account.kind = 'expert_debt'
    ) AS part GROUP BY owner, currency HAVING sum(minor) > 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_PENDING, "what is pending differs from the earnings not yet released"),
        *differences(_PLATFORM, "the platform's share differs from the earnings'"),
        *differences(_TAX, "the tax set aside differs from the earnings'"),
        *differences(_TIPS, "the tip differs from what the expert earned with it"),
        *differences(_SPENT, "more was earned with it than was spent on it"),
        *differences(_OWED, "has available money, and is yet in debt"),
        *differences(_ADVANCED, "the advance differs from its entry"),
        *differences(_PAID_CREDIT, "what of the advance is paid credit differs from its entry"),
        *differences(_MORE, "owes less than was advanced for them and not paid"),
        *differences(_LESS, "owes more than was advanced for them and not paid"),
        *_wrongly_counted(),
    ]


def _wrongly_counted() -> Iterator[str]:
    wrong = Earning.objects.annotate(reasons=Count("reasons_to_wait")).exclude(waits=F("reasons"))
    for earning in wrong:
        yield f"{earning.reference}: waits for {earning.waits} reasons, of which {earning.reasons} are written down"
