"""The broken twins of the doors to a room: each leaves one check out, and the attack that fails elsewhere succeeds."""

import json
import random
import string

import pytest

from calls.rooms.models import Room, new_code
from calls.signalling import rate
from calls.signalling.room import RoomSocket
from tests.calls.signalling.wires import Refused, live_pair, room_of

pytestmark = pytest.mark.django_db(transaction=True)


class StrangerTests:
    async def test_where_the_address_alone_opens_the_door_eve_comes_in(self, alice, bob, eve, now, monkeypatch):
        """The broken twin of test_room.py::DoorTests."""
        _, _, call = await live_pair(alice, bob, now)
        with pytest.raises(Refused):
            await room_of(eve, call.room.code)

        def by_its_address(_member, code: str) -> Room | None:
            return Room.objects.select_related("caller", "expert").filter(code=code).first()

        monkeypatch.setattr("calls.signalling.room._room_of", by_its_address)
        await room_of(eve, call.room.code)  # nobody refuses her


class CodeTests:
    """What is tried until a room is found. 24 letters of 64 are 144 bits, of the system's own chance."""

    def test_no_seed_gives_the_next_one(self):
        codes = set()
        for _ in range(1_000):
            random.seed(1)
            codes.add(new_code())
        assert len(codes) == 1_000
        assert all(len(code) == 24 and set(code) <= set(string.ascii_letters + string.digits + "-_") for code in codes)

    def test_of_another_source_of_chance_a_seed_gives_it(self, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr("calls.rooms.models.secrets.token_urlsafe", lambda size: random.randbytes(size).hex()[:24])
        codes = set()
        for _ in range(1_000):
            random.seed(1)
            codes.add(new_code())
        assert len(codes) == 1


class OnlookerTests:
    async def test_where_nobody_asks_for_a_seat_who_only_looks_speaks(self, alice, bob, now, monkeypatch):
        """The broken twin of test_matrix.py::RoomTests. (What goes through the relay would still find nobody at the end.)"""
        _, his, call = await live_pair(alice, bob, now)
        onlooker = await room_of(alice, call.room.code)
        await onlooker.say("chat", text="From the corridor")
        assert await onlooker.error() == ("not_joined", "chat")
        monkeypatch.setattr(RoomSocket, "check_role", lambda *_: None)
        await onlooker.say("chat", text="From the corridor")
        assert (await his.hear("chat"))["text"] == "From the corridor"


class FrameTests:
    async def test_a_socket_that_trusts_its_frames_hands_anything_on(self, alice, bob, now, monkeypatch):
        """The broken twin of test_hostile.py::RoomFrameTests and of test_fuzz.py."""
        hers, his, _ = await live_pair(alice, bob, now)

        async def trusting(self, frame: str) -> None:
            fields = json.loads(frame)
            await self.handle(fields["type"], self.table[fields["type"]], {"data": fields["data"]}, frame)

        monkeypatch.setattr(RoomSocket, "_received", trusting)
        await hers.say("signal", data={"description": {"type": "worm", "sdp": 7}})
        assert (await his.hear("signal"))["data"]["description"]["type"] == "worm"

    async def test_without_a_measure_a_flood_reaches_the_other_side_whole(self, alice, bob, now, monkeypatch):
        """The broken twin of test_hostile.py::FloodTests."""
        monkeypatch.setattr(rate, "BURST", 10**9)
        hers, his, _ = await live_pair(alice, bob, now)
        for _ in range(400):
            await hers.say("signal", data={"candidates": [None]})
        for _ in range(400):
            await his.hear("signal")
