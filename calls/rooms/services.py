"""The verbs of rooms."""

from calls.rooms.admission import refusal
from calls.rooms.errors import CallOver, CallTaken, CannotRing, NoCall
from calls.rooms.forgetting import forget_name, forget_words, guests_gone_since
from calls.rooms.ringing import Agreement, answer, cancel, decline, open_calls, ring, ring_back
from calls.rooms.rings import rings_state
from calls.rooms.seating import (
    erase_chat,
    explain_report,
    join,
    leave,
    open_call,
    report_and_leave,
    say_in_chat,
    seated_in,
    sign,
)
from calls.rooms.states import Chat, Look, look, room_state
from calls.rooms.sweep import reap, renew_hours, sweep, turn_presence
from calls.rooms.together import TAKEN

__all__ = [
    "TAKEN",
    "Agreement",
    "CallOver",
    "CallTaken",
    "CannotRing",
    "Chat",
    "Look",
    "NoCall",
    "answer",
    "cancel",
    "decline",
    "erase_chat",
    "explain_report",
    "forget_name",
    "forget_words",
    "guests_gone_since",
    "join",
    "leave",
    "look",
    "open_call",
    "open_calls",
    "reap",
    "refusal",
    "renew_hours",
    "report_and_leave",
    "ring",
    "ring_back",
    "rings_state",
    "room_state",
    "say_in_chat",
    "seated_in",
    "sign",
    "sweep",
    "turn_presence",
]
