"""The page socket: presence of the experts on the page, ringing, asking, and waiting. On every page, for visitors too."""

import json
import re
from collections.abc import Set
from datetime import datetime
from sys import intern

from channels.db import database_sync_to_async
from django.utils import timezone

from calls.asking import services as asking
from calls.contacts import services as contacts
from calls.metering import services as metering
from calls.metering.moments import to_ms
from calls.rooms import services as rooms
from calls.rooms.models import Ask, Call
from calls.signalling import arrivals, guest_rings, messages, watching
from calls.signalling.errors import Refused
from calls.signalling.sockets import Socket, asked_for
from calls.waiting import services as waiting
from marketplace.accounts.models import User
from marketplace.experts.services import NOT_THERE

NOBODY: Set[int] = frozenset()
LEAVES_S = 1.0  # so long a page that answered, and goes to the room, is told nothing of its rings
SLUG = re.compile(r"[A-Za-z0-9_-]{1,80}")


class PageSocket(Socket):
    __slots__ = ("arrived_at", "awaited", "leaves", "shown", "slug", "watched")

    table = messages.PAGE_MESSAGES
    handlers = {
        "pong": "pong",
        "watch": "watch",
        "ring.terms": "show_terms",
        "ring": "ring",
        "ring.cancel": "cancel",
        "ring.answer": "answer",
        "ring.decline": "decline",
        "ring.back": "ring_back",
        "wait": "wait",
        "wait.leave": "leave_line",
        "ask": "ask_now",
        "ask.cancel": "cancel_ask",
    }

    def __init__(self) -> None:
        super().__init__()
        self.watched: Set[int] = NOBODY
        self.awaited: Set[int] = NOBODY  # the experts for whom this member waits
        self.arrived_at = None
        self.leaves = False
        self.shown = ""  # what was said of the rings last, but for the time
        # Of the profile that the page shows: with its link an expert can be asked after who is found by no list.
        self.slug = ""

    async def ask(self, scope: dict) -> bool:
        said = asked_for(scope, "profile")
        self.slug = said if SLUG.fullmatch(said) else ""
        return await super().ask(scope)

    async def opened(self) -> None:
        await self.say("hello", now=to_ms(timezone.now()), member=self.member.id if self.member else None)
        if self.person:
            self.arrived_at = await arrivals.arrive(hub=self.hub, user=self.person)
            self.hub.listen(self, "member", self.person.id)
            await self.refresh()

    async def closed(self) -> None:
        if self.arrived_at:
            arrivals.depart(hub=self.hub, user=self.person, process=self.arrived_at, was_silent=self.was_silent)

    def hear(self, topic: str, about: int) -> None:
        if topic == "watchers" and about in self.watched:
            watching.of(self.hub).note(self, about)
        if (topic == "member" or about in self.awaited) and not self.leaves:
            self.refresh()

    def stay(self) -> None:
        """Whatever it was not told meanwhile."""
        self.leaves = False
        if not self.closing:
            self.refresh()

    async def show(self) -> None:
        rings = await self.database(_rings, user=self.person, now=timezone.now())
        self._follow(self.watched, {entry["expert"]["id"] for entry in rings["waiting"]} or NOBODY)
        shown = intern(json.dumps({**rings, "now": None}))  # of most pages it is the same: nobody rings
        if shown != self.shown:
            self.shown = shown
            await self.send_json(rings)

    # --- presence -----------------------------------------------------------------------------------------------

    async def watch(self, experts: list[int]) -> None:
        come_upon, seen_by = (database_sync_to_async(work) for work in (contacts.come_upon, contacts.seen_by))
        # Of nobody else is even heard that something changed: when somebody comes and goes is told by that alone.
        self._follow(await come_upon(person=self.person, expert_ids=experts, slug=self.slug), self.awaited)
        seen = await seen_by(person=self.person, expert_ids=self.watched)
        seen = {expert: seen.get(expert, NOT_THERE) for expert in sorted(set(experts))}
        if seen:
            await self.send_text(watching.message(watching.pieces(seen)))

    def _follow(self, watched: Set[int], awaited: Set[int]) -> None:
        """Presence is news for whom the page shows, and for the places of whoever waits."""
        before, after = self.watched | self.awaited, watched | awaited
        for expert in before - after:
            self.hub.ignore(self, "watchers", expert)
        for expert in after - before:
            self.hub.listen(self, "watchers", expert)
        self.watched, self.awaited = watched, awaited

    def lose(self, expert: int) -> None:
        """It does not even hear that something of this expert changed: when somebody comes and goes is told by that alone."""
        self._follow(self.watched - {expert}, self.awaited)

    def shows(self, expert: int) -> bool:
        return expert in self.watched and not self.closing

    # --- ringing ------------------------------------------------------------------------------------------------

    async def show_terms(self, expert: int) -> None:
        shown = await self.database(_terms, caller=self.member, expert_id=expert, slug=self.slug)
        await self.say("ring.terms", expert=expert, **shown)

    async def ring(self, expert: int, line: str, agreed: dict | None = None) -> None:
        if agreed and self.member is None:
            raise Refused("guest")
        agreement = rooms.Agreement(**agreed) if agreed else None
        rung = {"expert_id": expert, "slug": self.slug, "line": line, "agreed": agreement}
        call = await self.database(_ring, counted=self.ringing_from, caller=self.person, **rung)
        await self.say("ring.ringing", call=call.id, room=call.room.code)

    async def cancel(self, call: int) -> None:
        await self.database(rooms.cancel, call_id=call, by=self.person, now=timezone.now())

    async def answer(self, call: int) -> None:
        self.leaves = True
        try:
            answered = await self.database(rooms.answer, call_id=call, by=self.member, now=timezone.now())
        except BaseException:
            self.stay()
            raise
        await self.say("ring.answered", call=answered.id, room=answered.room.code)
        self.loop.call_later(LEAVES_S, self.stay)

    async def decline(self, call: int) -> None:
        await self.database(rooms.decline, call_id=call, by=self.member, now=timezone.now())

    async def ring_back(self, member: int) -> None:
        call = await self.database(_ring_back, expert=self.member, member_id=member)
        await self.say("ring.ringing", call=call.id, room=call.room.code)

    # --- waiting ------------------------------------------------------------------------------------------------

    async def wait(self, expert: int, line: str) -> None:
        await self.database(_wait, member=self.member, expert_id=expert, slug=self.slug, line=line)

    async def leave_line(self, expert: int) -> None:
        await self.database(waiting.leave, member=self.member, expert_id=expert)

    # --- asking -------------------------------------------------------------------------------------------------

    async def ask_now(self, category: str, line: str, max_rate_minor: int | None = None) -> None:
        asked = {"category": category, "line": line, "max_rate_minor": max_rate_minor}
        made = await self.database(_ask, counted=self.ringing_from, caller=self.person, **asked)
        await self.say("ask.ringing", ask=made.id, rung=made.rung)

    async def cancel_ask(self, ask: int) -> None:
        await self.database(asking.cancel, ask_id=ask, by=self.person, now=timezone.now())

    def refusal(self, problem: Exception) -> Refused | None:
        match problem:
            case asking.CannotAsk():
                return Refused(f"ask.{problem.code}")
            case rooms.CallTaken():
                return Refused("call.taken")
            case rooms.CannotRing() | waiting.CannotWait():
                return Refused(f"ring.{problem.code}")
            case rooms.CallOver():
                return Refused("call.over")
            case metering.OfferRefused():
                return Refused(f"offer.{problem.code}", problem.text)
            case Call.DoesNotExist() | Ask.DoesNotExist():
                return Refused("not_found")
        return None


def _rings(user: User, now: datetime) -> dict:
    return {**rooms.rings_state(user=user, now=now), "asking": asking.asking_state(user=user, now=now)}


def _ask(counted: guest_rings.Counted | None, caller: User, **asked) -> Ask:
    guest_rings.check(counted)
    return asking.ask(caller=caller, now=timezone.now(), **asked)


def _terms(caller: User, expert_id: int, slug: str) -> dict:
    return metering.card(caller=caller, expert=_expert(caller, expert_id, slug), now=timezone.now())


def _ring(
    counted: guest_rings.Counted | None,
    caller: User,
    expert_id: int,
    slug: str,
    line: str,
    agreed: rooms.Agreement | None,
) -> Call:
    guest_rings.check(counted)
    expert = _expert(caller, expert_id, slug)
    return rooms.ring(caller=caller, expert=expert, line=line.strip(), now=timezone.now(), agreed=agreed)


def _expert(person: User, expert_id: int, slug: str) -> User:
    """Whose number it is, if `person` may ask after it. All others look the same. Raises CannotRing: not_an_expert."""
    if expert_id not in contacts.come_upon(person=person, expert_ids=[expert_id], slug=slug):
        raise rooms.CannotRing("not_an_expert")
    return User.objects.get(id=expert_id)


def _ring_back(expert: User, member_id: int) -> Call:
    member = User.objects.filter(id=member_id).first()
    if member is None:
        raise rooms.CannotRing("not_waiting")
    return rooms.ring_back(expert=expert, member=member, now=timezone.now())


def _wait(member: User, expert_id: int, slug: str, line: str) -> None:
    expert = _expert(member, expert_id, slug)
    waiting.wait(member=member, expert=expert, line=line.strip(), now=timezone.now())
