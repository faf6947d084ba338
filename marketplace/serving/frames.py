"""WebSockets for uvicorn: its own way in, and from the moment a socket is accepted the frames of picows.

Both implementations that come with uvicorn cost about twice as much for a message, and several times the memory of an idle
socket. And they let a browser that does not read hold up whoever sends to it: here a send never waits, and who lets
UNREAD_BYTES pile up is cut off, like a line that broke.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSProtocol
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

LARGEST_BYTES = 1_048_576  # of a message
UNREAD_BYTES = 1_048_576
UNHEARD_FRAMES = 32  # that the application has not taken: until it has, no more is read
PART_BYTES = 64  # what one of many frames of a message costs at least
CLOSE_S = 10  # how long a browser may take to answer a close
READ_BYTES = 2_048  # kept for each socket: what is read at once; it grows with a longer message
LOST = 1006
OF_MESSAGES = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)
OF_THE_HANDSHAKE = (b"host", b"upgrade", b"connection", b"sec-websocket-key", b"sec-websocket-version")

error_log = logging.getLogger("uvicorn.error")
quiet = logging.LoggerAdapter(logging.getLogger("picows"), {})  # a plain logger would be copied for each socket

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
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        self.connection = Connection(self.transport, self.server_state, headers)
        work = self.connection.run(self.config.loaded_app, self._scope(request.split(b" ")[1], headers))
        task = asyncio.get_running_loop().create_task(work)
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

    __slots__ = ("_connections", "_head", "_inbox", "_kind", "_parts", "_size", "_transport", "_waiting", "_wire")

    def __init__(self, transport, server_state: ServerState, headers: Headers) -> None:
        self._transport = transport
        self._connections = server_state.connections
        self._connections.add(self)  # type: ignore[arg-type]  (uvicorn names its own kinds; it calls `shutdown` only)
        lines = b"".join(b"%b: %b\r\n" % header for header in headers if header[0] in OF_THE_HANDSHAKE)
        self._head: bytes | None = b"GET / HTTP/1.1\r\n%b\r\n" % lines  # while it is neither accepted nor refused
        self._wire: WSTransport | None = None  # once accepted
        self._inbox: list[dict] = [{"type": "websocket.connect"}]
        self._waiting: asyncio.Future | None = None
        self._parts: list[bytes] | None = None  # of a message in several frames
        self._kind, self._size = WSMsgType.TEXT, 0  # of that message

    # --- what the application does ------------------------------------------------------------------------------

    async def run(self, application: Callable, scope: dict) -> None:
        try:
            await application(scope, self.receive, self.send)
        except Exception:
            error_log.exception("Exception in ASGI application")
            self._end(WSCloseCode.INTERNAL_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            self._end(WSCloseCode.OK, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def receive(self) -> dict:
        if not self._inbox:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        event = self._inbox.pop(0)
        if event["type"] == "websocket.disconnect":
            self._inbox.append(event)  # whoever asks again hears it again
        elif not self._inbox and self._wire and not self._transport.is_reading():
            self._transport.resume_reading()
        return event

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
        if self._transport.get_write_buffer_size() > UNREAD_BYTES:
            self._transport.abort()

    def _accept(self) -> None:
        """Raises OSError."""
        if (head := self._head) is None:
            raise OSError("the socket is closed")
        self._head = None
        protocol = self._protocol()
        protocol.connection_made(self._transport)
        self._transport.set_protocol(protocol)
        protocol.get_buffer(-1)[: len(head)] = head  # picows answers the handshake, or refuses it with a 400
        protocol.buffer_updated(len(head))
        if self._wire is None:
            self.on_ws_disconnected(None)
            raise OSError("the handshake is none")
        self._transport.resume_reading()

    def _protocol(self) -> WSProtocol:
        return WSProtocol(
            host_port=None,
            ws_path=None,
            is_client_side=False,
            ws_listener_factory=lambda request: self,
            logger=quiet,
            disconnect_on_exception=True,
            websocket_handshake_timeout=None,
            enable_auto_ping=False,  # the site's own are heard by its pages too
            auto_ping_idle_timeout=0,
            auto_ping_reply_timeout=0,
            auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
            enable_auto_pong=True,
            max_frame_size=LARGEST_BYTES,
            extra_headers=None,
            read_buffer_init_size=READ_BYTES,
        )

    def _end(self, code: int, status: HTTPStatus) -> None:
        """With a close code where it was accepted, else with an HTTP status. Once."""
        if self._wire and not self._wire.is_close_frame_sent:
            self._wire.send_close(code)
            asyncio.get_running_loop().call_later(CLOSE_S, self._transport.abort)
        elif self._head is not None:
            self._head = None
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self._transport.write(line.encode() + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self._transport.close()

    def shutdown(self) -> None:
        """Asked by uvicorn, when it stops."""
        self._end(WSCloseCode.SERVICE_RESTART, HTTPStatus.SERVICE_UNAVAILABLE)
        self._transport.close()
        self._hear({"type": "websocket.disconnect", "code": WSCloseCode.SERVICE_RESTART})

    # --- what the browser does ----------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._wire = transport
        for kept in (transport.request, transport.response):  # for as long as the socket lives, and nobody reads them
            kept.headers.clear()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """What it raises closes the socket: picows reads, and is done with, one frame at a time."""
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
        elif kind in OF_MESSAGES:
            self._take(kind, frame)

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
        self._head = self._wire = None
        self._hear({"type": "websocket.disconnect", "code": LOST})

    def pause_writing(self) -> None:
        """What waits to be read is counted with each message sent."""

    def resume_writing(self) -> None: ...

    def _hear(self, event: dict) -> None:
        self._inbox.append(event)
        if self._waiting:
            if not self._waiting.done():
                self._waiting.set_result(None)
        elif len(self._inbox) > UNHEARD_FRAMES and self._wire:
            self._transport.pause_reading()
