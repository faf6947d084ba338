"""Negotiation of the robot with another peer, descriptions only: media between the two is for the journeys."""

import asyncio
import re

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from calls.robots.media import Face, Melody
from calls.robots.peer import Marks, Peer


class Table:
    """A robot's peer, and what it told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict] = asyncio.Queue()
        self.peer = Peer(tell=self.told.put, face=Face(name="Mia", caption="robot", hue=0.5), melody=Melody(), ice=[])

    async def description(self) -> dict:
        return (await asyncio.wait_for(self.told.get(), 20))["description"]


@pytest.fixture
async def table():
    table = Table()
    yield table
    await table.peer.close()


@pytest.fixture
async def browser():
    """The caller's side, with a microphone and a place for a picture."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTrack(Melody())
    connection.addTransceiver("video", direction="recvonly")
    yield connection
    await connection.close()


async def offer_of(browser: RTCPeerConnection) -> dict:
    await browser.setLocalDescription(await browser.createOffer())
    return {"type": "offer", "sdp": browser.localDescription.sdp}


class NegotiationTests:
    async def test_it_answers_an_offer_with_sound_and_picture(self, table, browser):
        await table.peer.hear({"description": await offer_of(browser)})
        answer = await table.description()
        assert answer["type"] == "answer"
        await browser.setRemoteDescription(RTCSessionDescription(**answer))
        assert sorted(t.kind for t in browser.getTransceivers() if t.receiver.track) == ["audio", "video"]

    async def test_it_sends_its_picture_and_does_not_ask_for_the_callers(self, table, browser):
        browser.getTransceivers()[1].direction = "sendrecv"
        await table.peer.hear({"description": await offer_of(browser)})
        await browser.setRemoteDescription(RTCSessionDescription(**await table.description()))
        assert [t.currentDirection for t in browser.getTransceivers()] == ["sendrecv", "recvonly"]

    async def test_it_offers_when_nobody_else_does(self, table):
        assert (await table.description())["type"] == "offer"

    async def test_it_names_its_certificate_by_one_hash_as_browsers_do(self, table, browser):
        own = await table.description()
        await table.peer.tell_again()
        again = await table.description()
        assert all(
            len(set(re.findall(r"^a=fingerprint:(.+)$", each["sdp"], re.MULTILINE))) == 1 for each in (own, again)
        )

    async def test_its_own_offer_wins_over_one_that_crosses_it(self, table, browser):
        own = await table.description()
        await table.peer.hear({"description": await offer_of(browser)})
        assert table.told.empty()
        assert own["type"] == "offer"

    async def test_it_repeats_an_offer_that_was_not_answered(self, table):
        first = await table.description()
        await table.peer.tell_again()
        assert (await table.description())["sdp"] == first["sdp"]

    async def test_nonsense_is_left_out(self, table, browser):
        await table.peer.hear({"description": {"type": "offer", "sdp": "nonsense"}})
        await table.peer.hear({"candidates": [None, {}, {"candidate": "garbage", "sdpMid": "0"}]})
        await table.peer.hear({"description": await offer_of(browser)})
        assert (await table.description())["type"] == "answer"

    async def test_it_has_heard_nothing_before_anything_came(self, table):
        assert await table.peer.heard() == 0

    async def test_a_new_page_is_answered_by_a_new_connection(self, table, browser):
        await table.peer.hear({"description": await offer_of(browser)})
        first = Marks.of((await table.description())["sdp"])
        again = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        again.addTrack(Melody())
        await table.peer.hear({"description": await offer_of(again)})
        answer = await table.description()
        await again.close()
        assert answer["type"] == "answer"
        assert Marks.of(answer["sdp"]).fingerprint != first.fingerprint

    async def test_a_restart_of_ice_leads_to_a_new_offer(self, table, browser):
        offer = await offer_of(browser)
        await table.peer.hear({"description": offer})
        await table.description()
        restart = offer["sdp"].replace(f"a=ice-ufrag:{Marks.of(offer['sdp']).ufrag}", "a=ice-ufrag:anew")
        await table.peer.hear({"description": {"type": "offer", "sdp": restart}})
        assert (await table.description())["type"] == "offer"
