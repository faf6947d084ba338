"""Who can be called now. Verbs return whether what others see has changed, so that the caller can tell those who watch.

A member is here while some server process holds a socket of theirs (`Connection`). An expert's `Presence` row says what
follows from that: what they chose and quiet hours win over all tabs, then *busy* while in a call, then *free* while here.

A state that is no longer true is corrected within a minute, whatever failed (the times are the settings'):

- a page that closes, a browser that crashes: its socket closes with it; away after AWAY_AFTER_S.
- a computer that sleeps, a network that is lost: nothing closes. No ping is answered: after SOCKET_SILENCE_S, looked at each
  SOCKET_PING_S, the socket is closed, and who had no other is away at once, for they were silent as long already.
- a server that dies: its lease is LEASE_DEAD_S old, which a worker looks for each second. Pages come back to other servers.
- a server that is only cut off finds its lease gone and drops its sockets.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, time
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.dispatch import Signal

from marketplace.accounts.models import User
from marketplace.experts import hours, quiet
from marketplace.experts.models import Connection, Presence, Profile, Visibility, WeeklyHours
from marketplace.prepared import Prepared, number

log = logging.getLogger(__name__)

State, Choice = Presence.State, Presence.Choice
SEEN_AWAY = (Choice.AWAY, Choice.INVISIBLE)
TURNS_AT_ONCE = 50
A_GUEST = 0  # nobody's id
# `user_id` of an expert whose `next_free_at` is another now. Sent in the transaction that saves it; for search, which lies above.
next_free_changed = Signal()


class Seen(NamedTuple):
    """What others see of a member; `back_at` of an expert who is away and said when they can be called again. `is_private`: only
    some see it (contacts.seeing)."""

    state: str
    back_at: datetime | None
    is_private: bool = False


NOT_THERE = Seen(str(State.AWAY), None)


def arrived(*, user: User, process: UUID) -> bool:
    """`process` holds a socket of this member. True if others now see another state."""
    Connection.objects.bulk_create([Connection(user=user, process=process)], ignore_conflicts=True)
    return refresh(user=user)


def left(*, user: User, process: UUID) -> bool:
    """The last socket of this member on `process` closed AWAY_AFTER_S ago. True if others now see another state."""
    Connection.objects.filter(user=user, process=process).delete()
    return refresh(user=user)


def process_died(*, process: UUID) -> list[int]:
    """Nobody is here by way of `process` any more. The ids of the experts whose state changed."""
    gone = Connection.objects.filter(process=process)
    users = list(User.objects.filter(connections__process=process).distinct())
    gone.delete()
    return [user.id for user in users if refresh(user=user)]


def set_in_call(*, user: User, in_call: bool, has_answered: bool = False) -> bool:
    """`has_answered`: as `note_ring_answered`, in the same step."""
    heard = {"missed_rings": []} if has_answered else {}
    return _change(user, in_call=in_call, **heard)


def choose(*, user: User, chosen: str, now: datetime, until: datetime | None = None) -> bool:
    """The expert's own word, which wins over whatever is open, `until` then or until they choose anew. Who chooses to be seen
    here is so in quiet hours too, until those begin anew. The count of missed rings starts anew. Raises ValueError for what is
    no Choice."""
    choice = Choice(chosen)
    fields = {"chosen": choice, "chosen_until": None if choice == Choice.FREE else until, "missed_rings": []}
    return _change(user, now, **fields) if choice in SEEN_AWAY else _change(user, now, **fields, is_quiet=False)


def choose_quiet_hours(*, user: User, start: time | None, end: time | None, zone: str, now: datetime) -> bool:
    """Every day from `start` to `end` in `zone` nobody can ring; None and None: no such hours. Raises quiet.BadHours."""
    hours = quiet.checked(start, end, zone)
    is_quiet = hours is not None and quiet.is_within(hours, now)
    return _change(user, now, quiet_from=start, quiet_to=end, quiet_zone=zone if hours else "", is_quiet=is_quiet)


def choose_weekly_hours(*, user: User, week: hours.Week | None, now: datetime) -> bool:
    """When they can usually be called, as hours.checked gave it; None: they do not say."""
    with transaction.atomic():
        if week is None:
            WeeklyHours.objects.filter(user=user).delete()
        else:
            WeeklyHours.objects.update_or_create(user=user, defaults={"zone": week.zone, "days": week.days})
        return _change(user, now)


def renew_next_free(*, user_ids: Iterable[int], now: datetime) -> None:
    """When those of these experts of whom it has passed are next there. Nothing is sent: who asks keeps the rest in step."""
    with transaction.atomic():
        passed = Presence.objects.select_for_update().filter(user__in=list(user_ids), next_free_at__lte=now)
        presences = list(passed.order_by("pk"))
        weeks = _weeks([presence.pk for presence in presences])
        for presence in presences:
            presence.next_free_at = _next_free_at(presence, weeks.get(presence.pk), now)
        Presence.objects.bulk_update(presences, ["next_free_at"])


def turn(*, now: datetime) -> list[int]:
    """Quiet hours begin and end, and a choice whose time is over. The ids of the experts whose state changed.

    At most TURNS_AT_ONCE, the most overdue first: on the stroke of ten it is everybody's turn, and meters must not wait for them.
    """
    due = Presence.objects.filter(turns_at__lte=now).select_related("user").order_by("turns_at", "pk")
    turned = []
    for presence in due[:TURNS_AT_ONCE]:
        try:
            if _turn(presence.user, now):
                turned.append(presence.user_id)
        except Exception:
            log.exception("An expert's presence could not turn and will be tried again")
    return turned


def _turn(user: User, now: datetime) -> bool:
    with transaction.atomic():
        presence = Presence.objects.select_for_update().filter(user=user, turns_at__lte=now).first()
        if presence is None:
            return False  # another worker's
        hours = presence.quiet_hours
        is_quiet = hours is not None and quiet.is_within(hours, now)
        if presence.chosen_until and presence.chosen_until <= now:
            return _change(user, now, chosen=Choice.FREE, chosen_until=None, is_quiet=is_quiet)
        return _change(user, now, is_quiet=is_quiet)


def note_ring_answered(*, user: User) -> bool:
    """An answer, even a no, shows that somebody is there: missed rings are no longer in a row."""
    return _change(user, missed_rings=[])


def note_missed_ring(*, user: User, caller: User) -> bool:
    """Two missed rings in a row from different callers set the expert away (PRODUCT.md, *Ring*).

    All guests together are one caller: a second window makes a second guest, and one person would set anybody away.
    """
    who = A_GUEST if caller.is_guest else caller.id
    with transaction.atomic():
        presence = Presence.objects.select_for_update().filter(user=user).first()
        if presence is None:
            return False
        if any(missed != who for missed in presence.missed_rings):
            return _change(user, chosen=Choice.AWAY, chosen_until=None, missed_rings=[])
        return _change(user, missed_rings=[who])


def refresh(*, user: User) -> bool:
    """Works the state out anew, and makes the row for an expert who has none yet. True if it changed."""
    return _change(user)


def _change(user: User, now: datetime | None = None, **fields: Any) -> bool:
    """Writes `fields` and the state that follows, under a lock: two processes may hear of the same member at once.

    With `now` also when time alone will change something: to be given with what that depends on.
    """
    with transaction.atomic():
        presence = Presence.objects.select_for_update().filter(user=user).first()
        if presence is None:
            if not Profile.objects.filter(user=user).exists():
                return False  # nobody looks at the presence of somebody who is no expert
            presence, _ = Presence.objects.get_or_create(user=user)
        kept = ("state", "turns_at", "next_free_at", *fields)
        before = [getattr(presence, name) for name in kept]
        seen, next_free_at = _seen(presence), presence.next_free_at
        for name, value in fields.items():
            setattr(presence, name, value)
        presence.state = _follows(presence)
        if now:
            presence.turns_at = _turns_at(presence, now)
            presence.next_free_at = _next_free_at(presence, _weeks([user.pk]).get(user.pk), now)
        elif _says_nothing(presence):
            presence.next_free_at = None
        if before != [getattr(presence, name) for name in kept]:
            presence.save()
        if presence.next_free_at != next_free_at:
            next_free_changed.send(Presence, user_id=user.pk, next_free_at=presence.next_free_at)
        return _seen(presence) != seen


def _follows(presence: Presence) -> str:
    if presence.chosen in SEEN_AWAY or presence.is_quiet:
        return State.AWAY
    if presence.in_call:
        return State.BUSY
    if not Connection.objects.filter(user_id=presence.user_id).exists():
        return State.AWAY
    return State.FREE if presence.chosen == Choice.FREE else State.BUSY


def _turns_at(presence: Presence, now: datetime) -> datetime | None:
    hours = presence.quiet_hours
    turns = [presence.chosen_until, quiet.next_change(hours, now) if hours else None]
    return min((moment for moment in turns if moment), default=None)


def _next_free_at(presence: Presence, week: hours.Week | None, now: datetime) -> datetime | None:
    """Who comes back at a moment they named is there from then on, as far as their hours let them; of whom else is away in their
    hours the next ones are meant."""
    if _says_nothing(presence):
        return None
    quiet_hours, until = presence.quiet_hours, presence.chosen_until if presence.chosen == Choice.AWAY else None
    if until and until > now:
        if week:
            return hours.first_within(week, quiet_hours, until)
        shut = quiet_hours and quiet.is_within(quiet_hours, until)
        return quiet.next_change(quiet_hours, until) if quiet_hours and shut else until
    if week:
        return hours.next_beginning(week, quiet_hours, now)
    return quiet.next_change(quiet_hours, now) if quiet_hours and presence.is_quiet else None


def _says_nothing(presence: Presence) -> bool:
    """Of coming back. Who is invisible looks like whoever is just not here, whose hours are known, or it could be told."""
    return presence.chosen == Choice.AWAY and presence.chosen_until is None


def _weeks(user_ids: Iterable[int]) -> dict[int, hours.Week]:
    return {row.pk: row.week for row in WeeklyHours.objects.filter(user__in=user_ids)}


def _seen(presence: Presence) -> Seen:
    return Seen(presence.state, presence.back_at)


def state(user: User) -> str:
    return seen([user.id])[user.id].state


def seen(user_ids: Iterable[int]) -> dict[int, Seen]:
    """`free`, `busy` or `away` of each; people who are no published experts are `away`."""
    wanted = list(user_ids)
    if not wanted:
        return {}
    found = _of_experts(len(wanted)).ask(**{f"user_{at}": user_id for at, user_id in enumerate(wanted)})
    known = {
        presence.user_id: _seen(presence)._replace(is_private=presence.visibility == Visibility.PRIVATE)
        for presence in found
    }
    return {user_id: known.get(user_id, NOT_THERE) for user_id in wanted}


@lru_cache(maxsize=128)
def _of_experts(people: int) -> Prepared:
    """Of one by one a look at a room asks, of a page's twenty the page."""

    def build() -> QuerySet[Presence]:
        wanted = [number(f"user_{at}") for at in range(people)]
        shown = Presence.objects.filter(user__id__in=wanted, user__profile__published_at__isnull=False)
        return shown.filter(user__is_active=True).annotate(visibility=F("user__profile__visibility"))

    return Prepared(build)
