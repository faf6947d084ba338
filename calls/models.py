"""Every table of the calls."""

from calls.conversations.models import Message
from calls.metering.models import CapRaise, FreeTime, Hearing, Offer, PaidPeriod, Stop, StoredTime
from calls.notices.models import Process
from calls.orders.models import WorkOrder
from calls.rooms.models import Call, Room, Seat

__all__ = [
    "Call",
    "CapRaise",
    "FreeTime",
    "Hearing",
    "Message",
    "Offer",
    "PaidPeriod",
    "Process",
    "Room",
    "Seat",
    "Stop",
    "StoredTime",
    "WorkOrder",
]
