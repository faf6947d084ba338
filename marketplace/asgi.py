"""The front door: pages over HTTP, presence and rooms over WebSocket."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import django
from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402  (Django must be set up first)

from calls.routing import websockets  # noqa: E402
from calls.signalling.opening import Sockets  # noqa: E402

THREADS = 32  # pages at once, also those that wait for Stripe; more wait for their turn


class Pages(ASGIHandler):
    """Django's handler for pages that are functions and await nothing: each is made as a whole in one thread, of a few that stay.

    Django's own changes threads for each middleware, starts a thread for each request, and changes to it before and after the
    page to look after the connection to the database: a third of what a page of the directory costs. It also listens meanwhile
    for a client that leaves, who cannot stop a thread. Only what is sent bit by bit ends with its client.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope, receive, send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._in_a_thread(self._answer, scope, body)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    async def _in_a_thread(self, make: Callable, *what: Any) -> Any:
        return await sync_to_async(make, thread_sensitive=False, executor=self.threads)(*what)

    def _answer(self, scope: dict, body: IO[bytes]) -> HttpResponseBase:
        with body:
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refused = self.create_request(scope, body)
            response = refused or self.get_response(request)
            response._handler_class = self.__class__
            if not response.streaming:
                response.close()
            return response

    async def _stream(self, response: HttpResponseBase, receive: Callable, send: Callable) -> None:
        tasks = [
            asyncio.create_task(self.send_response(response, send)),
            asyncio.create_task(self.listen_for_disconnect(receive)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            told = await asyncio.gather(*tasks, return_exceptions=True)
            await self._in_a_thread(response.close)
        for problem in told:
            if isinstance(problem, Exception) and not isinstance(problem, RequestAborted):
                raise problem


http = Pages()
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": Sockets(websockets),
    }
)
