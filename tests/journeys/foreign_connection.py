"""The media of foreign_peer.py: PROTOCOL.md, "Perfect negotiation" and "Files", on aiortc."""

import asyncio
import hashlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

Message = dict[str, Any]


class Sound(AudioStreamTrack):
    """Silence, packet by packet; `cut`: not even that."""

    cut = False

    async def recv(self) -> Any:
        if self.cut:
            await asyncio.Event().wait()
        return await super().recv()


class ForeignConnection:
    """aiortc can take no offer of its own back, as the polite side must: so the polite one offers nothing and answers."""

    def __init__(self, tell: Callable[[Message], Awaitable[None]], news: Callable[[], None]) -> None:
        self.tell, self.news = tell, news
        self.page: str | None = None  # the other's
        self.pc: RTCPeerConnection | None = None
        self.sound = Sound()
        self.arrived: Counter[str] = Counter()  # decoded frames, by kind
        self.files = Files(news)
        self.offering = self.ignoring = False
        self.too_early: list[Message] = []
        self.watching: set[asyncio.Task] = set()

    async def meet(self, peer: Message) -> None:
        if not peer["present"] or peer["page"] == self.page:
            return
        if self.page is not None:
            await self.end()
        self.page = peer["page"]
        if not peer["polite"]:
            await self._offer(self._begin())

    async def end(self) -> None:
        if pc := self.pc:
            self.pc = None
            await pc.close()

    async def take(self, data: Message) -> None:
        """A signal of the other."""
        if description := data.get("description"):
            await self._take_description(RTCSessionDescription(**description))
        elif not self.ignoring:
            self.too_early += [each for each in data["candidates"] if each and each["candidate"]]
        if self.pc and self.pc.remoteDescription:
            early, self.too_early = self.too_early, []
            for each in early:
                candidate = candidate_from_sdp(each["candidate"].removeprefix("candidate:"))
                candidate.sdpMid, candidate.sdpMLineIndex = each["sdpMid"], each["sdpMLineIndex"]
                await self.pc.addIceCandidate(candidate)

    async def received(self) -> int:
        """Packets of the other's sound so far."""
        receivers = self.pc.getReceivers() if self.pc else []
        of_sound = [await each.getStats() for each in receivers if each.track and each.track.kind == "audio"]
        reports = [report for stats in of_sound for report in stats.values()]
        return sum(report.packetsReceived for report in reports if report.type == "inbound-rtp")

    def _begin(self) -> RTCPeerConnection:
        # The site names no servers here; without a list aiortc would ask one of its own in the world outside.
        self.pc = pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.on("track", self._watch)
        return pc

    def _add_what_it_sends(self, pc: RTCPeerConnection) -> None:
        pc.addTrack(self.sound)
        pc.addTrack(VideoStreamTrack())
        self.files.use(pc.createDataChannel("files", negotiated=True, id=1))

    async def _offer(self, pc: RTCPeerConnection) -> None:
        self.offering = True
        self._add_what_it_sends(pc)
        await pc.setLocalDescription(await pc.createOffer())
        await self._describe(pc)
        self.offering = False

    async def _describe(self, pc: RTCPeerConnection) -> None:
        """With all candidates in it, and one hash of the certificate."""
        own = pc.localDescription
        sdp = re.sub(r"^a=fingerprint:(?!sha-256 ).*\r?\n", "", own.sdp, flags=re.MULTILINE)
        await self.tell({"description": {"type": own.type, "sdp": sdp}})

    async def _take_description(self, description: RTCSessionDescription) -> None:
        offered, is_first = description.type == "offer", self.pc is None
        pc = self.pc or self._begin()
        self.ignoring = offered and (self.offering or pc.signalingState != "stable")
        if self.ignoring:
            return
        await pc.setRemoteDescription(description)
        if not offered:
            return
        if is_first:
            self._add_what_it_sends(pc)
        await pc.setLocalDescription(await pc.createAnswer())
        await self._describe(pc)

    def _watch(self, track: MediaStreamTrack) -> None:
        self.watching.add(asyncio.get_running_loop().create_task(self._count(track)))

    async def _count(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):  # it is over
            while await track.recv():
                self.arrived[track.kind] += 1
                self.news()


class Files:
    """Takes whatever file is offered, from its beginning; the newest that came whole."""

    def __init__(self, news: Callable[[], None]) -> None:
        self.news = news
        self.whole: bytes | None = None

    def use(self, channel: RTCDataChannel) -> None:
        self.channel = channel
        channel.on("message", self._hear)

    def _hear(self, said: str | bytes) -> None:
        if isinstance(said, bytes):
            self._add(said)
            return
        message = json.loads(said)
        if message["type"] == "offer":
            self.offered, self.file, self.block = message, b"", b""
            self._say("want", {"from": 0})
        elif message["type"] == "block":
            self.coming = message

    def _add(self, piece: bytes) -> None:
        self.block += piece
        if len(self.block) < self.coming["length"]:
            return
        assert hashlib.sha256(self.block).hexdigest() == self.coming["sha256"]
        self.file, self.block = self.file + self.block, b""
        if len(self.file) == self.offered["size"]:
            self._say("have", {})
            self.whole = self.file
            self.news()

    def _say(self, kind: str, fields: Message) -> None:
        self.channel.send(json.dumps({"type": kind, "id": self.offered["id"], **fields}))
