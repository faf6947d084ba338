"""Acts of work: held on acceptance, delivered, then paid or freed (PRODUCT.md, section 2, *Act of work*).

Each verb locks the order, looks at its state and its deadline, and moves the money last. Repeated, it has no effect or is
refused. What passed its deadline is only the sweeper's: nobody acts in its place any more.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q, QuerySet

from calls.orders import mails
from calls.orders.evidence import evidence
from calls.orders.models import WorkOrder
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.cards import services as cards
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.wallet import services as wallet

if TYPE_CHECKING:
    from calls.metering.models import Offer

log = logging.getLogger(__name__)

State, Outcome = WorkOrder.State, WorkOrder.Outcome
AT_ONCE = 200


class OrderRefused(Exception):
    """It is not in the state for it (any more). Nothing was changed."""


def place(*, offer: "Offer", now: datetime) -> WorkOrder:
    """The payer accepted: the price is held. Raises wallet's InsufficientCredit, AboveMonthlyLimit."""
    due_at = now + timedelta(days=offer.delivery_days or 0)
    order = WorkOrder.objects.create(
        offer_id=offer.pk,
        call=offer.call,
        payer=offer.payer,
        expert=offer.expert,
        listing=offer.listing,
        label=offer.label,
        description=offer.description,
        currency=offer.currency,
        price_minor=offer.price_minor or 0,
        commission_percent=offer.commission_percent,
        ordered_at=now,
        due_at=due_at,
        deadline_at=due_at + timedelta(days=settings.WORK_LATE_DAYS),
    )
    mails.tell_both(order, "ordered", now=now)
    wallet.funding_source().hold(
        payer=order.payer, amount=order.price, key=f"{order.reference}:hold", reference=order.reference, now=now
    )
    # As a paid period of the same call does: a call brings one automatic top-up at most.
    cards.after_spending(member=order.payer, cause=f"call:{order.call_id}", now=now)
    return order


def of_member(member: User) -> QuerySet[WorkOrder]:
    """Bought or sold, the newest first: what a page looks an order up from."""
    mine = WorkOrder.objects.filter(Q(payer=member.pk) | Q(expert=member.pk))
    return mine.select_related("payer", "expert", "call").order_by("-pk")


def open_of_member(member: User) -> QuerySet[WorkOrder]:
    """Bought or sold, and neither paid nor freed yet."""
    return of_member(member).filter(closed_at=None)


def paid_in(*, call: Call, payer: User) -> WorkOrder | None:
    """A work that `payer` ordered in this call and paid."""
    return WorkOrder.objects.filter(call=call, payer=payer.pk, state=State.PAID, paid_minor__gt=0).first()


def evidence_of(order: WorkOrder | None) -> list[dict[str, Any]]:
    return evidence(order) if order else []


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What became of an order's money. `held`: it was contested before it was paid; `charge`: it was paid, wholly or not."""

    order: WorkOrder
    held: claims.HeldCharge | None
    charge: claims.Charge | None

    @property
    def claim(self) -> claims.Claim | None:
        found = self.charge.claim if self.charge else None
        return found or (self.held.claim if self.held else None)

    @property
    def paid(self) -> Money:
        return self.charge.earning.price if self.charge else Money(0, self.order.currency)

    @property
    def earning(self) -> Money:
        return self.charge.earning.amount if self.charge else Money(0, self.order.currency)

    @property
    def went_otherwise(self) -> Money:
        """What the payer pays no more and nobody gave back, as on the receipt of a call."""
        if self.charge is None:
            return Money(0, self.order.currency)
        gone = Money(self.charge.earning.price_minor, self.order.currency) - self.paid
        return sum((-refund.amount for refund in self.charge.refunds), gone)

    @property
    def commission(self) -> Money:
        return self.paid - self.earning

    @property
    def refundable(self) -> Money:
        """What the expert can give back: of what was paid, or of what is contested and held."""
        if self.held and not self.held.settled_at:
            return self.held.price
        return self.paid


def rows(*, orders: Iterable[WorkOrder], now: datetime) -> list[OrderRow]:
    """For the order's own page and the receipt of its call."""
    listed = list(orders)
    if not listed:
        return []
    references = [order.reference for order in listed]
    held, charges = claims.holds(references=references), claims.charges(references=references, now=now)
    return [OrderRow(order, held.get(order.reference), charges.get(order.reference)) for order in listed]


@transaction.atomic
def deliver(*, order_id: int, expert: User, note: str, now: datetime) -> None:
    """From now on the payer has 72 h. Raises WorkOrder.DoesNotExist, OrderRefused."""
    order = _locked(order_id, now, State.ORDERED, expert=expert)
    order.state, order.delivered_at, order.note = State.DELIVERED, now, note
    order.deadline_at = now + timedelta(hours=settings.WORK_OBJECT_HOURS)
    order.save()
    mails.tell_both(order, "delivered", now=now)


@transaction.atomic
def confirm(*, order_id: int, payer: User, now: datetime) -> None:
    """The payer is content, at once or after all: the expert has earned it. Raises WorkOrder.DoesNotExist, OrderRefused."""
    order = _locked(order_id, now, State.DELIVERED, State.CONTESTED, payer=payer)
    if order.state == State.DELIVERED:
        _pay(order, order.price, Outcome.CONFIRMED, now)
        return
    claim = claims.holds(references=[order.reference])[order.reference].claim
    try:
        claims.take_back(claim_id=claim.pk, payer=payer, now=now)
    except claims.ClaimRefused:
        raise OrderRefused from None
    _follow_claim(order, now)


@transaction.atomic
def object_to(*, order_id: int, payer: User, reason: str, now: datetime) -> None:
    """*Not as described*: a claim on what is held. Nothing is captured until it is settled. Raises as `confirm`."""
    order = _locked(order_id, now, State.DELIVERED, payer=payer)
    order.state, order.deadline_at = State.CONTESTED, None
    order.save()
    claims.contest_held(
        payer=order.payer,
        expert=order.expert,
        price=order.price,
        reason=reason,
        evidence=evidence(order),
        now=now,
        **_terms(order),
    )


@transaction.atomic
def contest(*, order_id: int, payer: User, reason: str, now: datetime) -> None:
    """What was paid, until its release date. Raises WorkOrder.DoesNotExist, OrderRefused, claims.ClaimRefused."""
    order = _locked(order_id, now, State.PAID, payer=payer)
    claims.open_claim(payer=payer, reference=order.reference, reason=reason, evidence=evidence(order), now=now)


@transaction.atomic
def give_back(*, order_id: int, expert: User, amount: Money, key: str, note: str, now: datetime) -> None:
    """By the expert's own choice, once per `key`: of what is contested and held, or of what was paid, claim or not.

    Raises WorkOrder.DoesNotExist, OrderRefused, BadAmount, ledger's KeyReused.
    """
    order = _locked(order_id, now, State.CONTESTED, State.PAID, State.FREED, expert=expert)
    try:
        claims.refund(expert=expert, reference=order.reference, amount=amount, key=key, note=note, now=now)
    except ObjectDoesNotExist:  # nothing was ever paid
        raise OrderRefused from None
    _follow_claim(order, now)


@transaction.atomic
def cancel(*, order_id: int, expert: User, now: datetime) -> None:
    """Before the delivery: the hold is freed. Raises as `confirm`."""
    order = _locked(order_id, now, State.ORDERED, expert=expert)
    _free(order, Outcome.CANCELLED, now)


def hold_settled(payload: dict[str, Any], *, key: str) -> Callable[[datetime], object] | None:
    """The outbox's handler of claims.HOLD_SETTLED: the claim paid or freed what an order held."""
    kind, _, number = payload["reference"].partition(":")
    if kind != "order":
        return None

    def finish(now: datetime) -> None:
        _follow_claim(WorkOrder.objects.select_for_update().get(pk=int(number)), now)

    return finish


def _follow_claim(order: WorkOrder, now: datetime) -> None:
    """Once the claim has settled what is held, the order is paid or freed. Repeated, without effect."""
    held = claims.holds(references=[order.reference]).get(order.reference)
    if order.state == State.CONTESTED and held and held.settled_at:
        order.state, order.paid_minor = State.PAID if held.price else State.FREED, held.price.minor
        order.outcome, order.closed_at = Outcome.CLAIM, now
        order.save()


def sweep(*, now: datetime) -> int:
    """What is due: not delivered in time, freed; delivered and nobody objected, paid. One that fails holds up no other."""
    due = WorkOrder.objects.filter(deadline_at__lte=now).order_by("deadline_at").values_list("pk", flat=True)
    moved = 0
    for order_id in list(due[:AT_ONCE]):
        try:
            with transaction.atomic():
                moved += _meet_deadline(order_id, now)
        except Exception:
            log.exception("An order's deadline could not be met and will be tried again", extra={"order": order_id})
    return moved


def _meet_deadline(order_id: int, now: datetime) -> bool:
    order = WorkOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    if order.deadline_at is None or order.deadline_at > now:
        return False
    if order.state == State.DELIVERED:
        _pay(order, order.price, Outcome.TIME, now)
    else:
        _free(order, Outcome.LATE, now)
    return True


def _locked(order_id: int, now: datetime, *states: str, **party: User) -> WorkOrder:
    mine = WorkOrder.objects.select_for_update(of=("self",)).filter(**party)
    order = mine.select_related("payer", "expert", "call").get(pk=order_id)
    if order.state not in states or (order.deadline_at is not None and order.deadline_at <= now):
        raise OrderRefused
    return order


def _pay(order: WorkOrder, pay: Money, outcome: str, now: datetime) -> None:
    order.state, order.paid_minor = State.PAID, pay.minor
    _close(order, outcome, now)
    earnings.capture(
        payer=order.payer,
        expert=order.expert,
        price=pay,
        key=f"{order.reference}:capture",
        now=now,
        release_from=now,
        **_terms(order),
    )
    cards.after_spending(member=order.payer, cause=order.reference, now=now)


def _terms(order: WorkOrder) -> dict[str, Any]:
    """What whoever captures it has to know."""
    return {
        "reference": order.reference,
        "commission_percent": order.commission_percent,
        "group": f"listing:{order.listing}",
        "label": order.label,
        "link": order.address,
    }


def _free(order: WorkOrder, outcome: str, now: datetime) -> None:
    order.state = State.FREED
    _close(order, outcome, now)
    source = wallet.funding_source()
    source.free(payer=order.payer, reference=order.reference, key=f"{order.reference}:free", now=now)


def _close(order: WorkOrder, outcome: str, now: datetime) -> None:
    order.outcome, order.closed_at, order.deadline_at = outcome, now, None
    order.save()
    mails.tell_both(order, outcome, now=now)
