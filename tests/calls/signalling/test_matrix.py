"""Who may send what: every message of the room against everybody who could try, spelt out by hand."""

import json

import pytest
from asgiref.sync import sync_to_async

from calls.signalling import messages
from marketplace.experts import services as experts
from tests.calls.signalling.wires import Wire, live_pair, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)
NOBODYS = 10**9  # an id that nothing has
AT_THE_DOOR = {"sign_in", "guest", "not_joined", "not_your_role"}
DOES, ROLE, SEAT, GUEST = "may", "not_your_role", "not_joined", "guest"

# What is sent, and what the caller and the expert of a live call get: each in their seat, then from a second window. At last
# what a caller who is a guest gets in their seat; with a second window they get no more.
ROOM = [
    ({"type": "pong"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "echo"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "signal", "data": {"candidates": [None]}}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "media", "received": 1}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "sign", "what": "hand", "on": True}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "chat", "text": "x"}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "chat.erase"}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "ring", "line": ""}, DOES, ROLE, DOES, ROLE, DOES),
    ({"type": "offer.preview", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.send", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.stored", "stored": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "offer.withdraw", "offer": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.refuse", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, DOES),
    ({"type": "offer.making_account", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, DOES),
    ({"type": "offer.adding_credit", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "offer.accept", "offer": NOBODYS, "cap_minor": 1}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "meter.pause", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.resume", "period": NOBODYS}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "meter.ready", "period": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "meter.free", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.here", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.raise", "period": NOBODYS, "to_minor": 1}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "act.cancel", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "report.explain", "words": "x"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "join"}, DOES, DOES, None, None, DOES),  # from a second window it takes the seat: test_room.py
    # Those end the call, so they come last, and each from one person.
    ({"type": "hangup"}, None, DOES, SEAT, SEAT, None),
    ({"type": "report"}, DOES, None, None, None, DOES),
]

# What is sent on any page, and what a visitor, a guest and a member get.
PAGE = [
    ({"type": "pong"}, DOES, DOES, DOES),
    ({"type": "watch", "experts": [NOBODYS]}, DOES, DOES, DOES),
    ({"type": "ring.terms", "expert": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring", "expert": NOBODYS, "line": ""}, "sign_in", DOES, DOES),
    (
        {
            "type": "ring",
            "expert": NOBODYS,
            "line": "",
            "agreed": {"terms": f"{'0' * 64}:0:{'s' * 43}", "cap_minor": 1},
        },
        "sign_in",
        GUEST,
        DOES,
    ),
    ({"type": "ring.cancel", "call": NOBODYS}, "sign_in", DOES, DOES),
    ({"type": "ring.answer", "call": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring.decline", "call": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring.back", "member": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "wait", "expert": NOBODYS, "line": ""}, "sign_in", GUEST, DOES),
    ({"type": "wait.leave", "expert": NOBODYS}, "sign_in", GUEST, DOES),
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
        for message, *expected, _guest in ROOM:
            for wire, wanted, who in zip(
                windows, expected, ("caller", "expert", "caller looking", "expert looking"), strict=True
            ):
                if wanted:
                    assert await outcome(wire, message) == wanted, f"{message} by the {who}"

    async def test_a_guest_may_what_costs_nothing(self, carla, bob, now):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="anyone")
        hers, _, _ = await live_pair(carla, bob, now)
        for message, *_others, wanted in ROOM:
            if wanted:
                assert await outcome(hers, message) == wanted, message

    async def test_with_a_second_window_a_guest_may_no_more(self, carla, bob, now):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="anyone")
        _, _, call = await live_pair(carla, bob, now)
        looking = await room_of(carla, call.room.code)
        for message, _caller, _expert, as_a_member, _, _ in ROOM:
            if as_a_member:
                wanted = GUEST if messages.ROOM_MESSAGES[message["type"]].member else as_a_member
                assert await outcome(looking, message) == wanted, message


class PageTests:
    def test_no_message_is_left_out(self):
        assert {row[0]["type"] for row in PAGE} == set(messages.PAGE_MESSAGES)

    async def test_visitors_only_look(self, eve, carla):
        visitor, guest, member = await page_of(None), await page_of(carla), await page_of(eve)
        for message, to_a_visitor, to_a_guest, to_a_member in PAGE:
            assert await outcome(visitor, message) == to_a_visitor, message
            assert await outcome(guest, message) == to_a_guest, message
            assert await outcome(member, message) == to_a_member, message


class CaptionTests:
    def test_no_message_is_left_out(self):
        """Who may open that socket: test_socket.py of the captions. Whoever may, may send sound."""
        assert set(messages.CAPTION_MESSAGES) == {"pong"}


class BrokenDoorTests:
    async def test_a_door_that_asks_for_no_role_would_be_seen(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        hers, _his, _ = await live_pair(alice, bob, now)
        monkeypatch.setattr("calls.signalling.room.RoomSocket.check_role", lambda *_: None)
        assert await outcome(hers, {"type": "offer.withdraw", "offer": NOBODYS}) == DOES
