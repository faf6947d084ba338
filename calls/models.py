"""Every table of the calls."""

from calls.contacts.models import Block, FreeCaller, Report
from calls.conversations.models import ChatLine, Message
from calls.metering.models import CapRaise, FreeTime, Hearing, Offer, PaidPeriod, Stop, StoredTime
from calls.notices.models import Process
from calls.orders.models import WorkOrder
from calls.rooms.models import Ask, Attendance, Call, Room, Seat
from calls.waiting.models import Waiting

__all__ = [
    "Ask",
    "Attendance",
    "Block",
    "Call",
    "CapRaise",
    "ChatLine",
    "FreeCaller",
    "FreeTime",
    "Hearing",
    "Message",
    "Offer",
    "PaidPeriod",
    "Process",
    "Report",
    "Room",
    "Seat",
    "Stop",
    "StoredTime",
    "Waiting",
    "WorkOrder",
]
