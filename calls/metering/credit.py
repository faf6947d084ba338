"""A call uses up credit and says so; when the wallet has filled it up, the call's pages hear of it."""

from datetime import datetime
from typing import Any

from calls.metering.models import PaidPeriod
from calls.notices.services import tell_room
from calls.rooms.models import Call
from payouts.cards import services as cards

CAUSE = "call:"  # one automatic top-up a call, however many paid periods it has


def used(period: PaidPeriod, *, now: datetime) -> None:
    """To be called in the transaction that held or captured. The cap stays what the payer accepted, whatever comes of it."""
    cards.after_spending(member=period.payer, cause=f"{CAUSE}{period.call_id}", now=now)


def filled_up(payload: dict[str, Any], *, key: str) -> None:
    """The outbox's handler of cards.FILLED_UP: the pages ask for their state anew, and show the credit."""
    if payload["cause"].startswith(CAUSE):
        for call in Call.objects.filter(pk=payload["cause"].removeprefix(CAUSE)):
            tell_room(room_id=call.room_id)
