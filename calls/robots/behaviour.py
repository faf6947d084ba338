"""What a robot does and when: pure, no sockets, no clock of its own.

It is told what arrived (`hear_page`, `hear_room`) and that time passed (`tick`), each with `now` in seconds of any
steady clock, and answers with what to do. The words are those of signalling/PROTOCOL.md; the transport is in runner.py.
"""

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
OFFER_OPEN = ("open", "adding_credit", "making_account")  # waits for the payer


@dataclass(frozen=True)
class Say:
    """Send `message` on the page socket or the room socket."""

    message: Message
    room: bool = True


@dataclass(frozen=True)
class Enter:
    """Open the room socket of `code`."""

    code: str


@dataclass(frozen=True)
class Leave:
    """Close the room socket and go back to waiting."""


Action = Say | Enter | Leave


@dataclass(frozen=True)
class Habits:
    """How this robot behaves; seconds throughout. `offers` is the kind of listing that it asks for."""

    offers: str = "per_minute"
    estimate: tuple[int, int] | None = None  # minutes, for a per-minute offer
    answer_after: float = 5.0  # so that a person signed in as the same expert can answer first
    offer_after: float = 12.0
    ready_after: float = 2.0
    free_talk_for: float = 180.0  # then it says goodbye
    offers_at_most: int = 3


@dataclass
class Robot:
    habits: Habits = field(default_factory=Habits)
    muted: bool = False
    paid: bool = False
    _answer_at: dict[int, float] = field(default_factory=dict)  # call -> when to answer it
    _answering: int | None = None
    _room: str | None = None
    _in_call: int | None = None
    _calm_since: float | None = None  # nothing asked, nothing paid, since then
    _offer_at: float | None = None
    _offers_sent: int = 0
    _offer_open: bool = False
    _ready_at: float | None = None
    _period: int | None = None
    _listing: int | None = None

    # --- the page socket: ringing -------------------------------------------------------------------------------
    def hear_page(self, message: Message, now: float) -> list[Action]:
        match message.get("type"):
            case "ping":
                return [Say({"type": "pong"}, room=False)]
            case "rings":
                self._hear_rings(message, now)
            case "ring.answered" if message["call"] == self._answering:
                self._answering = None
                return self._enter(message["room"])
            case "error":
                self._answering = None  # somebody else was quicker, or the caller gave up
        return []

    def _hear_rings(self, message: Message, now: float) -> None:
        """A ring that is no longer told is over: answered in another window, or given up."""
        ringing = {ring["call"] for ring in message["incoming"]}
        self._answer_at = {call: at for call, at in self._answer_at.items() if call in ringing}
        for call in ringing - set(self._answer_at) - {self._answering}:
            self._answer_at[call] = now + self.habits.answer_after

    def _enter(self, code: str) -> list[Action]:
        self._forget_call()
        self._room = code
        return [Enter(code)]

    def page_lost(self) -> None:
        """The page socket closed: what rang is told anew after the next hello."""
        self._answer_at.clear()
        self._answering = None

    # --- the room socket: the talk ------------------------------------------------------------------------------
    def hear_room(self, message: Message, now: float) -> list[Action]:
        match message.get("type"):
            case "ping":
                return [Say({"type": "pong"})]
            case "replaced":  # a person who is signed in as the same expert took the seat
                return self._leave()
            case "state":
                return self._hear_state(message, now)
            case "error" if message.get("re") == "join":  # the call was over before it came
                return self._leave()
            case "error" if message.get("re") == "offer.send":
                self._offer_at, self._offers_sent = None, self.habits.offers_at_most
        return []

    def _hear_state(self, state: Message, now: float) -> list[Action]:
        call = state.get("call")
        if call and call["state"] in ("ended", "declined", "missed", "cancelled"):
            return self._leave()
        if not call or call["state"] != "live":
            return []
        if self._in_call != call["id"]:
            self._in_call, self._calm_since = call["id"], now
            self._offer_at = now + self.habits.offer_after
        self._listing = self._choose_listing(state.get("listings") or [])
        self._hear_offer(state.get("offer"), now)
        self._hear_meter(state["meter"], now)
        return []

    def _choose_listing(self, listings: list[Message]) -> int | None:
        wanted = [listing["id"] for listing in listings if listing["kind"] == self.habits.offers]
        return wanted[0] if wanted else None

    def _hear_offer(self, offer: Message | None, now: float) -> None:
        """Refused once, it never asks again; an offer that ran out, or was never paid for, may be tried once more."""
        was_open, self._offer_open = self._offer_open, bool(offer and offer["state"] in OFFER_OPEN)
        if self._offer_open:
            self._calm_since = None
        elif was_open:
            refused = bool(offer and offer["state"] == "refused")
            self._calm_since = self._calm_since or now
            self._offer_at = None if refused else now + 2 * self.habits.offer_after

    def _hear_meter(self, meter: Message, now: float) -> None:
        was_paid, self.paid = self.paid, meter["state"] != "free"
        self.muted = bool(meter.get("muted"))
        self._period = meter.get("period")
        if self.paid:
            self._calm_since = self._offer_at = None
        elif was_paid:
            self._calm_since = now
            ended_by_cap = ((meter.get("last") or {}).get("end_reason")) == "cap"
            self._offer_at = now + self.habits.offer_after if ended_by_cap else None
        elif self._calm_since is None and not self._offer_open:
            self._calm_since = now
        if meter.get("needs") != "ready":
            self._ready_at = None
        elif self._ready_at is None:
            self._ready_at = now + self.habits.ready_after

    def give_up(self) -> list[Action]:
        """The room does not let it in."""
        return self._leave()

    # --- time passes --------------------------------------------------------------------------------------------
    def tick(self, now: float) -> list[Action]:
        if self._room is None:
            return self._tick_ringing(now)
        if self._ready_at is not None and now >= self._ready_at:
            self._ready_at = None
            return [Say({"type": "meter.ready", "period": self._period})]
        if self._may_offer(now):
            return self._send_offer()
        if self._calm_since is not None and now >= self._calm_since + self.habits.free_talk_for:
            return [Say({"type": "hangup"}), *self._leave()]
        return []

    def _tick_ringing(self, now: float) -> list[Action]:
        due = [call for call, at in self._answer_at.items() if now >= at]
        if not due or self._answering is not None:
            return []
        self._answering = due[0]
        del self._answer_at[due[0]]
        return [Say({"type": "ring.answer", "call": due[0]}, room=False)]

    def _may_offer(self, now: float) -> bool:
        return (
            self._offer_at is not None
            and now >= self._offer_at
            and not self._offer_open
            and not self.paid
            and self._listing is not None
            and self._offers_sent < self.habits.offers_at_most
        )

    def _send_offer(self) -> list[Action]:
        self._offer_at = None
        self._offers_sent += 1
        offer: Message = {"type": "offer.send", "listing": self._listing}
        if self.habits.estimate and self.habits.offers == "per_minute":
            offer["estimate"] = list(self.habits.estimate)
        return [Say(offer)]

    def _leave(self) -> list[Action]:
        self._room = None
        self._forget_call()
        return [Leave()]

    def _forget_call(self) -> None:
        self.muted = self.paid = self._offer_open = False
        self._in_call = self._calm_since = self._offer_at = self._ready_at = self._period = self._listing = None
        self._offers_sent = 0
