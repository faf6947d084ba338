"""The front door, as Daphne drives it."""

import asyncio
import gc
import threading

import pytest
from django.core import signals
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from marketplace import urls as site
from marketplace.asgi import THREADS, http

pytestmark = pytest.mark.django_db(transaction=True)  # each request looks whether its connection is still good


def threads(_request) -> HttpResponse:
    return HttpResponse(str(threading.get_ident()))


def broken(_request) -> HttpResponse:
    raise RuntimeError("not today")


def slow(request) -> HttpResponse:
    request.begun.set()
    assert request.go_on.wait(5)
    return HttpResponse(request.read() or b"read")


async def _for_ever(seen: list):
    try:
        while True:
            seen.append("a bit")
            yield b"a bit"
            await asyncio.sleep(0)
    finally:
        seen.append("the end")


BITS: list[str] = []
urlpatterns = [
    *site.urlpatterns,
    path("threads", threads),
    path("broken", broken),
    path("slow", slow),
    path("for-ever", lambda _request: StreamingHttpResponse(_for_ever(BITS))),
]


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = __name__
    BITS.clear()


class Client:
    """Says what it sends in one piece, hears the answer, and leaves when told to."""

    def __init__(self, page: str, body: bytes = b"") -> None:
        self.scope = {"type": "http", "method": "GET", "path": f"/{page}", "query_string": b""}
        self.scope["headers"] = [(b"host", b"localhost")]
        self.to_send = [{"type": "http.request", "body": body, "more_body": False}]
        self.leaves, self.hears, self.heard = asyncio.Event(), asyncio.Event(), []

    async def receive(self) -> dict:
        if self.to_send:
            return self.to_send.pop()
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        self.heard.append(message)
        if message.get("body"):
            self.hears.set()

    async def ask(self) -> bytes:
        await http(self.scope, self.receive, self.send)
        return b"".join(message.get("body", b"") for message in self.heard)


class ThreadTests:
    async def test_a_page_is_made_in_one_thread_from_the_first_signal_to_the_last(self):
        heard = []

        def hear(signal, **_how) -> None:
            heard.append(threading.get_ident())

        for signal in (signals.request_started, signals.request_finished):
            signal.connect(hear)
        try:
            told = await Client("threads").ask()
        finally:
            for signal in (signals.request_started, signals.request_finished):
                signal.disconnect(hear)
        assert heard == [int(told)] * 2
        assert int(told) != threading.get_ident()

    async def test_many_pages_are_made_in_few_threads(self):
        assert len({await Client("threads").ask() for _ in range(3 * THREADS)}) <= THREADS

    async def test_what_breaks_is_answered_and_the_thread_lives(self):
        client = Client("broken")
        await client.ask()
        assert client.heard[0]["status"] == 500
        assert (await Client("threads").ask()).isdigit()


class ClientThatLeavesTests:
    """Daphne ends the request of a client that is gone for long, and every request when the server stops."""

    async def test_in_the_middle_of_what_it_sends_no_page_is_made(self):
        client = Client("threads")
        client.to_send = [{"type": "http.disconnect"}]
        assert await client.ask() == b""
        assert client.heard == []

    async def test_a_request_that_was_ended_makes_no_noise_and_its_page_is_made_to_the_end(self, monkeypatch, caplog):
        begun, go_on, made = threading.Event(), threading.Event(), threading.Event()
        monkeypatch.setattr(http.request_class, "begun", begun, raising=False)
        monkeypatch.setattr(http.request_class, "go_on", go_on, raising=False)
        complaints: list[dict] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        client = Client("slow", b"what was sent")

        def finished(**_how) -> None:
            made.set()

        signals.request_finished.connect(finished)
        try:
            request = asyncio.create_task(client.ask())
            await asyncio.to_thread(begun.wait, 5)
            request.cancel()
            await asyncio.wait([request])
            assert request.cancelled() and not made.is_set()
            go_on.set()
            assert await asyncio.to_thread(made.wait, 5)
        finally:
            signals.request_finished.disconnect(finished)
        del request
        gc.collect()
        assert (complaints, client.heard, caplog.messages) == ([], [], [])

    async def test_what_is_sent_bit_by_bit_ends_with_its_client(self):
        client = Client("for-ever")
        request = asyncio.create_task(client.ask())
        await asyncio.wait_for(client.hears.wait(), 5)
        client.leaves.set()
        await asyncio.wait_for(request, 5)
        assert BITS[-1] == "the end"

    async def test_or_with_the_server(self):
        client = Client("for-ever")
        request = asyncio.create_task(client.ask())
        await asyncio.wait_for(client.hears.wait(), 5)
        request.cancel()
        await asyncio.wait([request])
        assert request.cancelled()
        assert BITS[-1] == "the end"
