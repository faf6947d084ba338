"""The WebSockets of uvicorn: real ones, to a server of this process, with an application that does what the test says."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
from uvicorn import Config, Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode, Frame, Opcode

from marketplace.serving import frames
from marketplace.serving.frames import LARGEST_BYTES, UNREAD_BYTES, Incoming

PATIENCE_S = 10
HEAD = (
    "GET /ws/page/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@asynccontextmanager
async def served(application: Callable, ws: type | str = Incoming):
    """Its port."""
    config = Config(application, port=0, ws=ws, lifespan="off", log_config=None, timeout_graceful_shutdown=2)
    server = Server(config)
    serving = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, PATIENCE_S)


class Echo:
    """Says back what comes, and keeps what it was told of the connection."""

    def __init__(self) -> None:
        self.scope: dict = {}
        self.events: list[dict] = []
        self.over = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        self.scope = scope
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] != "websocket.disconnect":
            self.events.append(event)
            if event.get("text") == "close":
                await send({"type": "websocket.close", "code": 4001})
            else:
                await send({"type": "websocket.send", "text": event.get("text"), "bytes": event.get("bytes")})
        self.events.append(event)
        self.over.set()


@pytest.fixture
async def echo():
    return Echo()


@pytest.fixture
async def wire(echo):
    async with (
        served(echo) as port,
        connect(f"ws://127.0.0.1:{port}/ws/page/?a=1", proxy=None, max_size=None) as opened,
    ):
        yield opened


async def close_code(wire: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            await wire.recv()
    return wire.close_code


def send_raw(wire: ClientConnection, *frames: Frame | bytes) -> None:
    for frame in frames:
        wire.transport.write(frame if isinstance(frame, bytes) else frame.serialize(mask=True))


class MessageTests:
    @pytest.mark.parametrize("message", ["", "é", "x" * 125, "x" * 126, "x" * 70_000, b"", b"\x00\xff" * 40_000])
    async def test_comes_whole_and_goes_whole(self, wire, message):
        await wire.send(message)
        assert await wire.recv() == message

    async def test_in_several_frames_is_one(self, wire):
        await wire.send(["Bon", "jour", " à", " tous"])
        assert await wire.recv() == "Bonjour à tous"
        await wire.send([b"\x01", b"", b"\x02"])
        assert await wire.recv() == b"\x01\x02"

    async def test_a_letter_may_be_cut_in_two_by_frames(self, wire):
        first, second = "é".encode()[:1], "é".encode()[1:]
        send_raw(wire, Frame(Opcode.TEXT, first, fin=False), Frame(Opcode.CONT, second))
        assert await wire.recv() == "é"

    async def test_many_at_once_keep_their_order(self, wire):
        texts = [f"{number}" for number in range(1_000)]
        sending = asyncio.create_task(send_all(wire, texts))
        assert [await wire.recv() for _ in texts] == texts
        await sending

    async def test_a_ping_between_two_frames_is_answered(self, wire):
        send_raw(wire, Frame(Opcode.TEXT, b"a", fin=False))
        await asyncio.wait_for(await wire.ping(), PATIENCE_S)
        send_raw(wire, Frame(Opcode.CONT, b"b"))
        assert await wire.recv() == "ab"


async def send_all(wire: ClientConnection, texts: list[str]) -> None:
    for text in texts:
        await wire.send(text)


class WrongTests:
    @pytest.mark.parametrize(
        ("frames", "code"),
        [
            ([Frame(Opcode.TEXT, b"\xff")], CloseCode.INVALID_DATA),
            ([b"\xc1\x81\x00\x00\x00\x00x"], CloseCode.PROTOCOL_ERROR),
            ([Frame(Opcode.CONT, b"x")], CloseCode.PROTOCOL_ERROR),
            ([Frame(Opcode.TEXT, b"x", fin=False), Frame(Opcode.TEXT, b"x")], CloseCode.PROTOCOL_ERROR),
            ([Frame(Opcode.BINARY, bytes(LARGEST_BYTES + 1))], CloseCode.MESSAGE_TOO_BIG),
            (
                [Frame(Opcode.TEXT, b"x", fin=False), *[Frame(Opcode.CONT, bytes(2**18), fin=False)] * 4],
                CloseCode.MESSAGE_TOO_BIG,
            ),
        ],
        ids=["no UTF-8", "an extension", "no beginning", "two beginnings", "a large frame", "a large message"],
    )
    async def test_what_no_browser_sends_ends_the_socket_and_no_other(self, wire, echo, frames, code):
        port = wire.remote_address[1]
        async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as other:
            send_raw(wire, *frames)
            assert await close_code(wire) == code
            await other.send("still here")
            assert await other.recv() == "still here"

    async def test_empty_frames_without_end_are_a_large_message(self, wire):
        send_raw(wire, Frame(Opcode.TEXT, b"", fin=False))
        with pytest.raises((ConnectionError, ConnectionClosed)):
            for _ in range(LARGEST_BYTES):
                wire.transport.write(Frame(Opcode.CONT, b"", fin=False).serialize(mask=True) * 1_000)
                await wire.ping()
        assert wire.close_code == CloseCode.MESSAGE_TOO_BIG

    async def test_a_handshake_that_is_none_is_refused(self, echo):
        async with served(echo) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD.replace("Sec-WebSocket-Version: 13\r\n", "").encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")
            writer.close()


class EndTests:
    async def test_the_application_closes_with_a_code_of_its_own(self, wire, echo):
        await wire.send("close")
        assert await close_code(wire) == 4001
        await asyncio.wait_for(echo.over.wait(), PATIENCE_S)

    async def test_the_browser_closes(self, wire, echo):
        await wire.close()
        await asyncio.wait_for(echo.over.wait(), PATIENCE_S)
        assert wire.close_code == CloseCode.NORMAL_CLOSURE

    async def test_the_line_breaks(self, wire, echo):
        wire.transport.abort()
        await asyncio.wait_for(echo.over.wait(), PATIENCE_S)

    async def test_the_server_stops(self, echo):
        async with served(echo) as port:
            wire = await connect(f"ws://127.0.0.1:{port}/", proxy=None)
        assert await close_code(wire) == CloseCode.SERVICE_RESTART
        assert echo.events == [{"type": "websocket.disconnect", "code": CloseCode.SERVICE_RESTART}]

    async def test_an_application_that_fails_is_an_error_of_the_server(self, caplog):
        async def fails(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            raise RuntimeError("on purpose")

        async with served(fails) as port, connect(f"ws://127.0.0.1:{port}/", proxy=None) as wire:
            assert await close_code(wire) == CloseCode.INTERNAL_ERROR
        assert "on purpose" in caplog.text

    async def test_a_refusal_is_a_403(self):
        async def refuses(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.close"})

        async with served(refuses) as port:
            with pytest.raises(InvalidStatus) as refusal:
                await connect(f"ws://127.0.0.1:{port}/", proxy=None)
        assert refusal.value.response.status_code == 403


class UnreadTests:
    """A browser that reads nothing: asleep, or meant to hold others up."""

    async def test_is_cut_off_and_whoever_sends_to_it_never_waits(self):
        sent, over = [], asyncio.Event()

        async def floods(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            try:
                while len(sent) < 1_000:
                    sending = send({"type": "websocket.send", "bytes": bytes(2**16)})
                    with pytest.raises(StopIteration):
                        sending.send(None)  # one step and no wait
                    sent.append(1)
                    await asyncio.sleep(0)  # what was aborted is told
            except OSError:
                over.set()

        async with served(floods) as port:
            with socket.create_connection(("127.0.0.1", port)) as reader:
                reader.sendall(HEAD.encode())
                await asyncio.wait_for(over.wait(), PATIENCE_S)
        assert len(sent) * 2**16 > UNREAD_BYTES

    async def test_would_hold_up_whoever_sends_to_it_on_uvicorns_own(self):
        async def floods(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            while True:
                await send({"type": "websocket.send", "bytes": bytes(2**16)})
                sent.append(1)

        sent: list[int] = []
        async with served(floods, ws="websockets-sansio") as port:
            with socket.create_connection(("127.0.0.1", port)) as reader:
                reader.sendall(HEAD.encode())
                before = -1
                while len(sent) > before:
                    before = len(sent)
                    await asyncio.sleep(0.5)
        assert sent

    async def test_what_the_application_does_not_take_is_not_read_either(self):
        taken, go_on = [], asyncio.Event()

        async def slow(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            await go_on.wait()
            while (event := await receive())["type"] != "websocket.disconnect":
                taken.append(event["bytes"])

        async with served(slow) as port, connect(f"ws://127.0.0.1:{port}/", proxy=None) as wire:
            sending = asyncio.create_task(send_all(wire, [bytes(2**18)] * 200))
            done, _ = await asyncio.wait([sending], timeout=1)
            assert not done
            go_on.set()
            await asyncio.wait_for(sending, PATIENCE_S)
        assert len(taken) == 200


class ScopeTests:
    async def test_says_what_asgi_wants(self, wire, echo):
        assert (echo.scope["type"], echo.scope["path"], echo.scope["query_string"]) == (
            "websocket",
            "/ws/page/",
            b"a=1",
        )
        assert echo.scope["scheme"] == "ws"
        assert echo.scope["client"][0] == "127.0.0.1"
        assert dict(echo.scope["headers"])[b"upgrade"] == b"websocket"


class HandshakeTests:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Connection: Upgrade", "Connection: keep-alive, Upgrade"),  # as Firefox says
            ("Connection: Upgrade", "Connection: upgrade"),
            ("Upgrade: websocket", "Upgrade: WebSocket"),
            ("Host: 127.0.0.1", "Host: 127.0.0.1\r\nCookie: " + "x" * 8_000),
        ],
    )
    async def test_is_accepted_as_browsers_send_it(self, echo, old, new):
        async with served(echo) as port, spoken(port, HEAD.replace(old, new, 1)) as answer:
            assert answer.startswith(b"HTTP/1.1 101")

    @pytest.mark.parametrize(
        ("old", "new", "status"),
        [
            ("Sec-WebSocket-Version: 13\r\n", "", b"400"),
            ("Version: 13", "Version: 8", b"400"),
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", b"400"),
            ("dGhlIHNhbXBsZSBub25jZQ==", "x" * 3_000, b"400"),
            ("GET ", "POST ", b"400"),
        ],
    )
    async def test_is_refused_otherwise_and_leaves_nothing_open(self, echo, caplog, old, new, status):
        async with served(echo) as port, spoken(port, HEAD.replace(old, new, 1)) as answer:
            assert answer.split(b" ")[1] == status
        assert (echo.scope, caplog.records) == ({}, [])


@asynccontextmanager
async def spoken(port: int, head: str):
    """The answer to a head of one's own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    async with asyncio.timeout(PATIENCE_S):
        yield await reader.readline()
    writer.close()


class FloodTests:
    async def test_of_tiny_frames_leaves_all_others_their_turn(self, wire, echo):
        port = wire.remote_address[1]
        async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as other:
            flood = asyncio.create_task(flooded(wire, Frame(Opcode.TEXT, b"").serialize(mask=True) * 20_000))
            for number in range(20):
                await other.send(f"{number}")
                assert await asyncio.wait_for(other.recv(), PATIENCE_S) == f"{number}"
            flood.cancel()

    async def test_of_pings_is_answered_by_few_pongs(self, echo):
        async with served(echo) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD.encode())
            await reader.readuntil(b"\r\n\r\n")
            writer.write(Frame(Opcode.PING, b"").serialize(mask=True) * 50_000)
            writer.write(Frame(Opcode.PING, b"the last").serialize(mask=True))
            async with asyncio.timeout(PATIENCE_S):
                pongs = await reader.readuntil(b"the last")
            assert len(pongs) < 2_000
            writer.close()

    async def test_of_what_nobody_reads_ends_also_a_socket_that_is_closing(self, monkeypatch):
        monkeypatch.setattr(frames, "CLOSE_S", 0.2)
        over = asyncio.Event()

        async def speaks_and_closes(scope, receive, send) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            for _ in range(3):
                await send({"type": "websocket.send", "bytes": bytes(2**18)})
            await send({"type": "websocket.close"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            over.set()

        async with served(speaks_and_closes) as port:
            with socket.create_connection(("127.0.0.1", port)) as reader:
                reader.sendall(HEAD.encode())
                await asyncio.wait_for(over.wait(), PATIENCE_S)


async def flooded(wire: ClientConnection, frames_: bytes) -> None:
    while True:
        wire.transport.write(frames_)
        await asyncio.sleep(0.1)
