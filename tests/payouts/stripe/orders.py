"""Every order in which we may hear of what happens at Stripe, and however often: searched as a graph, not sampled.

A story is a row of *deeds* (what happens at Stripe, in this order) and, after each deed, the *news* of it: Stripe's events, and
what our worker asks by itself. What comes of a piece of news depends only on what is in the books and at Stripe. So from
each state that can be reached, with each set of news heard so far, every next step is taken once: the next deed, and each
piece of news that is out, heard before or not. All sequences of whatever length are walks on what was searched.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Count, Model, Sum
from django.utils import timezone

from payouts.cards.models import CardPayment
from payouts.disputes.models import Dispute
from payouts.earnings.models import EarningWait
from payouts.ledger.models import Posting
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds.models import Refund
from payouts.sandbox import services as sandbox
from payouts.stripe import work
from payouts.stripe.models import StripeEvent
from payouts.wallet.models import PaymentBlock, TopUp
from payouts.withdrawals.models import Withdrawal

FAR = timedelta(days=300)
Deed = Callable[[datetime], object]
News = str  # an event's type, and which one of that type


@dataclass
class Search:
    """`steps`: how often a piece of news was heard, or the worker asked; `ends`: in how many states all was heard and done."""

    deepest: ClassVar[int] = 700  # steps; well within what Python allows
    deeds: list[Deed]
    ends_well: Callable[[], None]
    seen: set[Any] = field(default_factory=set)
    steps: int = 0
    ends: int = 0

    def run(self) -> None:
        _told({})  # what was before is not looked at
        self._from(0, {}, frozenset(), depth=0)
        assert self.ends
        assert self.steps > len(self.deeds)

    def _from(self, done: int, out: dict[News, int], heard: frozenset[News], depth: int) -> None:
        assert depth < self.deepest, "no end in sight: the books are others after each word"
        here = (done, heard, in_the_books())
        if here in self.seen:
            return
        self.seen.add(here)
        to_do = OutboxRow.objects.filter(action__in=list(work.HANDLERS), state="waiting").exists()
        if done == len(self.deeds) and heard == out.keys() and not to_do:
            self.ends += 1
            self.ends_well()
        if done < len(self.deeds):
            with taken_back():
                self.deeds[done](timezone.now())
                self._from(done + 1, _told(out), heard, depth + 1)
        for news, event in sorted(out.items(), key=lambda each: (each[0] in heard, each)):  # an end is reached soon
            with taken_back():
                self.steps += 1
                self._from(done, out, heard | {news} if _hear(event) else heard, depth + 1)
        if to_do:
            with taken_back():
                self.steps += 1
                outbox.work(handlers=work.HANDLERS, now=timezone.now() + FAR)
                self._from(done, _told(out), heard, depth + 1)


@contextmanager
def taken_back():
    """As if it had not happened."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def _told(out: dict[News, int]) -> dict[News, int]:
    """With the events that are new: kept, and not acted on."""
    sandbox.work(now=timezone.now())
    told, of_type = dict(out), Counter(news.split("#")[0] for news in out)
    new = StripeEvent.objects.filter(due_at__lt=timezone.now() + FAR / 2, processed_at=None)
    for event in new.filter(type__in=list(work.ACTIONS)).order_by("pk"):
        told[f"{event.type}#{of_type[event.type]}"] = event.pk
        of_type[event.type] += 1
    new.update(due_at=timezone.now() + FAR)
    return told


def _hear(event: int) -> bool:
    """False: what it is about is not known here yet; it is heard again later."""
    rows = StripeEvent.objects.filter(pk=event)
    rows.update(processed_at=None, due_at=timezone.now())
    work.process_events(now=timezone.now())
    is_heard = rows.exclude(processed_at=None).exists()
    rows.update(due_at=timezone.now() + FAR)
    return is_heard


def in_the_books() -> tuple:
    """All that can make a difference, without names and moments, which are others each time."""
    moved = Posting.objects.values_list("entry__kind", "debit__kind", "credit__kind")
    outbox_rows = OutboxRow.objects.values_list("action", "state", "attempts")
    return (
        tuple(sorted(moved.annotate(Sum("amount_minor"), Count("entry", distinct=True)))),
        _rows(TopUp, "state", is_known="stripe_intent"),
        _rows(CardPayment, "is_open"),
        _rows(Refund, "state", "is_booked", "is_back", is_known="stripe_refund"),
        _rows(Dispute, "status", "moved_minor", "taken_minor", "loss_minor"),
        _rows(Withdrawal, "state", is_known="stripe_transfer"),
        _rows(Withdrawal, is_known="stripe_payout"),
        tuple(sorted((action, state, min(tries, 1)) for action, state, tries in outbox_rows)),
        (EarningWait.objects.count(), PaymentBlock.objects.filter(lifted_at=None).count()),
    )


def _rows(model: type[Model], *names: str, is_known: str = "pk") -> tuple:
    return tuple((*row[:-1], bool(row[-1])) for row in model.objects.order_by("pk").values_list(*names, is_known))
