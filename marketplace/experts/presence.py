"""Who can be called now. Verbs return whether what others see has changed, so that the caller can tell those who watch.

A member is here while some server process holds a socket of theirs (`Connection`). An expert's `Presence` row says what
follows from that: a chosen *away* wins over all tabs, then *busy* while in a call, then *free* while here.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.experts.models import Connection, Presence, Profile

State = Presence.State


def arrived(*, user: User, process: UUID) -> bool:
    """`process` holds a socket of this member. True if others now see another state."""
    Connection.objects.get_or_create(user=user, process=process)
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


def set_in_call(*, user: User, in_call: bool) -> bool:
    return _change(user, in_call=in_call)


def choose_away(*, user: User, away: bool) -> bool:
    """The expert's own switch: away whatever is open, or available again. Either way the count of missed rings starts anew."""
    return _change(user, chosen_away=away, missed_rings=[])


def note_ring_answered(*, user: User) -> bool:
    """An answer, even a no, shows that somebody is there: missed rings are no longer in a row."""
    return _change(user, missed_rings=[])


def note_missed_ring(*, user: User, caller: User) -> bool:
    """Two missed rings in a row from different callers set the expert away (PRODUCT.md, *Ring*)."""
    with transaction.atomic():
        presence = Presence.objects.select_for_update().filter(user=user).first()
        if presence is None:
            return False
        if any(missed != caller.id for missed in presence.missed_rings):
            return _change(user, chosen_away=True, missed_rings=[])
        return _change(user, missed_rings=[caller.id])


def refresh(*, user: User) -> bool:
    """Works the state out anew, and makes the row for an expert who has none yet. True if it changed."""
    return _change(user)


def _change(user: User, **fields) -> bool:
    """Writes `fields` and the state that follows, under a lock: two processes may hear of the same member at once."""
    with transaction.atomic():
        presence = Presence.objects.select_for_update().filter(user=user).first()
        if presence is None:
            if not Profile.objects.filter(user=user).exists():
                return False  # nobody looks at the presence of somebody who is no expert
            presence, _ = Presence.objects.get_or_create(user=user)
        before = (presence.state, *(getattr(presence, name) for name in fields))
        seen = presence.state
        for name, value in fields.items():
            setattr(presence, name, value)
        presence.state = _follows(presence)
        if before != (presence.state, *fields.values()):
            presence.save()
        return presence.state != seen


def _follows(presence: Presence) -> str:
    if presence.chosen_away:
        return State.AWAY
    if presence.in_call:
        return State.BUSY
    here = Connection.objects.filter(user_id=presence.user_id).exists()
    return State.FREE if here else State.AWAY


def state(user: User) -> str:
    return states([user.id])[user.id]


def states(user_ids: Iterable[int]) -> dict[int, str]:
    """`free`, `busy` or `away` of each; people who are no published experts are `away`."""
    found = Presence.objects.filter(
        user_id__in=user_ids, user__profile__published_at__isnull=False, user__is_active=True
    )
    known = dict(found.values_list("user_id", "state"))
    return {user_id: known.get(user_id, str(State.AWAY)) for user_id in user_ids}
