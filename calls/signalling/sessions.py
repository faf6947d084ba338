"""Whether the person of a socket is still signed in. Signing out, a new password, a first second factor and a closed account
end their sockets; so does signing in, of a guest's.

Asked before every message that changes something, and at every ping; then for all sockets of the process whose ping is
due at about the same time in two queries, so that 5,000 idle sockets do not ask 5,000 times.
"""

import asyncio
from collections.abc import Iterable

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from marketplace.accounts.models import User

TOGETHER_S = 0.25  # how long a ping waits for others to ask along with it
CHUNK = 500

Scope = dict


class SignedOut(Exception):
    pass


def check(scope: Scope) -> None:
    """Raises SignedOut."""
    if not _alive([scope]):
        raise SignedOut


def _key(scope: Scope) -> str:
    return scope["session"].session_key or ""


def _alive(scopes: Iterable[Scope]) -> set[str]:
    """The session keys among `scopes` that still stand for the same guest, or the same member with the same password and
    stamp."""
    by_key = {_key(scope): scope for scope in scopes}
    live = Session.objects.filter(session_key__in=by_key, expire_date__gt=timezone.now())
    stored = set(live.values_list("session_key", flat=True))
    people = User.objects.filter(id__in={scope["person"].id for scope in by_key.values()}, is_active=True)
    read = people.only("id", "is_guest", "password", "session_stamp")  # all that the hash is made from, in one look
    found = {person.id: person for person in read}
    return {key for key in stored if _same(by_key[key], found.get(by_key[key]["person"].id))}


def _same(scope: Scope, person: User | None) -> bool:
    """A guest's session holds no hash: signing in gives it another key."""
    if person is None or person.is_guest != scope["person"].is_guest:
        return False
    if person.is_guest:
        return True
    return constant_time_compare(scope["session"].get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())


class _Round:
    """One question for all who ask within TOGETHER_S."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.open = True
        self.loop = asyncio.get_running_loop()
        self.answer = self.loop.create_task(self._ask())

    async def _ask(self) -> set[str]:
        await asyncio.sleep(TOGETHER_S)
        self.open = False
        alive: set[str] = set()
        for begin in range(0, len(self.scopes), CHUNK):
            alive |= await database_sync_to_async(_alive)(self.scopes[begin : begin + CHUNK])
        return alive


_round: _Round | None = None


async def still_signed_in(scope: Scope) -> bool:
    global _round  # noqa: PLW0603  (one question per process is the point)
    if _round is None or not _round.open or _round.answer.done() or _round.loop is not asyncio.get_running_loop():
        _round = _Round()
    _round.scopes.append(scope)
    return _key(scope) in await asyncio.shield(_round.answer)
