"""From the request for a socket to a socket: whose page asks, for which of ours, and who is there.

The asking runs in a task of its own, which ends with the answer. What Django and channels leave in their frames, in the
scope and in the context of a task would else stay in memory for as long as a page is open: most of what an idle socket costs.
"""

import asyncio
from collections.abc import Callable, Iterable

from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.urls import path, re_path

from calls.signalling.origin import is_same_origin, refuse
from calls.signalling.sockets import Socket


class Sockets:
    """The ASGI application of all websockets: `kinds` by their route. Whoever may not open one gets a 403."""

    def __init__(
        self, kinds: Iterable[tuple[str, type[Socket]]], *, is_welcome: Callable[[dict], bool] = is_same_origin
    ) -> None:
        routes = [path(route, _asking(kind)) for route, kind in kinds]
        # Without the last one, an unknown address is an error of ours in the log.
        self._ask = SessionMiddlewareStack(URLRouter([*routes, re_path("", _nothing)]))
        self._is_welcome = is_welcome

    async def __call__(self, scope, receive, send) -> None:
        socket = await asyncio.create_task(self._asked(scope)) if self._is_welcome(scope) else None
        scope.clear()
        if socket is None:
            await refuse(receive, send)
        else:
            await socket.live(receive, send)

    async def _asked(self, scope: dict) -> Socket | None:
        found: list[Socket] = []
        await self._ask({**scope, "found": found}, None, None)
        return found[0] if found else None


def _asking(kind: type[Socket]) -> Callable:
    async def ask(scope, receive, send) -> None:
        socket = kind()
        if await socket.ask(scope):
            scope["found"].append(socket)

    return ask


async def _nothing(scope, receive, send) -> None: ...
