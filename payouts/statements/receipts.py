"""The numbers of what a caller paid, added as credit, or got back. The worker gives them, a moment later (numbering.py)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from payouts.money import Money
from payouts.statements.models import Paper


@dataclass(frozen=True, slots=True)
class ReceiptPapers:
    """A receipt as it was issued, and the credit notes that correct it, in the order in which they were."""

    receipt: Paper
    notes: list[Paper] = field(default_factory=list)

    @property
    def left(self) -> Money:
        return sum((-note.amount for note in self.notes), self.receipt.amount)


def receipts(*, about: Iterable[str]) -> dict[str, Paper]:
    """By the reference of the charge or tip. One that has no number yet is not among them."""
    return _by_cause([Paper.Kind.RECEIPT], about)


def receipt_papers(*, about: Iterable[str]) -> dict[str, ReceiptPapers]:
    """By the reference of the charge or tip, as `receipts`."""
    found = {cause: ReceiptPapers(receipt) for cause, receipt in receipts(about=about).items()}
    corrected = [papers.receipt.pk for papers in found.values()]
    notes = Paper.objects.filter(corrects__in=corrected).select_related("corrects").order_by("pk")
    for note in notes if corrected else []:
        found[note.reference].notes.append(note)
    return found


def papers_of_credit(*, about: Iterable[str]) -> dict[str, Paper]:
    """By the reference of the top-up, once it is paid, or of the refund, once it has left us."""
    return _by_cause([Paper.Kind.TOP_UP, Paper.Kind.REFUND], about)


def _by_cause(kinds: Collection[str], about: Iterable[str]) -> dict[str, Paper]:
    causes = list(about)
    found = Paper.objects.filter(kind__in=kinds, about__in=causes) if causes else []
    return {paper.about: paper for paper in found}
