"""Acts of work: held on acceptance, delivered, then paid or freed (PRODUCT.md, section 2, *Act of work*).

Each verb locks the order, looks at its state and its deadline, and moves the money last. Repeated, it has no effect or is
refused. What passed its deadline is only the sweeper's: nobody acts in its place any more.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from calls.orders import mails
from calls.orders.models import WorkOrder
from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.office import services as office
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
    wallet.hold(
        payer=order.payer, amount=order.price, key=f"{order.reference}:hold", reference=order.reference, now=now
    )
    return order


def of_member(member: User) -> QuerySet[WorkOrder]:
    """Bought or sold, the newest first: what a page looks an order up from."""
    mine = WorkOrder.objects.filter(Q(payer=member.pk) | Q(expert=member.pk))
    return mine.select_related("payer", "expert", "call").order_by("-pk")


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
    _pay(order, order.price, Outcome.CONFIRMED, now)


@transaction.atomic
def object_to(*, order_id: int, payer: User, reason: str, now: datetime) -> None:
    """*Not as described*: nothing is captured, the hold stays until it is decided. Raises as `confirm`."""
    order = _locked(order_id, now, State.DELIVERED, payer=payer)
    order.state, order.objection, order.deadline_at = State.CONTESTED, reason, None
    order.save()
    text = f"{order.label}: the payer says it is not as described. Decide how much of {order.price} is paid."
    office.open_task(
        kind="order_contested", key=f"{order.reference}:contested", text=text, reference=order.reference, now=now
    )
    mails.tell_both(order, "contested", now=now)


@transaction.atomic
def cancel(*, order_id: int, expert: User, now: datetime) -> None:
    """Before the delivery, or giving in to *Not as described*: the hold is freed. Raises as `confirm`."""
    order = _locked(order_id, now, State.ORDERED, State.CONTESTED, expert=expert)
    _free(order, Outcome.CANCELLED, now)


@transaction.atomic
def decide(*, order_id: int, staff: User, pay: Money, reason: str, now: datetime) -> None:
    """Staff: `pay` of a contested order is the expert's due, the rest is freed. Raises as `confirm`, BadAmount.

    For one of its two people it does not exist: nobody decides about their own.
    """
    if not staff.is_staff or of_member(staff).filter(pk=order_id).exists():
        raise WorkOrder.DoesNotExist
    order = _locked(order_id, now, State.CONTESTED)
    if not Money(0, order.currency) <= pay <= order.price:
        raise OrderRefused
    order.verdict = reason
    office.record(staff=staff, act="order.decide", reference=order.reference, reason=reason, now=now)
    if pay:
        _pay(order, pay, Outcome.DECIDED, now)
    else:
        _free(order, Outcome.DECIDED, now)


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
        reference=order.reference,
        payer=order.payer,
        expert=order.expert,
        price=pay,
        commission_percent=order.commission_percent,
        key=f"{order.reference}:capture",
        group=f"listing:{order.listing}",
        label=order.label,
        link=f"/orders/{order.pk}/",
        now=now,
        release_from=now,
    )


def _free(order: WorkOrder, outcome: str, now: datetime) -> None:
    order.state = State.FREED
    _close(order, outcome, now)
    wallet.free(payer=order.payer, reference=order.reference, key=f"{order.reference}:free", now=now)


def _close(order: WorkOrder, outcome: str, now: datetime) -> None:
    order.outcome, order.closed_at, order.deadline_at = outcome, now, None
    order.save()
    mails.tell_both(order, outcome, now=now)
