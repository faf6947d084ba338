"""The front door, as Daphne drives it."""

import asyncio
import gc
import io
import threading

import pytest
from django.core import signals
from django.core.asgi import get_asgi_application
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import path, reverse

from marketplace import asgi
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


def file(_request) -> FileResponse:
    response = FileResponse(io.BytesIO(b"a file" * 20_000), content_type="text/css", status=206)
    response.set_cookie("seen", "1")
    return response


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
    path("file", file),
    path("addresses", lambda _request: HttpResponse(f"{reverse('home')} {reverse('profile', args=['bob'])}")),
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

    async def ask(self, application=http) -> bytes:
        await application(self.scope, self.receive, self.send)
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


class AnswerTests:
    async def test_a_file_comes_as_a_whole_with_its_headers_and_cookies(self):
        client = Client("file")
        assert await client.ask() == b"a file" * 20_000
        headers = dict(client.heard[0]["headers"])
        assert headers[b"Content-Type"] == b"text/css"
        assert headers[b"Set-Cookie"].startswith(b"seen=1")
        assert client.heard[0]["status"] == 206

    async def test_is_sent_though_closing_it_goes_wrong(self, caplog):
        def fail(**_how) -> None:
            raise RuntimeError("no connection to give back")

        signals.request_finished.connect(fail)
        try:
            assert (await Client("threads").ask()).isdigit()
        finally:
            signals.request_finished.disconnect(fail)
        assert caplog.messages == ["A page could not be closed"]

    async def test_what_is_sent_bit_by_bit_holds_no_connection_meanwhile(self, monkeypatch):
        """It may take long, and is closed in another thread than it was made in."""
        given_back = []
        monkeypatch.setattr(asgi, "close_old_connections", lambda: given_back.append(threading.current_thread().name))
        client = Client("for-ever")
        request = asyncio.create_task(client.ask())
        await asyncio.wait_for(client.hears.wait(), 5)
        assert [name.startswith("page") for name in given_back] == [True]
        client.leaves.set()
        await asyncio.wait_for(request, 5)


class PrefixTests:
    """Daphne takes what stands before every path from a header of the client's; what is kept of a page would have it too."""

    SAID = "https://evil.example"

    async def test_of_a_client_is_in_no_address(self):
        client = Client("addresses")
        client.scope["root_path"] = self.SAID
        assert await client.ask() == b"/ /experts/bob/"

    async def test_but_django_alone_believes_it(self):
        client = Client("addresses")
        client.scope["root_path"] = self.SAID
        assert b"evil" in await client.ask(get_asgi_application())


class ClientThatLeavesTests:
    """Daphne ends the request of a client that is gone for long, and every request when the server stops."""

    async def test_in_the_middle_of_what_it_sends_no_page_is_made(self):
        client = Client("threads")
        client.to_send = [{"type": "http.disconnect"}]
        assert await client.ask() == b""
        assert client.heard == []

    async def test_a_request_that_was_ended_is_answered_all_the_same_and_makes_no_noise(self, monkeypatch, caplog):
        begun, go_on = threading.Event(), threading.Event()
        monkeypatch.setattr(http.request_class, "begun", begun, raising=False)
        monkeypatch.setattr(http.request_class, "go_on", go_on, raising=False)
        complaints: list[dict] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        client = Client("slow", b"what was sent")
        request = asyncio.create_task(client.ask())
        await asyncio.to_thread(begun.wait, 5)
        request.cancel()
        await asyncio.sleep(0.01)
        go_on.set()
        assert await asyncio.wait_for(request, 5) == b"what was sent"
        del request
        gc.collect()
        assert (complaints, caplog.messages) == ([], [])

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
