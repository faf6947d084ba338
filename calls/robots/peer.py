"""The robot's end of the connection between two peers: the impolite side of perfect negotiation, on aiortc."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

from calls.robots.media import Face, Melody

logger = logging.getLogger("robot")
OFFERS_ITSELF_AFTER_S = 1.0  # the browser usually offers first; two offers at once cost one round trip
ICE_KEYS = ("urls", "username", "credential")


class Peer:
    """One talk with one browser. `tell` relays a signal to it."""

    def __init__(
        self,
        *,
        tell: Callable[[dict[str, Any]], Awaitable[None]],
        face: Face,
        melody: Melody,
        ice: list[dict[str, Any]],
    ) -> None:
        self._tell, self._face, self._melody = tell, face, melody
        # An empty list and not None: without one aiortc asks a public STUN server.
        self._ice = [RTCIceServer(**{key: server[key] for key in ICE_KEYS if server.get(key)}) for server in ice]
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._remote: Marks | None = None
        self._early: list[dict[str, Any] | None] = []  # candidates that came before their description
        self._heard_before = 0
        self._build()
        self._spawn(self._offer_if_nobody_does())

    def _build(self) -> None:
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=self._ice))
        # Receivers before anything arrives: what is never read would pile up in memory.
        self._pc.on("track", lambda track: self._spawn(_drain(track)))

    async def hear(self, data: dict[str, Any]) -> None:
        """A signal from the other side. What cannot be understood is left out; the talk goes on."""
        try:
            if description := data.get("description"):
                async with self._lock:
                    await self._hear_description(description)
            self._early += data.get("candidates") or []
            if self._remote:
                early, self._early = self._early, []
                for candidate in early:
                    # Each by itself: resolving a .local name can take seconds, and may fail.
                    self._spawn(self._add(candidate))
        except Exception:
            logger.exception("signal not understood")

    async def _hear_description(self, description: dict[str, str]) -> None:
        kind, sdp = description["type"], description["sdp"]
        if kind == "offer" and self._pc.signalingState != "stable":
            return  # both offered at once: the polite browser takes its own back and answers ours
        if kind == "answer" and self._pc.signalingState != "have-local-offer":
            return
        before, self._remote = self._remote, Marks.of(sdp)
        if kind == "offer" and before and before.ufrag != self._remote.ufrag:
            await self._rebuild()
            if before.fingerprint == self._remote.fingerprint:
                # The browser restarts ICE. aiortc cannot, so it is asked to begin anew, as with a page loaded again.
                self._remote = None
                await self._offer()
                return
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=sdp, type=kind))
        if kind == "offer":
            self._send({transceiver.kind for transceiver in self._pc.getTransceivers()})
            await self._describe(await self._pc.createAnswer())

    async def _offer(self) -> None:
        self._send({"audio", "video"})
        await self._describe(await self._pc.createOffer())

    def _send(self, kinds: set[str]) -> None:
        """Gives what it has of these kinds to the connection; only what was offered may be in an answer."""
        sent = {sender.track.kind for sender in self._pc.getSenders() if sender.track}
        for track in (self._melody, self._face):
            if track.kind in kinds - sent:
                self._pc.addTrack(_Sent(track))
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "video":
                transceiver.direction = "sendonly" if transceiver.sender.track else "inactive"  # a robot does not look

    async def _describe(self, description: RTCSessionDescription) -> None:
        await self._pc.setLocalDescription(description)
        local = self._pc.localDescription
        await self._tell({"description": {"type": local.type, "sdp": as_browsers_write(local.sdp)}})

    async def tell_again(self) -> None:
        """The other is back on a new socket: an offer that was not answered may never have arrived."""
        async with self._lock:
            if self._pc.signalingState == "have-local-offer":
                local = self._pc.localDescription
                await self._tell({"description": {"type": local.type, "sdp": as_browsers_write(local.sdp)}})

    async def _offer_if_nobody_does(self) -> None:
        await asyncio.sleep(OFFERS_ITSELF_AFTER_S)
        async with self._lock:
            if self._pc.signalingState == "stable" and self._remote is None:
                await self._offer()

    async def _add(self, candidate: dict[str, Any] | None) -> None:
        if not candidate or not candidate.get("candidate"):
            return
        parsed = candidate_from_sdp(candidate["candidate"].removeprefix("candidate:"))
        parsed.sdpMid, parsed.sdpMLineIndex = candidate.get("sdpMid"), candidate.get("sdpMLineIndex")
        async with self._lock:
            pc = self._pc
        await pc.addIceCandidate(parsed)

    async def _rebuild(self) -> None:
        self._heard_before = await self.heard()
        old = self._pc
        self._build()
        await old.close()

    async def heard(self) -> int:
        """Audio packets that have arrived from the other side so far; never goes down."""
        arrived = 0
        for receiver in self._pc.getReceivers():
            if receiver.track and receiver.track.kind == "audio":
                stats = await receiver.getStats()
                arrived += sum(part.packetsReceived for part in stats.values() if part.type == "inbound-rtp")
        return self._heard_before + arrived

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self._pc.close()


def as_browsers_write(sdp: str) -> str:
    """With one fingerprint of the certificate: of three hashes a page does not know which one a browser would hold it against,
    so it takes no description with several (peer.js)."""
    return re.sub(r"^a=fingerprint:(?!sha-256 ).*\r?\n", "", sdp, flags=re.MULTILINE)


@dataclass(frozen=True)
class Marks:
    """What tells one connection of the other side from the next: a new certificate, or new names of its ICE."""

    ufrag: str
    fingerprint: str

    @classmethod
    def of(cls, sdp: str) -> "Marks":
        found = {name: re.search(rf"^a={name}:(.+?)\s*$", sdp, re.MULTILINE) for name in ("ice-ufrag", "fingerprint")}
        return cls(*(match[1] if match else "" for match in found.values()))


class _Sent(MediaStreamTrack):
    """A track of one connection, fed by the robot's own track: closing a connection stops the tracks that it sends."""

    def __init__(self, source: MediaStreamTrack) -> None:
        self.kind = source.kind
        super().__init__()
        self._source = source

    async def recv(self) -> Any:
        return await self._source.recv()


async def _drain(track: MediaStreamTrack) -> None:
    with contextlib.suppress(MediaStreamError):
        while True:
            await track.recv()


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception as problem:
        logger.info("left out: %s", problem)
