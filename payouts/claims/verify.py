"""Do claims and refunds agree with the ledger and the earnings?"""

from collections.abc import Iterator

from django.db.models import Q

from payouts.claims.models import Claim, HeldCharge
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
_HELD = """
    SELECT reference, max(currency), sum(minor) FROM (
        SELECT reference, currency, price_minor - freed_minor AS minor FROM payouts_heldcharge
        UNION ALL SELECT reference, currency, -CASE WHEN is_open THEN amount_minor ELSE captured_minor END FROM payouts_hold
    ) AS part WHERE reference IN (SELECT reference FROM payouts_heldcharge) GROUP BY reference HAVING sum(minor) <> 0
"""


def verify() -> list[str]:
    """Every fault found, as sentences."""
    return [
        *differences(_REFUNDS, "the refund differs from its entry"),
        *differences(_WITHIN, "the refunds are more than was given back"),
        *differences(_HELD, "what is contested and held differs from the hold"),
        *_not_waiting(),
        *_not_held(),
    ]


def _not_waiting() -> Iterator[str]:
    """An open claim whose earning could be released, or one that is closed and still holds it."""
    held = EarningWait.objects.filter(reason=WAITS_FOR).values("earning")
    is_open = ~Q(state=Claim.State.CLOSED)
    captured = Claim.objects.exclude(earning=None)
    wrong = captured.filter(is_open & ~Q(earning__in=held) | ~is_open & Q(earning__in=held))
    for claim in wrong:
        yield f"claim:{claim.pk}: is {claim.state}, and its earning waits otherwise"


def _not_held() -> Iterator[str]:
    """A closed claim whose price is still held, or an open one about nothing."""
    is_closed, is_settled = Q(claim__state=Claim.State.CLOSED), Q(settled_at__isnull=False)
    for held in HeldCharge.objects.filter(
        is_closed & ~is_settled | ~is_closed & is_settled & Q(claim__earning=None)
    ).select_related("claim"):
        yield f"{held.claim}: is {held.claim.state}, and its price is held otherwise"
