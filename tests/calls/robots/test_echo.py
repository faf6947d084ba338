"""The echo: descriptions, delay, and to whom it sends. Sound and picture between it and a browser are for the journeys."""

import asyncio
import re

import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from calls.robots import echo as echoes
from calls.robots.echo import Echo, Later
from calls.robots.media import Face, Melody


@pytest.fixture
async def echo():
    echo = Echo(stun=[])
    yield echo
    await echo.close()


@pytest.fixture
async def browser():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTrack(Melody())
    connection.addTrack(Face(name="Alice", caption="", hue=0.5))
    yield connection
    await connection.close()


async def offer_of(browser: RTCPeerConnection) -> str:
    await browser.setLocalDescription(await browser.createOffer())
    return browser.localDescription.sdp


class Counting(MediaStreamTrack):
    """Three frames of sound, and then no more."""

    kind = "audio"
    count = 0

    async def recv(self):
        self.count += 1
        if self.count > 3:
            raise MediaStreamError
        return self.count


class AnswerTests:
    async def test_it_gives_back_sound_and_picture(self, echo, browser):
        answer = await echo.answer(await offer_of(browser))
        await browser.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        assert [each.currentDirection for each in browser.getTransceivers()] == ["sendrecv", "sendrecv"]

    async def test_of_many_tracks_it_gives_back_one_of_each_kind(self, echo, browser):
        for _ in range(4):
            browser.addTransceiver("audio")
        answer = await echo.answer(await offer_of(browser))
        await browser.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        directions = [each.currentDirection for each in browser.getTransceivers()]
        assert directions.count("sendrecv") == 2

    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    async def test_it_looks_at_no_address_of_the_offer(self, echo, browser, end):
        """Else a member could have it send to anybody they name."""
        offer = await offer_of(browser)
        candidate = f"a=candidate:1 1 udp 2130706431 192.0.2.1 9 typ host{end}a=mid:"
        planted = re.sub(r"^a=mid:", candidate, offer, flags=re.MULTILINE).replace("\r\n", end)
        await echo.answer(planted)
        [transport] = {each.sender.transport.transport for each in echo._pc.getTransceivers()}
        assert transport.getRemoteCandidates() == []

    @pytest.mark.parametrize("nonsense", ["nonsense", "v=0", "v=0\r\nm=audio x y z\r\n", "\0" * 100, "m=" * 10_000])
    async def test_what_is_no_offer_is_answered_by_nothing(self, echo, nonsense):
        with pytest.raises(Exception):  # noqa: B017 (whatever the library raises: the process ends by it)
            await asyncio.wait_for(echo.answer(nonsense), 5)


class LaterTests:
    async def test_what_comes_is_given_back_later_and_in_order(self, monkeypatch):
        monkeypatch.setattr(echoes, "LATER_S", 0.05)
        later = Later(Counting())
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert [await later.recv() for _ in range(3)] == [1, 2, 3]
        assert loop.time() - began >= 0.04
        with pytest.raises(MediaStreamError):
            await later.recv()

    async def test_what_nobody_fetches_does_not_pile_up(self, monkeypatch):
        monkeypatch.setattr(echoes, "FRAMES_MAX", 2)
        later = Later(Counting())
        await later._reading
        assert later._waiting.qsize() == 2
