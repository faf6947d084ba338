"""Whether the person of a socket is still signed in. Signing out, a new password, a first second factor and a closed account
end their sockets; so does signing in, of a guest's.

Asked before every message that changes something, and at every ping; then for all sockets of the process whose ping is
due at about the same time in two queries, so that 5,000 idle sockets do not ask 5,000 times.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from marketplace.accounts.models import User
from marketplace.prepared import Prepared, moment, number, text

TOGETHER_S = 0.25  # how long a ping waits for others to ask along with it
CHUNK = 500
# All that the hash is made from, in one look.
HASHED = User.objects.filter(is_active=True).only("id", "is_guest", "password", "session_stamp")


class SignedIn(NamedTuple):
    """Who is there, by which session. A guest's holds no hash: signing in gives it another key."""

    key: str
    auth_hash: str
    person_id: int
    is_guest: bool


def signed_in(session: SessionBase, person: User) -> SignedIn:
    return SignedIn(session.session_key or "", session.get(HASH_SESSION_KEY, ""), person.id, person.is_guest)


class SignedOut(Exception):
    pass


def check(who: SignedIn) -> None:
    """Raises SignedOut. One query: it comes before every other that a socket asks."""
    if not _same(who, _still_there.first(key=who.key, now=timezone.now(), person=who.person_id)):
        raise SignedOut


@Prepared
def _still_there() -> QuerySet[User]:
    session = Session.objects.filter(session_key=text("key"), expire_date__gt=moment("now"))
    return HASHED.filter(Exists(session), id=number("person"))


def _alive(people: Iterable[SignedIn]) -> set[str]:
    """The session keys among `people` that still stand for the same guest, or the same member with the same password and
    stamp."""
    by_key = {who.key: who for who in people}
    stored = set(_live(by_key).values_list("session_key", flat=True))
    found = HASHED.in_bulk({who.person_id for who in by_key.values()})
    return {key for key in stored if _same(by_key[key], found.get(by_key[key].person_id))}


def _live(keys: Iterable[str]) -> QuerySet[Session]:
    return Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now())


def _same(who: SignedIn, person: User | None) -> bool:
    if person is None or person.is_guest != who.is_guest:
        return False
    return person.is_guest or constant_time_compare(who.auth_hash, person.get_session_auth_hash())


class _Round:
    """One question for all who ask within TOGETHER_S."""

    def __init__(self) -> None:
        self.people: list[SignedIn] = []
        self.open = True
        self.loop = asyncio.get_running_loop()
        self.answer = self.loop.create_task(self._ask())

    async def _ask(self) -> set[str]:
        await asyncio.sleep(TOGETHER_S)
        self.open = False
        alive: set[str] = set()
        for begin in range(0, len(self.people), CHUNK):
            alive |= await database_sync_to_async(_alive)(self.people[begin : begin + CHUNK])
        return alive


_round: _Round | None = None


async def still_signed_in(who: SignedIn) -> bool:
    global _round  # noqa: PLW0603  (one question per process is the point)
    if _round is None or not _round.open or _round.answer.done() or _round.loop is not asyncio.get_running_loop():
        _round = _Round()
    _round.people.append(who)
    return who.key in await asyncio.shield(_round.answer)
