"""The room socket: the seat, the other browser, media reports, and through `Paying` the offers and the meter."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from calls.contacts import services as contacts
from calls.conversations import chat
from calls.conversations.models import ChatLine
from calls.metering import services as metering
from calls.metering.moments import to_ms
from calls.rooms import services as rooms
from calls.rooms.models import Room
from calls.signalling import arrivals, guest_rings, ice, messages
from calls.signalling.errors import Refused
from calls.signalling.hearing import Hearing
from calls.signalling.paying import Paying
from calls.signalling.sockets import REPLACED, Socket, unguarded
from marketplace.accounts.models import User
from marketplace.prepared import Prepared, number, text

# What changes by itself on the meter while nothing happens: no reason to send a state again.
TICKING = {"billable_ms", "as_of", "cost_minor", "cost_text"}


class RoomSocket(Paying, Socket):
    table = messages.ROOM_MESSAGES
    handlers = {
        "pong": "pong",
        "echo": "echo",
        "join": "join",
        "signal": "relay",
        "media": "report",
        "sign": "show_sign",
        "chat": "say_in_chat",
        "chat.erase": "erase_chat",
        "hangup": "hang_up",
        "ring": "ring",
        "report": "report_and_leave",
        "report.explain": "explain_report",
        **Paying.paying_handlers,
    }

    def __init__(self) -> None:
        super().__init__()
        self.arrived_at: UUID | None = None
        self.joined = False
        self.seating: asyncio.Future | None = None  # a `join` that the page was not answered yet
        self.sat_down = False  # a `join` was done that no look has shown yet
        self.peer: tuple[UUID, UUID] | None = None  # process and tab of the other's seat
        self.looking: asyncio.Future | None = None  # a seat may have changed: until it is seen who is the peer now
        self.shown: dict = {}
        self.hearing: Hearing | None = None
        self.ice_of: int | None = None  # the open call for which the page has credentials
        self.chat: rooms.Chat | None = None  # as far as it was sent

    async def may_open(self, code: str = "") -> bool:
        if self.person is None:
            return False
        self.room = await unguarded(_room_of, self.person, code)
        return self.room is not None

    async def opened(self) -> None:
        self.role = "payer" if self.person.id == self.room.caller_id else "expert"
        self.hearing = Hearing(self.hub, side=self.role)
        self.arrived_at = await arrivals.arrive(hub=self.hub, user=self.person)
        self.hub.listen(self, "room", self.room.id)
        self.hub.listen(self, "watchers", self.room.expert_id)
        await self.refresh()

    async def closed(self) -> None:
        if self.arrived_at:
            arrivals.depart(hub=self.hub, user=self.person, process=self.arrived_at)
        if self.hearing:
            await self.hearing.stop()
        if self.hub.gone is None:  # else the end of its lease empties all seats of this process at once
            await unguarded(
                rooms.leave, room=self.room, user=self.person, tab=self.tab, now=timezone.now(), reason="gone"
            )

    async def say_goodbye(self) -> None:
        if self.hearing:
            await self.hearing.stop()

    def hear(self, topic: str, about: int) -> None:
        if topic == "room" and self.looking is None:
            self.looking = self.loop.create_future()
        self.refresh()

    # --- what the page is shown ---------------------------------------------------------------------------------

    async def show(self) -> None:
        now, had_seat, waited_for = timezone.now(), self.joined or self.sat_down, self.looking
        self.sat_down = False
        look = await self.database(rooms.look, room=self.room, user=self.person, now=now)
        self.joined = look.my_tab == self.tab
        if had_seat and look.my_tab and not self.joined:
            await self.say("replaced")
            await self.close(REPLACED)
            return
        new_here = self.joined and self.seating is not None
        open_call = look.open_call_id
        if new_here or open_call not in (None, self.ice_of):  # before it joins a page tries what it would use
            look.state["ice"] = ice.servers(user_id=self.person.id, now=now)
            self.ice_of = open_call
        look.state["you"]["joined"] = self.joined
        await self._send_state(look.state)
        await self._meet(look, again=new_here)
        # Not only once no notice came meanwhile: else one who sends many could hold up all that the page says.
        if waited_for:
            waited_for.set_result(None)
            self.looking = self.loop.create_future() if self.dirty else None
        if new_here and self.seating:
            self.seating.set_result(None)
            self.seating = None
        if self.joined:
            await self._show_chat(look.chat)
        is_asked = look.state["meter"].get("question") is not None
        await self.hearing.follow(look.period_id if self.joined else None, is_asked=is_asked)

    async def _send_state(self, state: dict) -> None:
        meter = {key: value for key, value in state["meter"].items() if key not in TICKING}
        shown = {**state, "now": None, "ice": None, "meter": meter}
        if "ice" in state or shown != self.shown:
            self.shown = shown
            await self.send_json(state)

    async def _meet(self, look: rooms.Look, *, again: bool) -> None:
        other = look.other if self.joined else None
        peer = (other.process, other.tab) if other else None
        if self.joined and (again or peer != self.peer):
            self.peer = peer
            polite = self.role == "payer"
            await self.say("peer", present=peer is not None, polite=polite, page=other.page if other else None)
        self.peer = peer

    async def _show_chat(self, now_there: rooms.Chat | None) -> None:
        """The lines that are new; all of them, after a `chat.begin`, where some are gone or another call has begun."""
        sent = self.chat
        if now_there is None or now_there == sent:
            return
        goes_on = sent is not None and sent.call_id == now_there.call_id
        new = await self._lines(now_there, after=sent.newest if goes_on else 0)
        if not goes_on or sent.number + len(new) != now_there.number:
            new = await self._lines(now_there) if goes_on else new
            await self.say("chat.begin", lines=len(new))
        for line in new:
            await self.say("chat", id=line.id, by=line.author_id, text=line.text, at=to_ms(line.sent_at))
            await asyncio.sleep(0)  # a long chat holds up nobody else
        self.chat = now_there

    async def _lines(self, there: rooms.Chat, *, after: int = 0) -> Sequence[ChatLine]:
        """Where there are none, as in each call that begins, nothing is asked."""
        if not there.number:
            return []
        return await self.database(chat.lines, call_id=there.call_id, after=after, upto=there.newest)

    # --- what the page says -------------------------------------------------------------------------------------

    async def handle(self, kind: str, expected: messages.Message, fields: dict, frame: str) -> None:
        if kind == "signal":
            self.check_role(expected)
            await self.relay(frame)
        else:
            await super().handle(kind, expected, fields, frame)

    def check_role(self, expected: messages.Message) -> None:
        if expected.role and expected.role != self.role:
            raise Refused("not_your_role")
        if expected.seat and not self.joined:
            raise Refused("not_joined")

    async def relay(self, frame: str) -> None:
        """No database here: the peer was found when a seat changed, and the text goes on as it came. What the other says can
        overtake the news that they are there, or in another tab; an answer to it must not be lost."""
        if self.looking and self.refreshing:
            await asyncio.wait({self.looking, self.refreshing}, return_when=asyncio.FIRST_COMPLETED)
        if self.peer is None:
            await asyncio.shield(self.refresh())
        if not self.joined:  # seen meanwhile: another tab has the seat
            raise Refused("not_joined")
        if self.peer is None:
            raise Refused("room.no_peer")
        process, tab = self.peer
        await self.hub.hand_over(process=process, tab=tab, text=frame)

    async def join(self, page: str = "") -> None:
        self.seating = seating = self.seating or self.loop.create_future()
        try:
            await self.database(
                rooms.join,
                room=self.room,
                user=self.person,
                process=self.hub.id,
                tab=self.tab,
                page=page or self.tab.hex,
                now=timezone.now(),
            )
        except BaseException:
            self.seating = None
            raise
        self.sat_down = True
        # The seat's own notice has come before this, and what it begins is not begun twice; nor does what the page says next,
        # which is for the other browser, wait for the chat or for what else is shown.
        if not seating.done():
            shown = self.refreshing or self.refresh()
            await asyncio.wait({shown, seating}, return_when=asyncio.FIRST_COMPLETED)
            if shown.done():
                shown.result()

    async def echo(self) -> None:
        """So that a page knows that it is heard: a dead socket can look open for long."""
        await self.say("echo")

    async def report(self, received: int, spoken: bool = False) -> None:
        await self.hearing.report(received, spoken=spoken)

    async def show_sign(self, what: str, on: bool) -> None:
        await self.database(rooms.sign, room=self.room, user=self.person, tab=self.tab, what=what, on=on)

    async def say_in_chat(self, text: str) -> None:
        await self.database(rooms.say_in_chat, room=self.room, user=self.person, text=text, now=timezone.now())

    async def erase_chat(self) -> None:
        await self.database(rooms.erase_chat, room=self.room)

    async def hang_up(self) -> None:
        await self.database(
            rooms.leave, room=self.room, user=self.person, tab=self.tab, now=timezone.now(), reason="hung_up"
        )

    async def ring(self, line: str = "") -> None:
        await self.database(
            _ring, counted=self.ringing_from, caller=self.person, expert=self.room.expert, line=line.strip()
        )

    async def report_and_leave(self) -> None:
        await self.database(rooms.report_and_leave, room=self.room, user=self.person, now=timezone.now())

    async def explain_report(self, words: str) -> None:
        await self.database(rooms.explain_report, room=self.room, user=self.person, words=words, now=timezone.now())

    def refusal(self, problem: Exception) -> Refused | None:
        match problem:
            case rooms.CannotRing():
                return Refused(f"ring.{problem.code}")
            case rooms.NoCall():
                return Refused("room.no_call")
            case rooms.CallOver():
                return Refused("call.over")
            case chat.BadChat():
                return Refused(f"chat.{problem.code}")
            case contacts.BadWords():
                return Refused(f"report.{problem.code}")
            case contacts.NotReported():
                return Refused("not_found")
            case metering.OfferRefused():
                return Refused(f"offer.{problem.code}", problem.text)
            case metering.MeterRefused():
                return Refused(f"meter.{problem.code}", problem.text)
        return None


def _ring(*, counted: guest_rings.Counted | None, **of_ring) -> None:
    guest_rings.check(counted)
    rooms.ring(now=timezone.now(), **of_ring)


@Prepared
def _rooms_of() -> QuerySet[Room]:
    person = number("person")
    mine = Room.objects.filter(Q(caller=person) | Q(expert=person), code=text("code"))
    return mine.select_related("caller", "expert")


def _room_of(person: User, code: str) -> Room | None:
    return _rooms_of.first(person=person.pk, code=code)
