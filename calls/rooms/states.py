"""What a person's page should show of a room and of their rings: the `state` and `rings` of signalling/PROTOCOL.md.

Everything is read anew and tailored to one person. The number of queries is small and fixed (tests/calls/rooms hold it).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.contacts import services as contacts
from calls.conversations import chat
from calls.metering import services as metering
from calls.metering.models import PaidPeriod
from calls.metering.moments import to_ms
from calls.orders.models import WorkOrder
from calls.rooms.models import Call, Room, Seat
from marketplace.accounts.models import User
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.prepared import Prepared, number
from payouts.addresses import here
from payouts.money import Money
from payouts.wallet import services as wallet

State = Call.State


@dataclass(frozen=True)
class Look:
    """One person's look at a room: what their page is told, and what their socket must know."""

    state: dict
    my_tab: UUID | None  # the tab that has this person's seat
    other: Seat | None
    period_id: int | None  # the paid period that lives now
    side: str  # which side of the meter this person is
    open_call_id: int | None
    chat: "Chat | None"  # of the newest call


@dataclass(frozen=True)
class Chat:
    """What a socket compares with what it has sent."""

    call_id: int
    newest: int  # the id of the last line, or 0
    number: int  # of lines


def room_state(*, room: Room, user: User, now: datetime) -> dict:
    """The `state` message for `user`, without `ice`."""
    return look(room=room, user=user, now=now).state


def _reported(call: Call | None, user: User) -> dict | None:
    if call is None or call.state != State.ENDED:
        return None
    made = contacts.reported(reporter=user, call_id=call.pk)
    return {"explained": bool(made.words)} if made else None


def look(*, room: Room, user: User, now: datetime) -> Look:
    """`room` with its two people loaded, a while ago perhaps; `user` one of them."""
    mine_is_caller = user.id == room.caller_id
    other = room.expert if mine_is_caller else room.caller
    seats = {seat.user_id: seat for seat in _seats.ask(room=room.pk)}
    call = _newest_call.first(room=room.pk)
    offer = metering.latest_offer(call=call) if call and call.has_offers else None
    period = metering.latest_period(call=call) if call and call.has_periods else None
    has_stored = call is None or call.has_stored
    stored = {"payer": room.caller, "expert": room.expert, "viewer": user, "now": now}
    living = period is not None and period.state != PaidPeriod.State.ENDED
    mine = seats.get(user.id)
    state = {
        "type": "state",
        "now": to_ms(now),
        "you": _you(user, "payer" if mine_is_caller else "expert", mine),
        "other": _other(other, user, seats),
        "call": _call(call, user),
        "reported": _reported(call, user),
        "can_ring": mine_is_caller and (call is None or call.state not in Call.OPEN),
        "offer": metering.offer_state(offer, user, now),
        "meter": metering.meter_state(period, user, now),
        "order": _order(call) if call and call.has_orders else None,
        "stored": metering.stored_state(**stored) if has_stored else [],
        **(_purse(user, living, now) if mine_is_caller else _shelf(user, call)),
    }
    return Look(
        state=state,
        my_tab=mine.tab if mine else None,
        other=seats.get(other.id),
        period_id=period.id if living else None,
        side="payer" if mine_is_caller else "expert",
        open_call_id=call.id if call and call.state in Call.OPEN else None,
        chat=Chat(call.id, call.chat_newest or 0, call.chat_number or 0) if call else None,
    )


@Prepared
def _newest_call() -> QuerySet[Call]:
    """With what else there is to be asked about it: of most calls nothing."""
    calls = Call.objects.filter(room=number("room")).annotate(
        chat_newest=chat.newest(),
        chat_number=chat.number(),
        is_free=contacts.is_free(),
        has_orders=Exists(WorkOrder.objects.filter(call=OuterRef("pk"))),
        **metering.there_is(),
    )
    return calls.order_by("-id")[:1]


@Prepared
def _seats() -> QuerySet[Seat]:
    return Seat.objects.filter(room=number("room")).select_related("user")


def _you(user: User, role: str, seat: Seat | None) -> dict:
    return {"id": user.id, "role": role, "name": user.name, "guest": user.is_guest, **_signs(seat)}


def _other(other: User, you: User, seats: dict[int, Seat]) -> dict:
    """A guest may have become a member since the room was loaded, under another name too: who is here is looked at anew."""
    seat = seats.get(other.id)
    other = seat.user if seat else other
    slug = contacts.slug_shown_to(person=you, expert_id=other.pk)
    return {
        "id": other.id,
        "name": other.name,
        "guest": other.is_guest,
        "present": seat is not None,
        "presence": contacts.seen_by(person=you, expert_ids=[other.id])[other.id].state,
        "slug": slug,
        **_signs(seat),
    }


def _signs(seat: Seat | None) -> dict:
    return {"hand": bool(seat and seat.hand), "screen": bool(seat and seat.screen)}


def _ms(moment: datetime | None) -> int | None:
    return to_ms(moment) if moment else None


def _order(call: Call) -> dict | None:
    """The act of work that was ordered last in this call."""
    order = call.orders.order_by("-pk").first()
    if order is None:
        return None
    text = _("Ordered: {label}, {price}. The price is held until it is delivered.")
    return {"id": order.pk, "text": text.format(label=order.label, price=order.price), "page": here(order.address)}


def _call(call: Call | None, user: User) -> dict | None:
    if call is None:
        return None
    has_receipt = call.state == State.ENDED and call.started_at is not None and not user.is_guest
    return {
        "id": call.id,
        "state": call.state,
        "back": call.rung_by_expert,
        "line": call.line,
        "rang_at": _ms(call.rang_at),
        "ring_until": _ms(call.ring_until),
        "started_at": _ms(call.started_at),
        "ended_at": _ms(call.ended_at),
        "end_reason": call.end_reason,
        "ends_at": _ms(call.deadline_at) if call.state == State.LIVE else None,
        "receipt": reverse("receipt", args=[call.id]) if has_receipt else None,
    }


def _purse(payer: User, is_paying: bool, now: datetime) -> dict:
    """`spendable_minor`: what a cap can be raised by, which the monthly limit may keep below the credit."""
    if payer.is_guest:
        return {}
    credit = wallet.credit(member=payer)
    monthly = wallet.monthly(member=payer, now=now) if is_paying else None
    spendable = min(credit, monthly.left) if monthly else credit
    return {"credit": {"minor": credit.minor, "text": str(credit), "spendable_minor": spendable.minor}}


def _shelf(expert: User, call: Call | None) -> dict:
    """What they can ask to be paid for; nothing of who always calls them free."""
    if call and call.is_free:
        return {"listings": [], "calls_free": True, "free_only": False}
    active = _active_listings.ask(expert=expert.pk)
    free_only = bool(active) and not listings.sells(active[0].profile)
    return {
        "listings": [
            {
                "id": listing.id,
                "kind": listing.kind,
                "title": listing.title,
                "rate_minor": listing.rate_minor,
                "price_minor": listing.price_minor,
                "length_minutes": listing.length_minutes,
                "delivery_days": listing.delivery_days,
                "text": _price_text(listing),
                "earning_text": metering.earning_text(listing, listing.rate_minor, listing.price_minor),
            }
            for listing in (() if free_only else active)
        ],
        "calls_free": False,
        "free_only": free_only,
    }


@Prepared
def _active_listings() -> QuerySet[Listing]:
    own = Listing.objects.filter(profile__user=number("expert"), active=True).select_related(
        "profile__category__parent"
    )
    return own.order_by("-kind", "id")  # the rate first


def _price_text(listing: Listing) -> str:
    if listing.kind == Listing.Kind.PER_MINUTE:
        return _("{rate} per minute").format(rate=Money(listing.rate_minor, listing.currency))
    price = Money(listing.price_minor, listing.currency)
    if listing.kind == Listing.Kind.ACT_OF_WORK:
        return ngettext("{price}, in {days} day", "{price}, in {days} days", listing.delivery_days).format(
            price=price, days=listing.delivery_days
        )
    return _("{minutes} min for {price}").format(minutes=listing.length_minutes, price=price)
