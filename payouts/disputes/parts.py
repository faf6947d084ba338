"""What became of a disputed top-up: the earnings that were paid with it, and whose affair the dispute is."""

from django.db.models import QuerySet, Sum

from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.money import Money
from payouts.wallet.models import LotUse


def earnings_of(dispute: Dispute) -> QuerySet[Earning]:
    """Paid, wholly or in part, from the disputed top-up."""
    return earnings.paid_from(references=_spent(dispute)).order_by("pk")


def paid_with(dispute: Dispute) -> list[tuple[Earning, Money]]:
    """Each of them with what of its price came from the disputed top-up."""
    spent, parts = _spent(dispute), []
    for earning in earnings_of(dispute).select_related("expert"):
        minor = min(spent[earning.spent_reference], earning.price.minor)
        spent[earning.spent_reference] -= minor
        if minor:
            parts.append((earning, Money(minor, dispute.currency)))
    return parts


def parties(dispute: Dispute) -> set[int]:
    """The member whose bank it is, and every expert who earned something of it."""
    return {dispute.member_id, *earnings_of(dispute).values_list("expert_id", flat=True)}


def _spent(dispute: Dispute) -> dict[str, int]:
    uses = LotUse.objects.filter(lot_id=dispute.lot_id).values("reference").annotate(net=Sum("amount_minor"))
    return {use["reference"]: use["net"] for use in uses if use["net"] > 0}
