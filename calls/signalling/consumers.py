"""The two kinds of sockets, for the routing: one class per concern."""

from calls.signalling.page import PageSocket
from calls.signalling.room import RoomSocket

__all__ = ["PageSocket", "RoomSocket"]
