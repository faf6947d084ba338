"""Whatever comes in: an error goes back, the socket lives, and nobody else notices."""

import json

import pytest

from tests.calls.signalling.wires import live_pair, page_of

pytestmark = pytest.mark.django_db(transaction=True)

DEEP = '{"type":"signal","data":' + '{"candidates":[' * 5000 + "]}" * 5000 + "}"
NESTED = "[" * 60_000

FRAMES = {
    "nothing": ("", "bad_frame"),
    "no JSON": ("hello", "bad_frame"),
    "half JSON": ('{"type":"pong"', "bad_frame"),
    "a list": ("[]", "bad_frame"),
    "a number": ("1", "bad_frame"),
    "null": ("null", "bad_frame"),
    "not a number": ('{"type":"media","received":NaN}', "bad_frame"),
    "infinity": ('{"type":"media","received":Infinity}', "bad_frame"),
    "an endless number": ('{"type":"media","received":' + "9" * 6000 + "}", "bad_frame"),
    "too deep": (NESTED, "bad_frame"),
    "too deep inside": (DEEP[:65_000], "bad_frame"),
    "too big": (json.dumps({"type": "pong", "x": "a" * 65_536}), "too_big"),
    "too big in bytes": (json.dumps({"type": "pong", "x": "é" * 40_000}, ensure_ascii=False), "too_big"),
    "no type": ("{}", "unknown_type"),
    "an unknown type": ('{"type":"wallet.grant","minor":1}', "unknown_type"),
    "a type of the other socket": ('{"type":"watch","experts":[1]}', "unknown_type"),
    "a type for clients": ('{"type":"replaced"}', "unknown_type"),
    "a method's name": ('{"type":"__call__"}', "unknown_type"),
    "a type that is no string": ('{"type":["pong"]}', "unknown_type"),
    "an object as type": ('{"type":{"a":1}}', "unknown_type"),
    "an unknown field": ('{"type":"pong","self":1}', "bad_field"),
    "a missing field": ('{"type":"media"}', "bad_field"),
    "a string for a number": ('{"type":"media","received":"1"}', "bad_field"),
    "true for a number": ('{"type":"media","received":true}', "bad_field"),
    "a fraction": ('{"type":"media","received":1.5}', "bad_field"),
    "below zero": ('{"type":"media","received":-1}', "bad_field"),
    "beyond exact numbers": ('{"type":"media","received":9007199254740992}', "bad_field"),
    "null for a number": ('{"type":"offer.send","listing":1,"rate_minor":null}', "bad_field"),
    "a cap below nothing": ('{"type":"offer.accept","offer":1,"cap_minor":-1}', "bad_field"),
    "a cap below zero": ('{"type":"offer.accept","offer":1,"cap_minor":-100}', "bad_field"),
    "a fraction of a cent": ('{"type":"offer.accept","offer":1,"cap_minor":100.5}', "bad_field"),
    "other digits": ('{"type":"offer.accept","offer":1,"cap_minor":"١٠٠"}', "bad_field"),
    "an estimate of one": ('{"type":"offer.send","listing":1,"estimate":[5]}', "bad_field"),
    "NUL": ('{"type":"signal","data":{"description":{"type":"offer","sdp":"\\u0000"}}}', "bad_field"),
    "half a letter": ('{"type":"signal","data":{"description":{"type":"offer","sdp":"\\ud800"}}}', "bad_field"),
    "a page with a slash": ('{"type":"join","page":"../x"}', "bad_field"),
    "a page of nothing": ('{"type":"join","page":""}', "bad_field"),
    "a signal of nothing": ('{"type":"signal","data":{}}', "bad_field"),
    "a signal of both": ('{"type":"signal","data":{"description":null,"candidates":[]}}', "bad_field"),
    "a rollback from outside": ('{"type":"signal","data":{"description":{"type":"rollback","sdp":""}}}', "bad_field"),
    "nested candidates": ('{"type":"signal","data":{"candidates":[{"candidate":{"a":1}}]}}', "bad_field"),
    "too many candidates": (json.dumps({"type": "signal", "data": {"candidates": [None] * 65}}), "bad_field"),
}

ON_THE_PAGE = {
    "a line with NUL": ('{"type":"ring","expert":1,"line":"\\u0000"}', "bad_field"),
    "a line with half a letter": ('{"type":"ring","expert":1,"line":"\\udfff"}', "bad_field"),
    "too long a line": (json.dumps({"type": "ring", "expert": 1, "line": "a" * 201}), "bad_field"),
    "too many to watch": (json.dumps({"type": "watch", "experts": list(range(1, 102))}), "bad_field"),
    "an expert who is no number": ('{"type":"watch","experts":["1"]}', "bad_field"),
    "expert 0": ('{"type":"ring","expert":0,"line":""}', "bad_field"),
    "an offer on the wrong socket": ('{"type":"offer.accept","offer":1,"cap_minor":1}', "unknown_type"),
}


class RoomFrameTests:
    async def test_each_gets_its_error_and_nobody_else_notices(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        for name, (frame, code) in FRAMES.items():
            await hers.send(frame)
            assert (await hers.error())[0] == code, name
        await hers.end.send_input({"type": "websocket.receive", "bytes": b"\x00\xff"})
        assert await hers.error() == ("bad_frame", None)
        assert await his.hears_no("error", "signal", "peer")
        await hers.say("signal", data={"candidates": [None]})
        await his.hear("signal")


class PageFrameTests:
    async def test_each_gets_its_error_and_the_socket_lives(self, alice):
        page = await page_of(alice)
        for name, (frame, code) in ON_THE_PAGE.items():
            await page.send(frame)
            assert (await page.error())[0] == code, name
        await page.say("watch", experts=[alice.id])
        await page.hear("presence")


class FloodTests:
    async def test_is_cut_and_answered_once_a_second_and_the_other_side_gets_no_more_than_the_bucket(
        self, alice, bob, now
    ):
        hers, his, _ = await live_pair(alice, bob, now)
        for _ in range(400):
            await hers.say("signal", data={"candidates": [None]})
        assert await hers.error() == ("too_fast", "signal")
        assert await hers.hears_no("error")
        passed = 0
        while not await his.silent(0.3):
            passed += (await his.next())["type"] == "signal"
        assert 100 <= passed < 250

    async def test_long_frames_cost_more(self, alice, bob, now):
        hers, _his, _ = await live_pair(alice, bob, now)
        description = {"description": {"type": "offer", "sdp": "a" * 60_000}}
        for _ in range(20):
            await hers.say("signal", data=description)
        assert await hers.error() == ("too_fast", "signal")

    async def test_what_cannot_be_read_is_nobodys(self, db):
        visitor = await page_of(None)
        for _ in range(200):
            await visitor.send("{")
        while (error := await visitor.error()) == ("bad_frame", None):
            pass
        assert error == ("too_fast", None)
