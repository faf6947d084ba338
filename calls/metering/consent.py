"""The answer to an offer: withdrawn, refused, waiting for credit, accepted. All raise OfferRefused, by the codes named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from calls.metering import settlement, stored, texts
from calls.metering.errors import OfferRefused
from calls.metering.models import Offer, PaidPeriod, Terms
from calls.metering.terms import is_act, is_stored, is_work, lowest_cap
from calls.notices.services import tell_room
from calls.orders import services as orders
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.money import Money
from payouts.wallet import services as wallet


@transaction.atomic
def withdraw_offer(*, offer_id: int, expert: User, now: datetime) -> None:
    """Raises not_yours, closed, expired."""
    _close(_open_offer(Q(expert=expert.pk), offer_id, now), Offer.State.WITHDRAWN, now)


@transaction.atomic
def refuse_offer(*, offer_id: int, payer: User, now: datetime) -> None:
    """Costs nothing; the free call goes on. Raises not_yours, closed, expired."""
    _close(_open_offer(Q(payer=payer.pk), offer_id, now), Offer.State.REFUSED, now)


@transaction.atomic
def start_adding_credit(*, offer_id: int, payer: User, now: datetime) -> None:
    """The offer waits up to 10 minutes from the first press. Raises guest, not_yours, closed, expired."""
    check_member(payer)
    _wait(_open_offer(Q(payer=payer.pk), offer_id, now), now)


@transaction.atomic
def start_making_account(*, offer_id: int, payer: User, now: datetime) -> None:
    """Of a guest: those 10 minutes are for the account and the credit. Raises not_yours, closed, expired."""
    _wait(_open_offer(Q(payer=payer.pk, payer__is_guest=True), offer_id, now), now)


def _wait(offer: Offer, now: datetime) -> None:
    if offer.adding_credit_at is None:
        offer.adding_credit_at = now
        offer.deadline_at = now + timedelta(seconds=settings.OFFER_TOP_UP_S)
        offer.save(update_fields=["adding_credit_at", "deadline_at"])
        tell_room(room_id=offer.call.room_id)


@transaction.atomic
def accept(*, offer_id: int, payer: User, cap_minor: int, now: datetime) -> None:
    """The one button of the consent card: a paid period begins, or an order is made. Raises as `accept_offer`."""
    if Offer.objects.filter(pk=offer_id, kind=Offer.Kind.ACT_OF_WORK).exists():
        accept_work(offer_id=offer_id, payer=payer, price_minor=cap_minor, now=now)
    else:
        accept_offer(offer_id=offer_id, payer=payer, cap_minor=cap_minor, now=now)


@transaction.atomic
def accept_work(*, offer_id: int, payer: User, price_minor: int, now: datetime) -> None:
    """Hold the price and order the work; the call stays free. Raises as `accept_offer`, but already_paying."""
    offer, credit, monthly = _acceptable(offer_id, payer, price_minor, now)
    with _refusals_of_holds():
        orders.place(offer=offer, now=now)
    _accepted(offer, credit, monthly, price_minor, now)


@transaction.atomic
def accept_offer(*, offer_id: int, payer: User, cap_minor: int, now: datetime) -> PaidPeriod:
    """Hold the cap (an act: its price; stored time: nothing) and begin the countdown, in one transaction.

    Raises guest, not_yours, closed, expired, too_soon, insufficient_credit, monthly_limit, cap_too_low, cap_above_credit,
    cap_above_limit, payments_blocked, already_paying.
    """
    offer, credit, monthly = _acceptable(offer_id, payer, cap_minor, now)
    if is_work(offer):
        raise OfferRefused("not_yours")
    period = _begin(offer, cap_minor, now)
    _accepted(offer, credit, monthly, cap_minor, now)
    return period


@transaction.atomic
def accept_agreed(offer: Offer, now: datetime) -> PaidPeriod:
    """What the payer agreed to before ringing, once both are there: as `accept_offer`, at the cap agreed to and in the words
    frozen then. Needs the locks of the call and the offer.

    Raises insufficient_credit, monthly_limit, cap_above_credit, cap_above_limit, payments_blocked, already_paying.
    """
    check_cap(offer, offer.agreed_cap_minor, now)
    period = _begin(offer, offer.agreed_cap_minor or 0, now)
    _close(offer, Offer.State.ACCEPTED, now)
    return period


def _begin(offer: Offer, cap_minor: int, now: datetime) -> PaidPeriod:
    _check_stored(offer)
    period = _new_period(offer, cap_minor, now)
    if not is_stored(offer):
        with _refusals_of_holds():
            settlement.hold(period, cap_minor, number=1, now=now)
    return period


def _acceptable(
    offer_id: int, payer: User, cap_minor: int, now: datetime
) -> tuple[Offer, Money, wallet.Monthly | None]:
    """The locked offer, and what the payer has, if they may accept it on these terms."""
    check_member(payer)
    offer = _open_offer(Q(payer=payer.pk), offer_id, now, lock_call=True)
    if now < offer.sent_at + timedelta(seconds=settings.ACCEPT_INERT_S):
        raise OfferRefused("too_soon")
    if offer.call.state != Call.State.LIVE:
        raise OfferRefused("closed")
    return offer, *check_cap(offer, cap_minor, now)


def check_member(payer: User) -> None:
    if payer.is_guest:
        raise OfferRefused("guest")


def _accepted(offer: Offer, credit: Money, monthly: wallet.Monthly | None, cap_minor: int, now: datetime) -> None:
    offer.terms_text = texts.accepted_text(offer, credit, monthly, Money(cap_minor, offer.currency))
    _close(offer, Offer.State.ACCEPTED, now)


@contextmanager
def _refusals_of_holds() -> Iterator[None]:
    try:
        yield
    except wallet.InsufficientCredit:
        raise OfferRefused("insufficient_credit") from None
    except wallet.AboveMonthlyLimit:  # spent elsewhere since it was looked at
        raise OfferRefused("monthly_limit") from None
    except wallet.PaymentsBlocked:
        raise OfferRefused("payments_blocked") from None


def check_cap(offer: Offer, cap_minor: Any, now: datetime) -> tuple[Money, wallet.Monthly | None]:
    """What the payer has, if this cap is within it.

    Raises insufficient_credit, monthly_limit, cap_too_low, cap_above_credit, cap_above_limit.
    """
    credit, monthly = wallet.credit(member=offer.payer), wallet.monthly(member=offer.payer, now=now)
    lowest = lowest_cap(offer)
    if monthly and monthly.left.minor < lowest:
        raise OfferRefused("monthly_limit")
    if credit.minor < lowest:
        raise OfferRefused("insufficient_credit")
    if type(cap_minor) is not int or cap_minor < lowest:
        raise OfferRefused("cap_too_low")
    if cap_minor > (lowest if is_act(offer) else credit.minor):
        raise OfferRefused("cap_above_credit")
    if monthly and cap_minor > monthly.left.minor:
        raise OfferRefused("cap_above_limit")
    return credit, monthly


def _check_stored(offer: Offer) -> None:
    """It may have gone back to the payer since the offer was sent, or the expert gave some of it back; and whose payment is
    disputed pays with nothing, with what was paid before neither."""
    if offer.stored_id is None:
        return
    if wallet.is_blocked(member=offer.payer):
        raise OfferRefused("payments_blocked")
    now_left = stored.lock(offer.stored_id)
    if (now_left.price_minor, now_left.length_ms) != (offer.price_minor, offer.length_ms):
        raise OfferRefused("closed")


def _new_period(offer: Offer, cap_minor: int, now: datetime) -> PaidPeriod:
    """In `countdown`. The tables allow one living period a payer and one an expert, whatever two processes do at once."""
    counts_from = now + timedelta(seconds=settings.COUNTDOWN_S)
    period = PaidPeriod(
        offer=offer,
        call=offer.call,
        payer=offer.payer,
        expert=offer.expert,
        cap_minor=cap_minor,
        accepted_at=now,
        counts_from=counts_from,
        deadline_at=counts_from,
        **{field.name: getattr(offer, field.name) for field in Terms._meta.fields},
    )
    if PaidPeriod.objects.living().filter(Q(payer=offer.payer_id) | Q(expert=offer.expert_id)).exists():
        raise _already_paying(offer)
    try:
        with transaction.atomic():
            period.save()
    except IntegrityError:
        raise _already_paying(offer) from None
    return period


def _already_paying(offer: Offer) -> OfferRefused:
    is_payer = PaidPeriod.objects.living().filter(payer=offer.payer_id).exists()
    return OfferRefused("already_paying", None if is_payer else OfferRefused.EXPERT_IS_PAID_ELSEWHERE)


def _open_offer(mine: Q, offer_id: int, now: datetime, *, lock_call: bool = False) -> Offer:
    """The locked offer, if it is open at `now` and `mine`. A call is always locked before its offer."""
    found = Offer.objects.filter(mine, pk=offer_id)
    if lock_call:
        calls = Call.objects.select_for_update(no_key=True).filter(pk__in=found.values("call"))
        list(calls)
    offer = found.select_for_update(of=("self",), no_key=True).select_related("call").first()
    if offer is None:
        raise OfferRefused("not_yours")
    if offer.state != Offer.State.OPEN:
        raise OfferRefused("expired" if offer.state == Offer.State.EXPIRED else "closed")
    if offer.deadline_at is None or offer.deadline_at <= now:
        raise OfferRefused("expired")
    return offer


def _close(offer: Offer, state: str, now: datetime) -> None:
    offer.close(state, now)
    tell_room(room_id=offer.call.room_id)
