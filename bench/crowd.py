"""Many signed-in members on a database of their own, some of them as pairs whose call was answered.

    python -m bench.crowd MEMBERS PAIRS    fills the database of DATABASE_URL and says who they are

The first pair rings and answers by the services, as people do; the others are copies of its rows.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import django
from django.utils.crypto import get_random_string

from bench.copies import as_somebody, copies, put
from bench.servers import Server

if TYPE_CHECKING:
    from calls.rooms.models import Call


@dataclass(frozen=True)
class Crowd:
    """Cookies of the members who only have a page open, and for each pair the room and the cookies of its two."""

    url: str  # of their database
    members: list[str]
    rooms: list[str]
    callers: list[str]
    experts: list[str]


def gather(server: Server, name: str, *, members: int = 0, pairs: int = 0) -> Crowd:
    """In a new database, without a wait: a VACUUM of its own accord would come in the middle of a measurement."""
    url = server.new_database(name)
    command = [sys.executable, "-m", "bench.crowd", str(members), str(pairs)]
    done = subprocess.run(command, env=server.environment(url), check=True, capture_output=True, text=True)
    server.ask("VACUUM ANALYZE", url)
    return Crowd(url=url, **json.loads(done.stdout))


def make(members: int, pairs: int) -> Crowd:
    from tests import cast  # noqa: PLC0415 (Django must be set up first)

    call = _first_call()
    people = copies(cast.eve(), members, as_somebody)
    callers, experts = copies(call.caller, pairs, as_somebody), copies(call.expert, pairs, as_somebody)
    rooms = _copy_calls(call, callers, experts)
    return Crowd("", sign_in(people), rooms, sign_in(callers), sign_in(experts))


def _first_call() -> "Call":
    from django.utils import timezone  # noqa: PLC0415

    from calls.rooms import services as rooms  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    now = timezone.now()
    bob = cast.online(cast.bob())
    return rooms.answer(call_id=rooms.ring(caller=cast.alice(), expert=bob, line="", now=now).id, by=bob, now=now)


def _copy_calls(call: "Call", callers: list, experts: list) -> list[str]:
    """With what an expert has: a profile, a presence, the listings. The codes of the rooms."""
    from calls.rooms.models import new_code  # noqa: PLC0415
    from marketplace.experts.models import Presence  # noqa: PLC0415
    from marketplace.listings.models import Listing  # noqa: PLC0415

    count = len(callers)
    bob = call.expert
    profiles = copies(bob.profile, count, lambda one, n: put(one, user=experts[n], slug=f"{n}-{one.slug}"))
    Presence.objects.bulk_create([Presence(user=expert) for expert in experts], batch_size=2_000)
    for listing in Listing.objects.filter(profile=bob.profile):
        copies(listing, count, lambda one, n: put(one, profile=profiles[n]))
    people = list(zip(callers, experts, strict=True))
    rooms = copies(call.room, count, lambda one, n: put(one, code=new_code(), caller=people[n][0], expert=people[n][1]))
    copies(call, count, lambda one, n: put(one, room=rooms[n], caller=people[n][0], expert=people[n][1]))
    return [room.code for room in rooms]


def sign_in(people: list) -> list[str]:
    """What `login` writes into each one's session; their cookies."""
    from datetime import timedelta  # noqa: PLC0415

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.contrib.sessions.models import Session  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    sessions = []
    for user in people:
        written = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        sessions.append(
            Session(
                session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
                session_data=SessionStore().encode(written),
                expire_date=timezone.now() + timedelta(days=1),
            )
        )
    Session.objects.bulk_create(sessions, batch_size=2_000)
    return [session.session_key for session in sessions]


def main(members: str, pairs: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "WARNING"}
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    who = asdict(make(int(members), int(pairs)))
    del who["url"]
    print(json.dumps(who))


if __name__ == "__main__":
    main(*sys.argv[1:])
