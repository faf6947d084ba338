"""The numbers of what a caller paid. The worker gives them, a moment after the charge (following.py)."""

from collections.abc import Iterable

from payouts.statements.models import Paper


def receipts(*, about: Iterable[str]) -> dict[str, Paper]:
    """By the reference of the charge or tip. One that has no number yet is not among them."""
    found = Paper.objects.filter(kind=Paper.Kind.RECEIPT, about__in=list(about))
    return {paper.about: paper for paper in found}
