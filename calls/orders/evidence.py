"""What staff read of a contested order, frozen when it is contested: tables of plain text."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from calls.orders.models import WorkOrder
from payouts.in_english import in_english


@in_english
def evidence(order: WorkOrder) -> list[dict[str, Any]]:
    """See payouts.claims' Claim.evidence."""
    figures = [
        [_("Sold"), order.label],
        [_("Price"), str(order.price)],
        [_("Ordered"), _at(order.ordered_at)],
        [_("To be delivered by"), _at(order.due_at)],
        [_("Delivered"), _at(order.delivered_at)],
        [_("Paid"), _at(order.closed_at)],
        [_("Commission"), f"{order.commission_percent} %"],
    ]
    return [
        {"title": _("The act of work"), "rows": [figure for figure in figures if figure[1]]},
        {"title": _("What was ordered"), "rows": _lines(order.description)},
        {"title": _("The delivery"), "rows": _lines(order.note)},
    ]


def _lines(text: str) -> list[list[str]]:
    return [[line] for line in text.splitlines() if line.strip()]


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""
