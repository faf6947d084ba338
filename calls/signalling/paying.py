"""The buttons of money on the room socket: each is one call of the metering, which decides and says what it refuses."""

from django.utils import timezone

from calls.metering import services as metering
from calls.rooms import services as rooms
from calls.rooms.models import Call, Room


class Paying:
    """Part of the room socket: needs `database`, `say`, `room`, `person` and `member`."""

    paying_handlers = {
        "offer.preview": "preview_offer",
        "offer.send": "send_offer",
        "offer.stored": "offer_stored",
        "offer.withdraw": "withdraw_offer",
        "offer.refuse": "refuse_offer",
        "offer.making_account": "make_account",
        "offer.adding_credit": "add_credit",
        "offer.accept": "accept_offer",
        "meter.pause": "pause",
        "meter.resume": "resume",
        "meter.ready": "ready",
        "meter.free": "back_to_free",
        "meter.here": "be_here",
        "meter.raise": "raise_cap",
        "act.cancel": "cancel_act",
    }

    async def preview_offer(self, listing: int, **price: int) -> None:
        shown = await self.database(metering.preview, expert=self.member, listing_id=listing, **price)
        await self.say("offer.preview", **shown)

    async def send_offer(self, listing: int, estimate: list[int] | None = None, **price: int) -> None:
        await self.database(
            _send_offer,
            room=self.room,
            expert=self.member,
            listing_id=listing,
            estimate=tuple(estimate) if estimate else None,
            **price,
        )

    async def offer_stored(self, stored: int) -> None:
        await self.database(_offer_stored, room=self.room, member=self.member, stored_id=stored)

    async def withdraw_offer(self, offer: int) -> None:
        await self.database(metering.withdraw_offer, offer_id=offer, expert=self.member, now=timezone.now())

    async def refuse_offer(self, offer: int) -> None:
        await self.database(metering.refuse_offer, offer_id=offer, payer=self.person, now=timezone.now())

    async def make_account(self, offer: int) -> None:
        await self.database(metering.start_making_account, offer_id=offer, payer=self.person, now=timezone.now())

    async def add_credit(self, offer: int) -> None:
        await self.database(metering.start_adding_credit, offer_id=offer, payer=self.member, now=timezone.now())

    async def accept_offer(self, offer: int, cap_minor: int) -> None:
        await self.database(metering.accept, offer_id=offer, payer=self.member, cap_minor=cap_minor, now=timezone.now())

    async def pause(self, period: int) -> None:
        await self.database(metering.pause, period_id=period, member=self.member, now=timezone.now())

    async def resume(self, period: int) -> None:
        await self.database(metering.resume, period_id=period, payer=self.member, now=timezone.now())

    async def ready(self, period: int) -> None:
        await self.database(metering.ready, period_id=period, expert=self.member, now=timezone.now())

    async def back_to_free(self, period: int) -> None:
        await self.database(metering.back_to_free, period_id=period, member=self.member, now=timezone.now())

    async def be_here(self, period: int) -> None:
        await self.database(metering.here, period_id=period, member=self.member, now=timezone.now())

    async def raise_cap(self, period: int, to_minor: int) -> None:
        await self.database(
            metering.raise_cap, period_id=period, payer=self.member, to_minor=to_minor, now=timezone.now()
        )

    async def cancel_act(self, period: int) -> None:
        await self.database(metering.cancel_act, period_id=period, member=self.member, now=timezone.now())


def _send_offer(*, room: Room, **terms) -> None:
    metering.send_offer(call=_open_call(room), now=timezone.now(), **terms)


def _offer_stored(*, room: Room, **terms) -> None:
    metering.offer_stored(call=_open_call(room), now=timezone.now(), **terms)


def _open_call(room: Room) -> Call:
    call = rooms.open_call(room)
    if call is None:
        raise rooms.NoCall
    return call
