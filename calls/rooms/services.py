"""The verbs of rooms."""

from calls.rooms.admission import refusal
from calls.rooms.errors import CallOver, CannotRing, NoCall
from calls.rooms.ringing import answer, cancel, decline, open_calls, ring
from calls.rooms.rings import rings_state
from calls.rooms.seating import explain_report, join, leave, open_call, report_and_leave, sign
from calls.rooms.states import Look, look, room_state
from calls.rooms.sweep import reap, sweep

__all__ = [
    "CallOver",
    "CannotRing",
    "Look",
    "NoCall",
    "answer",
    "cancel",
    "decline",
    "explain_report",
    "join",
    "leave",
    "look",
    "open_call",
    "open_calls",
    "reap",
    "refusal",
    "report_and_leave",
    "ring",
    "rings_state",
    "room_state",
    "sign",
    "sweep",
]
