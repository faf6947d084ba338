"""Papers of a charge, as its page lists them."""

from collections.abc import Mapping

from django import template

from payouts.statements.services import ReceiptPapers

register = template.Library()


@register.inclusion_tag("payouts/statements/_papers.html")
def papers_of(found: Mapping[str, ReceiptPapers], reference: str, receipt: str) -> dict[str, object]:
    """`{% papers_of papers order.reference receipt_address %}`: nothing until the worker has given the receipt its number."""
    return {"papers": found.get(reference), "receipt": receipt}
