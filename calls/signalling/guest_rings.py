"""How often guests of one address may ring: a new session makes a new guest, but no new address."""

from io import BytesIO

from allauth.core import ratelimit
from django.core.handlers.asgi import ASGIRequest

from calls.rooms.errors import CannotRing

Counted = ASGIRequest


def counted(scope: dict) -> Counted:
    """What a limit needs of a socket's scope: the address, as those of sign-up see it."""
    of_address = {name: scope.get(name) for name in ("path", "headers", "client")}
    return ASGIRequest({**of_address, "type": "http", "method": "POST"}, BytesIO())


def check(counted: Counted | None) -> None:
    """Counts a ring of a guest (of a member: None). Raises CannotRing: too_many."""
    if counted and not ratelimit.consume(counted, action="guest_ring"):
        raise CannotRing("too_many")
