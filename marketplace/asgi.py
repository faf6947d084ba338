"""The front door: pages over HTTP, presence and rooms over WebSocket."""

import asyncio
import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402  (Django must be set up first)

from calls.routing import websockets  # noqa: E402
from calls.signalling.opening import Sockets  # noqa: E402


class Pages(ASGIHandler):
    """Django's handler, but for two things.

    A page is made in one thread from its first middleware to its last, as under WSGI: nothing here awaits anything meanwhile,
    and each middleware by itself would change threads twice.

    It is quiet about a client that leaves after its request was ended.
    Daphne cancels a request when the server stops, and when its client has been gone for long. Django's `handle` then
    ends without asking its own listener for the client, which hears of the leaving later and raises into nothing:
    an ERROR in the log that nobody can act on.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response)(request)

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
