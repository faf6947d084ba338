"""The first page of the back office: is the members' money there, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum

from payouts.claims.models import Claim
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Account
from payouts.money import Money
from payouts.office.models import StaffTask
from payouts.outbox.models import OutboxRow
from payouts.reconciliation import services as reconciliation
from payouts.reconciliation.models import ReconciliationRun
from payouts.safety.models import Freeze, Review
from payouts.stripe.models import StripeEvent

# What our balance at Stripe owes to members. Promotional credit was never paid in: it becomes an earning when it is spent.
OWED = ("caller_credit", "caller_hold", "refund_pending", "expert_available", "withdrawal")


@dataclass(frozen=True, slots=True)
class MembersMoney:
    """`at_stripe`: our balance there; None before the first reconciliation. `left`: what is the platform's own. `unread`: the
    accounts that Stripe has not answered for in the latest one."""

    owed: Money
    parts: list[tuple[str, Money]]
    run: ReconciliationRun | None
    at_stripe: Money | None
    unread: list[str]

    @property
    def left(self) -> Money | None:
        return None if self.at_stripe is None else self.at_stripe - self.owed


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person, counted."""

    tasks: QuerySet[StaffTask, Any]
    reviews: int
    claims: int
    disputes: int
    given_up: int
    events: int
    failing_events: int
    frozen: int
    suspense: Money


def members_money() -> MembersMoney:
    """What was transferred to an expert's balance at Stripe is no longer ours to keep, though not yet in a bank."""
    currency = settings.CURRENCY
    cached = Account.objects.filter(kind__in=[*OWED, "stripe_connected"], currency=currency)
    sums = dict(cached.order_by().values_list("kind").annotate(Sum("balance_minor")))
    parts = [(kind, Money(sums.get(kind) or 0, currency)) for kind in OWED]
    parts.append(("expert_pending", earnings.pending(of=Earning.objects.all())))
    parts.append(("stripe_connected", -Money(sums.get("stripe_connected") or 0, currency)))
    owed = sum((amount for _kind, amount in parts), Money(0, currency))
    newest = ReconciliationRun.objects.order_by("-day")
    unread = newest.values_list("report__unread", flat=True).first() or []
    run = newest.exclude(finished_at=None).first()
    return MembersMoney(owed, parts, run, _at_stripe(run.report) if run else None, unread)


def _at_stripe(report: dict[str, Any]) -> Money | None:
    """As Stripe said it at the reconciliation, and what the ledger has moved there since: what members own is of now, too."""
    then, by_ledger = report.get("at_stripe_minor"), report.get("by_ledger_minor")
    if then is None:
        return None
    since = 0 if by_ledger is None else reconciliation.platform_balance().minor - by_ledger
    return Money(then + since, settings.CURRENCY)


def waiting(*, now: datetime) -> Waiting:
    todo = StripeEvent.objects.filter(processed_at=None)
    return Waiting(
        tasks=open_tasks().order_by("kind").values("kind").annotate(count=Count("pk"), since=Min("opened_at")),
        reviews=Review.objects.filter(verdict=Review.Verdict.OPEN).count(),
        claims=Claim.objects.filter(state=Claim.State.ANSWERED).count(),
        given_up=OutboxRow.objects.filter(state=OutboxRow.State.GIVEN_UP).count(),
        events=todo.count(),
        failing_events=todo.exclude(error="").count(),
        disputes=Dispute.objects.filter(status__in=Dispute.ANSWERABLE).count(),
        frozen=frozen_members(now=now).count(),
        suspense=ledger.balance(accounts.suspense(), settings.CURRENCY),
    )


def open_tasks() -> QuerySet[StaffTask]:
    return StaffTask.objects.filter(closed_at=None)


def frozen_members(*, now: datetime) -> QuerySet:
    lasting = Freeze.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return lasting.order_by("member_id").values("member_id", "member__name").distinct()
