"""Numbered papers for callers, from the ledger: what was paid, what of it went back, credit that was added, and sent back.

In the order of entries and never past one that may still come, as statements are written (following.py), with a mark of its
own: whatever was posted before a kind of paper was known gets its number when the mark is set back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import seals
from payouts.ledger.reading import Moved, read_on
from payouts.refunds.models import Refund
from payouts.statements.models import LedgerRead, Paper
from payouts.statements.numbers import issue
from payouts.statements.receipts import receipts
from payouts.wallet.models import TopUp

ENTRIES_AT_ONCE = 500
PAID_BY_CALLERS = ("capture", "tip")
WENT_BACK = ("give_back", "waive_commission", "take_back")
SENT_BACK = ("refund_paid", "refund_settled")  # unused credit, to a card or by hand
OF_SALES = ("expert_pending", "expert_available", "expert_debt", "commission")


def number_papers(*, now: datetime) -> int:
    """Number what was posted since the last time, at most ENTRIES_AT_ONCE entries; how many it read.

    All of it or nothing, with the mark of how far it came: dying anywhere, and several at once, number each once.
    """
    mark, _ = LedgerRead.objects.get_or_create(pk=1)
    through = seals.horizon()
    if through is None or through <= mark.numbered_through:
        return 0
    kinds = [*OF_SALES, "refund_pending", "stripe_pending"]
    reached, read = read_on(after=mark.numbered_through, through=through, kinds=kinds, count=ENTRIES_AT_ONCE)
    with transaction.atomic():
        claimed = LedgerRead.objects.filter(pk=1, numbered_through=mark.numbered_through)
        if not claimed.update(numbered_through=reached):
            return 0  # another worker has numbered these
        sold = earnings.of_references(references={move.reference for move in read})
        issue(papers=_receipts(read, sold), now=now)
        issue(papers=_credit_notes(read, sold), now=now)
        issue(papers=_top_ups(move for move in read if move.kind == "top_up"), now=now)
        issue(papers=_refunds(move.reference for move in read if move.kind in SENT_BACK), now=now)
    return len(read) or 1


def _receipts(read: Iterable[Moved], sold: Mapping[str, Earning]) -> list[Paper]:
    """One for each charge and each tip, in the order in which they were paid."""
    paid = [(move, sold[move.reference]) for move in read if move.kind in PAID_BY_CALLERS and move.reference in sold]
    payers = get_user_model().objects.in_bulk({earning.payer_id for _, earning in paid})
    return [
        Paper(
            kind=Paper.Kind.RECEIPT,
            about=move.reference,
            owner_id=earning.payer_id,
            currency=move.currency,
            amount_minor=_of_sale(move),
            recipient=payers[earning.payer_id].get_full_name(),
        )
        for move, earning in paid
    ]


def _credit_notes(read: Iterable[Moved], sold: Mapping[str, Earning]) -> list[Paper]:
    """One for each time that something went back, of the receipt of what was paid: of a part of it, however often it was
    stored and used since, too."""
    gone = [move for move in read if move.kind in WENT_BACK and move.reference in sold]
    back = [(move, sold[move.reference].spent_reference) for move in gone]
    of = receipts(about={about for _, about in back})
    return [
        Paper(
            kind=Paper.Kind.RECEIPT_NOTE,
            about=move.key,
            corrects=of[about],
            owner_id=of[about].owner_id,
            currency=move.currency,
            amount_minor=-_of_sale(move),
            recipient=of[about].recipient,
        )
        for move, about in back
        if about in of
    ]


def _of_sale(move: Moved) -> int:
    """What it did to the shares of expert and platform together; a debt lowers the expert's."""
    return sum(-minor if account.kind == "expert_debt" else minor for account, minor in move.changes.items())


def _top_ups(added: Iterable[Moved]) -> list[Paper]:
    """One for each that was paid, in the order in which they were."""
    paid = {move.reference: move for move in added}
    numbers = [int(reference.partition(":")[2]) for reference in paid]
    found = TopUp.objects.select_related("member").in_bulk(numbers) if numbers else {}
    return [
        Paper(
            kind=Paper.Kind.TOP_UP,
            about=move.reference,
            owner_id=top_up.member_id,
            currency=move.currency,
            amount_minor=sum(move.changes.values()),
            recipient=top_up.member.get_full_name(),
        )
        for move, top_up in zip(paid.values(), map(found.__getitem__, numbers), strict=True)
    ]


def _refunds(references: Iterable[str]) -> list[Paper]:
    """One for each that left us, in the order in which they did. What its bank sends back later is credit again, and the
    paper says so."""
    numbers = [int(reference.partition(":")[2]) for reference in references]
    found = Refund.objects.select_related("member").in_bulk(numbers) if numbers else {}
    return [
        Paper(
            kind=Paper.Kind.REFUND,
            about=refund.reference,
            owner_id=refund.member_id,
            currency=refund.currency,
            amount_minor=refund.amount_minor,
            recipient=refund.member.get_full_name(),
        )
        for refund in map(found.__getitem__, dict.fromkeys(numbers))
    ]
