"""The front door: pages over HTTP, presence and rooms over WebSocket."""

import asyncio
import os

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402  (Django must be set up first)

from calls.routing import websockets  # noqa: E402
from calls.signalling.opening import Sockets  # noqa: E402


class Pages(ASGIHandler):
    """Django's handler, quiet about a client that leaves after its request was ended.

    Daphne cancels a request when the server stops, and when its client has been gone for long. Django's `handle` then
    ends without asking its own listener for the client, which hears of the leaving later and raises into nothing:
    an ERROR in the log that nobody can act on.
    """

    async def listen_for_disconnect(self, receive) -> None:
        listener = asyncio.current_task()
        listener.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        await super().listen_for_disconnect(receive)


http = Pages()
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": Sockets(websockets),
    }
)
