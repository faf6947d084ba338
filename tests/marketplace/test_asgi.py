"""The front door, as Daphne drives it."""

import asyncio
import gc

import pytest
from asgiref.sync import SyncToAsync

from marketplace.asgi import http

pytestmark = pytest.mark.django_db(transaction=True)  # each request looks whether its connection is still good

SCOPE = {"type": "http", "method": "GET", "path": "/healthz", "headers": [], "query_string": b""}


async def complaints_of(leave) -> list[dict]:
    """What the loop has to complain about when a client does `leave(request, gone)` while its answer is made."""
    loop, heard = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: heard.append(context))
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    waits, gone = asyncio.Event(), asyncio.Event()

    async def receive() -> dict:
        if messages:
            return messages.pop()
        waits.set()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        pass

    request, listening = asyncio.create_task(http(SCOPE, receive, send)), asyncio.create_task(waits.wait())
    await asyncio.wait([request, listening], return_when=asyncio.FIRST_COMPLETED)
    assert waits.is_set(), request.exception()
    leave(request, gone)
    await asyncio.wait([request])
    gone.set()
    await asyncio.sleep(0.01)
    del request
    gc.collect()
    return heard


class ThreadTests:
    async def test_a_page_is_made_in_one_thread(self, monkeypatch):
        """The others look after the connection, before and after."""
        changes, change = [], SyncToAsync.__call__
        monkeypatch.setattr(SyncToAsync, "__call__", lambda self, *what: changes.append(self) or change(self, *what))
        await complaints_of(lambda request, gone: gone.set())
        assert len(changes) <= 3


class ClientThatLeavesTests:
    """Daphne ends the request of a client that is gone for long, and every request when the server stops."""

    async def test_a_request_that_was_ended_before_its_client_left_makes_no_noise(self):
        assert await complaints_of(lambda request, gone: request.cancel()) == []

    async def test_nor_does_one_whose_client_just_leaves(self):
        assert await complaints_of(lambda request, gone: gone.set()) == []
