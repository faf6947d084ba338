"""The verbs of waiting: *Wait in line*, *Tell me when free* and *Call me back* are one. Turns begin and end in turns.py, what
people read is in states.py."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from calls.contacts import services as contacts
from calls.rooms import admission
from calls.waiting import line as lines
from calls.waiting.models import Waiting
from calls.waiting.states import entry_of, lines_of, waiting_for, waiting_state
from calls.waiting.turns import sweep, take_out, whose_turn
from marketplace.accounts.models import User

__all__ = [
    "CannotWait",
    "entry_of",
    "leave",
    "lines_of",
    "sweep",
    "wait",
    "waiting_for",
    "waiting_state",
    "whose_turn",
]


class CannotWait(Exception):
    """Nothing was changed. `code`: self, not_an_expert, you_blocked, members_only, credit_needed, not_known,
    in_many_lines."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def wait(*, member: User, expert: User, line: str, now: datetime) -> Waiting:
    """The last place in the expert's line; who waits already keeps their place, and may say anew what it is about.

    Who was blocked waits too, and is never told (Waiting). Raises CannotWait.
    """
    if member.pk == expert.pk:
        raise CannotWait("self")
    if member.is_guest:
        raise CannotWait("members_only")  # nobody could tell them by mail
    with transaction.atomic():
        lines.lock(member.pk, expert.pk)
        if not contacts.may_see(person=member, expert=expert):
            raise CannotWait("not_an_expert")
        if code := admission.refusal(caller=member, expert=expert):
            raise CannotWait(code)
        entry = Waiting.objects.filter(member=member, expert=expert).first()
        if entry is None:
            entry = _new_entry(member, expert, line, now)
        elif line:
            entry.line = line
            Waiting.objects.filter(pk=entry.pk).update(line=line)
        lines.tell(expert.pk, [entry])
        return entry


def _new_entry(member: User, expert: User, line: str, now: datetime) -> Waiting:
    if Waiting.objects.filter(member=member).count() >= settings.LINES_AT_ONCE_MAX:
        raise CannotWait("in_many_lines")
    is_free = lines.is_free(expert)
    return Waiting.objects.create(member=member, expert=expert, line=line, since=now, may_have_turn=not is_free)


def leave(*, member: User, expert_id: int) -> None:
    """*Leave the line*, *Not now*, or the two ring. Who waits no longer leaves nothing."""
    if entry := Waiting.objects.filter(member=member, expert=expert_id).first():
        take_out(entry)
