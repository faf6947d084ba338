"""Experts of one category, and what becomes of an ask."""

from datetime import datetime, timedelta

from calls.asking import services as asking
from calls.rooms import services as rooms
from calls.rooms.models import Ask, Call
from marketplace.accounts.models import User
from tests import cast

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RING = timedelta(seconds=45)
CATEGORY = "money"


def experts(count: int, **fields) -> list[User]:
    """So many, free now; a test's others are of another name."""
    return [cast.online(cast.expert(f"Expert{number} Test", **fields)) for number in range(count)]


def ask(caller: User, now: datetime, *, line: str = "My lease ends", category: str = CATEGORY, max_rate=None) -> Ask:
    return asking.ask(caller=caller, category=category, line=line, max_rate_minor=max_rate, now=now)


def answer_to(caller: User, now: datetime, **how) -> str:
    """How many it rings at, or why it does not."""
    try:
        return str(ask(caller, now, **how).rung)
    except rooms.CannotRing as refused:
        return f"ring.{refused.code}"
    except asking.CannotAsk as refused:
        return refused.code


def rung(asked: Ask) -> set[User]:
    return {call.expert for call in asked.calls.select_related("expert")}


def ring_at(asked: Ask, expert: User) -> Call:
    return asked.calls.get(expert=expert)


def states(asked: Ask) -> dict[str, int]:
    """How many of its rings are in which state."""
    found: dict[str, int] = {}
    for call in asked.calls.all():
        found[call.state] = found.get(call.state, 0) + 1
    return found
