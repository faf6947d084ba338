"""Do claims and refunds agree with the ledger and the earnings?"""

from collections.abc import Iterator

from django.db.models import Q

from payouts.claims.models import Claim
from payouts.claims.rows import WAITS_FOR
from payouts.earnings.models import EarningWait
from payouts.ledger.verify import differences

_REFUNDS = """
    SELECT key, max(currency), sum(minor) FROM (
        SELECT 'give_back:' || id AS key, currency, amount_minor AS minor FROM payouts_giveback
        UNION ALL SELECT key, currency, -amount_minor FROM payouts_posting
        JOIN payouts_entry ON payouts_entry.id = entry_id JOIN payouts_account ON payouts_account.id = debit_id
        WHERE key LIKE 'give_back:%' AND payouts_entry.kind = 'give_back'
    ) AS part GROUP BY key HAVING sum(minor) <> 0
"""
_WITHIN = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, currency, -given_back_minor AS minor FROM payouts_earning
        UNION ALL SELECT reference, null, payouts_giveback.amount_minor FROM payouts_giveback
        JOIN payouts_earning ON payouts_earning.id = earning_id
    ) AS part GROUP BY reference HAVING sum(minor) > 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_REFUNDS, "the refund differs from its entry"),
        *differences(_WITHIN, "the refunds are more than was given back"),
        *_not_waiting(),
    ]


def _not_waiting() -> Iterator[str]:
    """An open claim whose earning could be released, or one that is closed and still holds it."""
    held = EarningWait.objects.filter(reason=WAITS_FOR).values("earning")
    is_open = ~Q(state=Claim.State.CLOSED)
    wrong = Claim.objects.filter(is_open & ~Q(earning__in=held) | ~is_open & Q(earning__in=held))
    for claim in wrong:
        yield f"claim:{claim.pk}: is {claim.state}, and its earning waits otherwise"
