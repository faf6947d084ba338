"""WebSockets for uvicorn: its own way in, and from the moment a socket is accepted the frames of picows.

What comes with uvicorn costs more for each message and each idle socket, and lets a browser that does not read hold up
whoever sends to it: here a send never waits, and who lets UNREAD_BYTES pile up is cut off, like a line that broke.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextvars import Context
from http import HTTPStatus
from urllib.parse import unquote

from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSProtocol
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

LARGEST_BYTES = 262_144  # of a message: what a socket has ever read at once it keeps room for
UNREAD_BYTES = 1_048_576
UNHEARD_MESSAGES = 32  # that the application has not taken: until it has, no more is read
IN_TURN = 32  # messages that one socket's application takes before all others have their turn
KERNEL_BYTES = 65_536  # kept by the system until we read: else one read may bring megabytes of tiny frames
PART_BYTES = 64  # what one of many frames of a message costs at least
CLOSE_S = 10  # how long a browser may take to answer a close
READ_BYTES = 2_048  # of room to begin with
KEY_LETTERS = 24  # of a Sec-WebSocket-Key
LOST = 1006
OF_MESSAGES = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)
# What picows is told of a request that uvicorn has read and `Incoming` has looked at.
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: -\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n"
)

error_log = logging.getLogger("uvicorn.error")
wire_log = logging.getLogger("picows")
wire_log.addFilter(lambda record: bool(record.exc_info))  # what browsers send wrongly is told them by a close code
copied_by_nobody = logging.LoggerAdapter(wire_log, {})  # a plain logger would be copied for each socket

Headers = list[tuple[bytes, bytes]]


class Incoming(asyncio.Protocol):
    """What uvicorn makes for a request to upgrade: its head, for a Connection."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict) -> None:
        self.config, self.server_state, self.app_state = config, server_state, app_state

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, head: bytes) -> None:
        """Once, with the whole head as uvicorn has read it: names in small letters, one space after the colon."""
        self.transport.pause_reading()  # until the application has accepted
        request, *lines = head[:-4].split(b"\r\n")
        method, target, _ = request.split(b" ")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        first = dict(reversed(headers))
        key = first.get(b"sec-websocket-key", b"")
        self.connection = Connection(self.transport, self.server_state, key)
        if method != b"GET" or first.get(b"sec-websocket-version") != b"13" or len(key) != KEY_LETTERS:
            self.connection.refuse(HTTPStatus.BAD_REQUEST)
            return
        work = self.connection.run(self.config.loaded_app, self._scope(target, headers))
        # In a context of its own: a page's request may have come on the same line before, and Django's context with it.
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self.server_state.tasks.add(task)
        task.add_done_callback(self.server_state.tasks.discard)

    def connection_lost(self, exc: Exception | None) -> None:
        """Before it was accepted."""
        self.connection.on_ws_disconnected(None)

    def _scope(self, target: bytes, headers: Headers) -> dict:
        path, _, query = target.partition(b"?")
        return {
            "type": "websocket",
            "asgi": {"version": self.config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self.transport) else "ws",
            "server": get_local_addr(self.transport),
            "client": get_remote_addr(self.transport),
            "root_path": self.config.root_path,
            "path": self.config.root_path + unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "headers": headers,
            "subprotocols": [],
            "state": self.app_state.copy(),
        }


class Connection(WSListener):
    """One WebSocket, between picows and the application."""

    __slots__ = (
        *("_connections", "_inbox", "_key", "_kind", "_parts", "_pong", "_size", "_taking"),
        *("_transport", "_waiting", "_wire"),
    )

    def __init__(self, transport, server_state: ServerState, key: bytes) -> None:
        self._transport = transport
        self._connections = server_state.connections
        self._connections.add(self)  # type: ignore[arg-type]  (uvicorn names its own kinds; it calls `shutdown` only)
        self._key: bytes | None = key  # while it is neither accepted nor refused
        self._wire: WSTransport | None = None  # once accepted
        self._inbox: list[dict] = [{"type": "websocket.connect"}]
        self._taking: list[dict] = []  # of what came, the last first: a pop from the front of many takes long
        self._waiting: asyncio.Future | None = None
        self._parts: list[bytes] | None = None  # of a message in several frames
        self._kind, self._size = WSMsgType.TEXT, 0  # of that message
        self._pong: bytes | None = None  # owed

    # --- what the application does ------------------------------------------------------------------------------

    async def run(self, application: Callable, scope: dict) -> None:
        try:
            await application(scope, self.receive, self.send)
        except OSError:
            self._end(WSCloseCode.OK, HTTPStatus.SERVICE_UNAVAILABLE)  # the browser left before it was accepted
        except Exception:
            error_log.exception("Exception in ASGI application")
            self._end(WSCloseCode.INTERNAL_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            self._end(WSCloseCode.OK, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def receive(self) -> dict:
        if not self._taking:
            if not self._inbox:
                await self._something()
            self._inbox.reverse()
            self._taking, self._inbox = self._inbox, self._taking
        elif len(self._taking) % IN_TURN == 0:
            await asyncio.sleep(0)
        event = self._taking.pop()
        if event["type"] == "websocket.disconnect":
            self._taking.append(event)  # whoever asks again hears it again
        elif not self._taking and not self._inbox and self._wire and not self._transport.is_reading():
            self._transport.resume_reading()
        return event

    async def _something(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    async def send(self, message: dict) -> None:
        """Never waits. Raises OSError once the socket is closed."""
        if message["type"] == "websocket.accept":
            self._accept()
        elif message["type"] == "websocket.close":
            self._end(message.get("code", WSCloseCode.OK), HTTPStatus.FORBIDDEN)
        elif self._wire is None or self._wire.is_close_frame_sent:
            raise OSError("the socket is closed")
        else:
            self._write(self._wire, message.get("text"), message.get("bytes"))

    def _write(self, wire: WSTransport, text: str | None, data: bytes | None) -> None:
        if text is None:
            wire.send(WSMsgType.BINARY, data)
        else:
            wire.send(WSMsgType.TEXT, text.encode())
        self._cut_off_who_does_not_read()

    def _cut_off_who_does_not_read(self) -> None:
        if self._transport.get_write_buffer_size() > UNREAD_BYTES:
            self._transport.abort()

    def _accept(self) -> None:
        """Raises OSError."""
        if self._key is None:
            raise OSError("the socket is closed")
        head, self._key = HANDSHAKE % self._key, None
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
        protocol = self._protocol()
        protocol.connection_made(self._transport)
        self._transport.set_protocol(protocol)
        protocol.get_buffer(-1)[: len(head)] = head
        protocol.buffer_updated(len(head))
        if self._wire is None:  # picows thought otherwise of the handshake than we, and refused it
            self._transport.abort()
            raise OSError("the socket is closed")
        self._transport.resume_reading()

    def _protocol(self) -> WSProtocol:
        return WSProtocol(
            host_port=None,
            ws_path=None,
            is_client_side=False,
            ws_listener_factory=lambda request: self,
            logger=copied_by_nobody,
            disconnect_on_exception=True,
            websocket_handshake_timeout=None,
            enable_auto_ping=False,  # the site's own are heard by its pages too
            auto_ping_idle_timeout=0,
            auto_ping_reply_timeout=0,
            auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
            enable_auto_pong=False,  # it would answer each of a flood, whether anybody reads or not
            max_frame_size=LARGEST_BYTES,
            extra_headers=None,
            read_buffer_init_size=READ_BYTES,
        )

    def _end(self, code: int, status: HTTPStatus) -> None:
        """With a close code where it was accepted, else with an HTTP status. Once."""
        if self._wire:
            if not self._wire.is_close_frame_sent:
                self._wire.send_close(code)
            self._soon_gone()
        elif self._key is not None:
            self.refuse(status)

    def refuse(self, status: HTTPStatus) -> None:
        self._key = None
        line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        self._transport.write(line.encode() + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self._transport.close()

    def _soon_gone(self) -> None:
        """Also where nobody reads what stands before the close, or answers it."""
        asyncio.get_running_loop().call_later(CLOSE_S, self._transport.abort)

    def shutdown(self) -> None:
        """Asked by uvicorn, when it stops."""
        self._end(WSCloseCode.SERVICE_RESTART, HTTPStatus.SERVICE_UNAVAILABLE)
        self._transport.close()
        self._soon_gone()
        self._hear({"type": "websocket.disconnect", "code": WSCloseCode.SERVICE_RESTART})

    # --- what the browser does ----------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._wire = transport
        for kept in (transport.request, transport.response):  # for as long as the socket lives, and nobody reads them
            kept.headers.clear()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if transport.is_close_frame_sent:
            if kind == WSMsgType.CLOSE:
                transport.disconnect()
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:  # of extensions, and none was agreed on
            self._break_off(WSCloseCode.PROTOCOL_ERROR)
        elif kind == WSMsgType.CLOSE:
            code = frame.get_close_code()
            transport.send_close(code if code != WSCloseCode.NO_INFO else WSCloseCode.OK)
            transport.disconnect()
            self._soon_gone()
        elif kind in OF_MESSAGES:
            self._take(kind, frame)
        elif kind == WSMsgType.PING:
            self._ping(frame.get_payload_as_bytes())

    def _ping(self, payload: bytes) -> None:
        """Of many that come at once the last is answered (RFC 6455, 5.5.3)."""
        if self._pong is None:
            asyncio.get_running_loop().call_soon(self._answer_ping)
        self._pong = payload

    def _answer_ping(self) -> None:
        payload, self._pong = self._pong, None
        if self._wire and not self._wire.is_close_frame_sent:
            self._wire.send_pong(payload)
            self._cut_off_who_does_not_read()

    def _take(self, kind: WSMsgType, frame: WSFrame) -> None:
        if (kind == WSMsgType.CONTINUATION) != (self._parts is not None):
            self._break_off(WSCloseCode.PROTOCOL_ERROR)
            return
        if frame.fin and self._parts is None:
            self._message(kind, frame.get_payload_as_bytes())
            return
        if self._parts is None:
            self._parts, self._kind, self._size = [], kind, 0
        self._parts.append(frame.get_payload_as_bytes())
        self._size += frame.payload_size + PART_BYTES
        if self._size > LARGEST_BYTES:
            self._break_off(WSCloseCode.MESSAGE_TOO_BIG)
        elif frame.fin:
            parts, self._parts = self._parts, None
            self._message(self._kind, b"".join(parts))

    def _message(self, kind: WSMsgType, data: bytes) -> None:
        if kind == WSMsgType.BINARY:
            self._hear({"type": "websocket.receive", "bytes": data})
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._break_off(WSCloseCode.INVALID_TEXT)
        else:
            self._hear({"type": "websocket.receive", "text": text})

    def _break_off(self, code: WSCloseCode) -> None:
        self._parts = None
        self._end(code, HTTPStatus.BAD_REQUEST)

    def on_ws_disconnected(self, transport: WSTransport | None) -> None:
        self._connections.discard(self)  # type: ignore[arg-type]
        self._key = self._wire = None
        self._hear({"type": "websocket.disconnect", "code": LOST})

    def pause_writing(self) -> None:
        """What waits to be read is counted with each message sent."""

    def resume_writing(self) -> None: ...

    def _hear(self, event: dict) -> None:
        self._inbox.append(event)
        if self._waiting:
            if not self._waiting.done():
                self._waiting.set_result(None)
        elif len(self._inbox) > UNHEARD_MESSAGES and self._wire:
            self._transport.pause_reading()
