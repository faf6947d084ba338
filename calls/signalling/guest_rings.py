"""How often guests of one address may ring: a new session makes a new guest, but no new address."""

from io import BytesIO

from allauth.core import ratelimit
from django.core.handlers.asgi import ASGIRequest

from calls.rooms.errors import CannotRing

Scope = dict


def check(scope: Scope) -> None:
    """Counts a ring of a guest. Raises CannotRing: too_many. Limits count by the address that those of sign-up see."""
    if not scope["person"].is_guest:
        return
    request = ASGIRequest({**scope, "type": "http", "method": "POST"}, BytesIO())
    if not ratelimit.consume(request, action="guest_ring"):
        raise CannotRing("too_many")
