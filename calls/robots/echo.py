"""An echo: gives back what it hears and sees, a moment later. `python -m calls.robots.echo` is one talk, in a process of its own.

On its input it is told one line, {"sdp": a browser's offer, "stun": addresses, "for_s": how long at the most}; on its output it
answers one, {"sdp": ...}. It ends when the other side is gone, when the time is over, or when its input is closed: whoever
began it stopped. It sends to nobody but who proved, by the password in its answer, to be the one that offered: addresses in
the offer are not looked at, so a member cannot point it at anybody.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import Any

from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

NICE = 10  # who talks, and who pays, comes first
LATER_S = 1.0
PICTURES_PER_S, WIDTH = 10, 320
NOTHING_HELPS_S = 15
FRAMES_MAX = 200  # that wait for their moment
ADDRESSES = ("a=candidate", "a=end-of-candidates")


class Later(MediaStreamTrack):
    """What another track brings, LATER_S afterwards."""

    def __init__(self, source: MediaStreamTrack) -> None:
        self.kind = source.kind
        super().__init__()
        self._source = source
        self._waiting: asyncio.Queue[tuple[float, Any]] = asyncio.Queue(FRAMES_MAX)
        self._shown_at = 0.0
        self._reading = asyncio.ensure_future(self._read())

    async def recv(self) -> Any:
        due, frame = await self._waiting.get()
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        if frame is None:
            raise MediaStreamError
        return frame

    async def _read(self) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                self._keep(await self._source.recv())
        self._keep(None)

    def _keep(self, frame: Any) -> None:
        now = asyncio.get_running_loop().time()
        if frame is not None and self.kind == "video":
            if now - self._shown_at < 1 / PICTURES_PER_S:
                return  # coding pictures is most of the work
            self._shown_at = now
            frame = frame.reformat(width=WIDTH, height=max(2, frame.height * WIDTH // frame.width // 2 * 2))
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((now + LATER_S, frame))


class Echo:
    """One talk with one browser."""

    def __init__(self, *, stun: list[str]) -> None:
        # An empty list and not None: without one aiortc asks a public STUN server.
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[RTCIceServer(urls=stun)] if stun else []))
        self._kinds: set[str] = set()
        self._laters: list[Later] = []
        self.gone = asyncio.Event()
        self._pc.on("track", self._give_back)
        self._pc.on("connectionstatechange", self._look)

    async def answer(self, offer: str) -> str:
        """The description that answers a browser's. Raises ValueError, or whatever aiortc does, of one that is none."""
        lines = [line for line in offer.splitlines() if not line.startswith(ADDRESSES)]
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp="\r\n".join([*lines, ""]), type="offer"))
        if not self._kinds:
            raise ValueError("neither sound nor picture is offered")
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self._pc.localDescription.sdp

    def _give_back(self, track: MediaStreamTrack) -> None:
        if track.kind not in self._kinds:
            self._kinds.add(track.kind)
            self._laters.append(Later(track))
            self._pc.addTrack(self._laters[-1])

    def _look(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self.gone.set()

    async def close(self) -> None:
        for later in self._laters:
            later._reading.cancel()
        await self._pc.close()


async def talk(*, sdp: str, stun: list[str], for_s: float) -> None:
    echo = Echo(stun=stun)
    try:
        print(json.dumps({"sdp": await echo.answer(sdp)}), flush=True)  # noqa: T201 (whoever began us reads it)
        ends = [asyncio.ensure_future(end) for end in (echo.gone.wait(), _input_closed())]
        await asyncio.wait(ends, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await echo.close()


async def _input_closed() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> None:
    os.nice(NICE)
    told = json.loads(sys.stdin.buffer.readline())
    signal.alarm(int(told["for_s"]) + NOTHING_HELPS_S)  # whatever the codecs make of what they are sent
    with contextlib.suppress(Exception):  # of what a browser sent: whoever began us hears no answer, and says so
        asyncio.run(talk(**told))
    os._exit(0)  # nothing is left to be tidied, and no thread of the codecs is waited for


if __name__ == "__main__":
    main()
