"""The verbs of rooms."""

from calls.rooms.errors import CallOver, CannotRing, NoCall
from calls.rooms.ringing import answer, cancel, decline, ring
from calls.rooms.rings import rings_state
from calls.rooms.seating import join, leave, open_call
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
    "join",
    "leave",
    "look",
    "open_call",
    "reap",
    "ring",
    "rings_state",
    "room_state",
    "sweep",
]
