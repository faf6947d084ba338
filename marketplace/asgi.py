"""The front door: pages over HTTP, presence and rooms over WebSocket."""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import django
from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402  (Django must be set up first)

from calls.routing import websockets  # noqa: E402
from calls.signalling.opening import Sockets  # noqa: E402

log = logging.getLogger(__name__)
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
        # Daphne takes it from a header that anybody can send: every address of the page would begin with it.
        scope = scope | {"root_path": ""}
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        making = sync_to_async(self._answer, thread_sensitive=False, executor=self.threads)
        made = asyncio.ensure_future(making(scope, body))
        try:
            response = await asyncio.shield(made)
        except asyncio.CancelledError:
            # Daphne ends what is under way when it stops. What the thread does is done all the same, and whoever asked hears it.
            response = await made
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _answer(self, scope: dict, body: IO[bytes]) -> HttpResponseBase:
        """Only what is made bit by bit, by a coroutine, is not there as a whole yet."""
        with body:
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refused = self.create_request(scope, body)
            response = refused or self.get_response(request)
            response._handler_class = self.__class__
            if response.streaming and response.is_async:
                close_old_connections()  # those of this thread: the response is closed in another one
                return response
            return self._closed(response)

    def _closed(self, response: HttpResponseBase) -> HttpResponseBase:
        """A file is read as a whole: those that come this way are a page's own, and small."""
        whole = response
        if response.streaming:
            whole = HttpResponse(b"".join(response), status=response.status_code, headers=response.headers)
            whole.cookies = response.cookies
        try:
            response.close()
        except Exception:  # the page is made, and whoever asked gets it
            log.exception("A page could not be closed")
        return whole

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
            await sync_to_async(response.close, thread_sensitive=False, executor=self.threads)()
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
