"""Who may send what: every message of the room against everybody who could try, spelt out by hand."""

import json

import pytest

from calls.signalling import messages
from tests.calls.signalling.wires import Wire, live_pair, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)
NOBODYS = 10**9  # an id that nothing has
AT_THE_DOOR = {"sign_in", "not_joined", "not_your_role"}
DOES, ROLE, SEAT = "may", "not_your_role", "not_joined"

# What is sent, and what the caller and the expert of a live call get: each in their seat, then from a second window.
ROOM = [
    ({"type": "pong"}, DOES, DOES, DOES, DOES),
    ({"type": "echo"}, DOES, DOES, DOES, DOES),
    ({"type": "signal", "data": {"candidates": [None]}}, DOES, DOES, SEAT, SEAT),
    ({"type": "media", "received": 1}, DOES, DOES, SEAT, SEAT),
    ({"type": "sign", "what": "hand", "on": True}, DOES, DOES, SEAT, SEAT),
    ({"type": "chat", "text": "x"}, DOES, DOES, SEAT, SEAT),
    ({"type": "chat.erase"}, DOES, DOES, SEAT, SEAT),
    ({"type": "ring", "line": ""}, DOES, ROLE, DOES, ROLE),
    ({"type": "offer.preview", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT),
    ({"type": "offer.send", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT),
    ({"type": "offer.stored", "stored": NOBODYS}, DOES, DOES, SEAT, SEAT),
    ({"type": "offer.withdraw", "offer": NOBODYS}, ROLE, DOES, ROLE, SEAT),
    ({"type": "offer.refuse", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.adding_credit", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.accept", "offer": NOBODYS, "cap_minor": 1}, DOES, ROLE, SEAT, ROLE),
    ({"type": "meter.pause", "period": NOBODYS}, DOES, DOES, SEAT, SEAT),
    ({"type": "meter.resume", "period": NOBODYS}, DOES, ROLE, SEAT, ROLE),
    ({"type": "meter.ready", "period": NOBODYS}, ROLE, DOES, ROLE, SEAT),
    ({"type": "meter.free", "period": NOBODYS}, DOES, DOES, SEAT, SEAT),
    ({"type": "meter.here", "period": NOBODYS}, DOES, DOES, SEAT, SEAT),
    ({"type": "meter.raise", "period": NOBODYS, "to_minor": 1}, DOES, ROLE, SEAT, ROLE),
    ({"type": "act.cancel", "period": NOBODYS}, DOES, DOES, SEAT, SEAT),
    ({"type": "report.explain", "words": "x"}, DOES, DOES, DOES, DOES),
    ({"type": "join"}, DOES, DOES, None, None),  # from a second window it takes the seat: test_room.py
    # Those end the call, so they come last, and each from one person.
    ({"type": "hangup"}, None, DOES, SEAT, SEAT),
    ({"type": "report"}, DOES, None, None, None),
]

# What is sent on any page, and what a visitor and a member get.
PAGE = [
    ({"type": "pong"}, DOES, DOES),
    ({"type": "watch", "experts": [NOBODYS]}, DOES, DOES),
    ({"type": "ring.terms", "expert": NOBODYS}, "sign_in", DOES),
    ({"type": "ring", "expert": NOBODYS, "line": ""}, "sign_in", DOES),
    ({"type": "ring", "expert": NOBODYS, "line": "", "agreed": {"terms": "0" * 64, "cap_minor": 1}}, "sign_in", DOES),
    ({"type": "ring.cancel", "call": NOBODYS}, "sign_in", DOES),
    ({"type": "ring.answer", "call": NOBODYS}, "sign_in", DOES),
    ({"type": "ring.decline", "call": NOBODYS}, "sign_in", DOES),
    ({"type": "ring.back", "member": NOBODYS}, "sign_in", DOES),
    ({"type": "wait", "expert": NOBODYS, "line": ""}, "sign_in", DOES),
    ({"type": "wait.leave", "expert": NOBODYS}, "sign_in", DOES),
]


async def outcome(wire: Wire, message: dict) -> str:
    """What the door says of it: a refusal of AT_THE_DOOR, else "may", whatever comes of it further in."""
    await wire.send(json.dumps(message))
    await wire.say("pong", extra=1)  # its answer comes after all answers to the message before it
    codes = []
    while (error := await wire.error()) != ("bad_field", "pong"):
        codes.append(error)
    refused = [code for code, _ in codes if code in AT_THE_DOOR]
    assert all(re == message["type"] for _, re in codes)
    assert "bad_field" not in dict(codes), message
    assert "internal" not in dict(codes), message
    return refused[0] if refused else DOES


class RoomTests:
    def test_no_message_is_left_out(self):
        assert [row[0]["type"] for row in ROOM if row[0]["type"] in messages.ROOM_MESSAGES] == [
            row[0]["type"] for row in ROOM
        ]
        assert {row[0]["type"] for row in ROOM} == set(messages.ROOM_MESSAGES)

    async def test_each_person_may_what_is_theirs(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        windows = [hers, his, await room_of(alice, call.room.code), await room_of(bob, call.room.code)]
        for message, *expected in ROOM:
            for wire, wanted, who in zip(
                windows, expected, ("caller", "expert", "caller looking", "expert looking"), strict=True
            ):
                if wanted:
                    assert await outcome(wire, message) == wanted, f"{message} by the {who}"


class PageTests:
    def test_no_message_is_left_out(self):
        assert {row[0]["type"] for row in PAGE} == set(messages.PAGE_MESSAGES)

    async def test_visitors_only_look(self, eve):
        visitor, member = await page_of(None), await page_of(eve)
        for message, to_a_visitor, to_a_member in PAGE:
            assert await outcome(visitor, message) == to_a_visitor, message
            assert await outcome(member, message) == to_a_member, message


class BrokenDoorTests:
    async def test_a_door_that_asks_for_no_role_would_be_seen(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        hers, _his, _ = await live_pair(alice, bob, now)
        monkeypatch.setattr("calls.signalling.room.RoomSocket.check_role", lambda *_: None)
        assert await outcome(hers, {"type": "offer.withdraw", "offer": NOBODYS}) == DOES
