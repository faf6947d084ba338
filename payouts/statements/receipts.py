"""The numbers of what a caller paid, or got back unused. The worker gives them, a moment later (following.py)."""

from collections.abc import Iterable

from payouts.statements.models import Paper


def receipts(*, about: Iterable[str]) -> dict[str, Paper]:
    """By the reference of the charge or tip. One that has no number yet is not among them."""
    return _by_cause(Paper.Kind.RECEIPT, about)


def refunds(*, about: Iterable[str]) -> dict[str, Paper]:
    """By the reference of the refund, once it has left us."""
    return _by_cause(Paper.Kind.REFUND, about)


def _by_cause(kind: str, about: Iterable[str]) -> dict[str, Paper]:
    causes = list(about)
    found = Paper.objects.filter(kind=kind, about__in=causes) if causes else []
    return {paper.about: paper for paper in found}
