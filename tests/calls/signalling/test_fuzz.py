"""Whatever a client makes up, on any of the three sockets: nobody else notices, and its own socket lives."""

import json
from collections.abc import Mapping

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.signalling import messages, rate
from calls.signalling.errors import Refused
from tests.calls.signalling.wires import Wire, captions_of, live_pair, page_of

pytestmark = pytest.mark.django_db(transaction=True)
UNREADABLE = {"bad_frame", "too_big", "unknown_type", "bad_field"}
TABLES = {"room": messages.ROOM_MESSAGES, "page": messages.PAGE_MESSAGES, "captions": messages.CAPTION_MESSAGES}
DOORS = pytest.mark.parametrize("door", TABLES)

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def nearly(table: Mapping[str, messages.Message]) -> st.SearchStrategy[str]:
    """A type that exists, with fields that exist, and anything in them."""
    fields = sorted({name for kind in table.values() for name in (*kind.fields, *kind.optional)})
    names = st.sampled_from(fields) | st.text(max_size=8) if fields else st.text(max_size=8)
    return st.builds(
        lambda kind, fields: json.dumps({"type": kind, **fields}),
        st.sampled_from(sorted(table)),
        st.dictionaries(names, junk, max_size=4),
    )


def is_well_formed(frame: str | bytes, table: Mapping[str, messages.Message]) -> bool:
    """Such a message has tests of its own; here nothing may come of it."""
    if isinstance(frame, bytes):
        return table is messages.CAPTION_MESSAGES and len(frame) % 2 == 0  # sound
    try:
        message = messages.read(frame)
        _, expected = messages.known(message, table)
        messages.check_fields(message, expected)
    except Refused:
        return False
    return True


def malformed(table: Mapping[str, messages.Message]) -> st.SearchStrategy[str | bytes]:
    frames = st.text(max_size=200) | junk.map(json.dumps) | nearly(table) | st.binary(max_size=200)
    return frames.filter(lambda frame: not is_well_formed(frame, table))


class Company:
    """Alice makes things up, in one of her windows: the `room`, any `page`, or where her sound is written down as `captions`.
    Bob talks with her, his page is open, and eve watches whether he is free."""

    def __init__(self, senders: dict[str, Wire], others: list[Wire]) -> None:
        self.senders, self.others = senders, others

    def wires(self) -> list[Wire]:
        return [*self.senders.values(), *self.others]

    async def nobody_else_notices(self, door: str, frame: str | bytes) -> None:
        sender = self.senders[door]
        await sender.end.send_input(
            {"type": "websocket.receive", "bytes" if isinstance(frame, bytes) else "text": frame}
        )
        code, _ = await sender.error()
        assert code in UNREADABLE, frame
        assert sender.before == []
        assert all(wire.end.output_queue.empty() for wire in self.wires())


@pytest.fixture
async def company(alice, bob, eve, now, monkeypatch) -> Company:
    monkeypatch.setattr(rate, "BURST", 10**9)  # what comes too fast is dropped unread: test_hostile.py
    monkeypatch.setattr(django_settings, "CAPTIONS", True)
    for patience in ("SOCKET_PING_S", "SOCKET_SILENCE_S"):
        monkeypatch.setattr(django_settings, patience, 3_600)  # nobody answers a ping
    hers, his, call = await live_pair(alice, bob, now)
    page, his_page, watcher = [await page_of(person) for person in (alice, bob, eve)]
    await watcher.say("watch", experts=[bob.id])
    assert (await watcher.hear("presence"))["experts"][0]["state"] == "busy"
    captions = await captions_of(alice, call.room.code)
    company = Company({"room": hers, "page": page, "captions": captions}, [his, his_page, watcher])
    for wire in company.wires():
        assert await wire.hears_no("error")  # what belongs to their coming is heard
        wire.before.clear()
    return company


def made_up(count: int):
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


@DOORS
class FuzzTests:
    @pytest.mark.again_in_prove
    @made_up(150)
    @given(frames=st.data())
    async def test_a_few(self, company, door, frames):
        await company.nobody_else_notices(door, frames.draw(malformed(TABLES[door])))

    @pytest.mark.prove
    @made_up(10_000)
    @given(frames=st.data())
    async def test_ten_thousand(self, company, door, frames):
        await company.nobody_else_notices(door, frames.draw(malformed(TABLES[door])))
