"""The verbs of *Ask now*. Whom it rings is in choosing.py, what pages show of it in states.py; that one answer ends the other
rings is a rule of rooms (rooms/together.py)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from calls.asking import choosing
from calls.asking.states import asking_state
from calls.rooms import ending, in_vain, ringing, together
from calls.rooms.errors import CallOver, CannotRing, Refused
from calls.rooms.models import Ask
from marketplace.accounts.models import User
from marketplace.experts.models import Category

__all__ = ["CannotAsk", "ask", "asking_state", "cancel"]

HOUR = timedelta(hours=1)


class CannotAsk(Refused):
    """Nothing was changed. `code`: empty, no_category, nobody, asking, too_many."""


def ask(*, caller: User, category: str, line: str, max_rate_minor: int | None, now: datetime) -> Ask:
    """Rings up to ASKED_MAX reachable experts of the category (its slug) for RING_S, at rates up to the highest (None: any).

    Raises CannotAsk, CannotRing (already_in_call, too_many_in_vain), and ValueError for a highest rate that no listing may have.
    """
    if max_rate_minor is not None and not 0 < max_rate_minor <= settings.RATE_MINOR_VERIFIED_MAX:
        raise ValueError(f"{max_rate_minor} is no highest rate: 1 to {settings.RATE_MINOR_VERIFIED_MAX}")
    line = line.strip()
    if not line:
        raise CannotAsk("empty")
    found = Category.objects.open().filter(slug=category).first()
    if found is None:
        raise CannotAsk("no_category")
    _check_number(caller, now)
    experts = choosing.reachable(caller=caller, category=found, max_rate_minor=max_rate_minor)
    with transaction.atomic():
        ringing.lock(caller, *experts)
        ringing.settle(caller, now)
        _check(caller, now)
        rung = [expert for expert in experts if _can_be_rung(caller, expert, now)][: settings.ASKED_MAX]
        if not rung:
            raise CannotAsk("nobody")
        highest = {} if max_rate_minor is None else {"max_rate_minor": max_rate_minor, "currency": settings.CURRENCY}
        made = Ask.objects.create(caller=caller, category=found, rung=len(rung), asked_at=now, **highest)
        for expert in rung:
            ending.tell(call=ringing.start(caller, expert, line, now, ask=made))
        return made


def _check(caller: User, now: datetime) -> None:
    """Under the caller's lock."""
    mine = ringing.open_calls(caller)
    if mine.filter(ask__isnull=False, ask__caller=caller, ask__state=Ask.State.RINGING).exists():
        raise CannotAsk("asking")
    if mine.exists():
        raise CannotRing("already_in_call")
    _check_number(caller, now)
    in_vain.check_hour(ringer=caller, now=now)


def _check_number(caller: User, now: datetime) -> None:
    if Ask.objects.filter(caller=caller, asked_at__gt=now - HOUR).count() >= settings.ASKS_PER_HOUR:
        raise CannotAsk("too_many")


def _can_be_rung(caller: User, expert: User, now: datetime) -> bool:
    try:
        ringing.check_expert(caller, expert, now)
    except CannotRing:
        return False
    return True


def cancel(*, ask_id: int, by: User, now: datetime) -> None:
    """Raises Ask.DoesNotExist for anybody but who asked, CallOver when it was answered first, or rings no more."""
    asked = Ask.objects.get(id=ask_id, caller=by)
    with transaction.atomic():
        if not together.cancel(ask=asked, now=now):
            raise CallOver
