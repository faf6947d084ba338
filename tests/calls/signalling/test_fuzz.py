"""Whatever a client makes up: nobody else notices, and its own socket lives."""

import json

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.signalling import messages, rate
from calls.signalling.errors import Refused
from tests.calls.signalling.wires import live_pair

pytestmark = pytest.mark.django_db(transaction=True)
UNREADABLE = {"bad_frame", "too_big", "unknown_type", "bad_field"}

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = sorted({name for kind in messages.ROOM_MESSAGES.values() for name in (*kind.fields, *kind.optional)})
nearly = st.builds(  # a type that exists, with fields that exist, and anything in them
    lambda kind, fields: json.dumps({"type": kind, **fields}),
    st.sampled_from(sorted(messages.ROOM_MESSAGES)),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), junk, max_size=4),
)
frames = st.text(max_size=200) | junk.map(json.dumps) | nearly


def is_well_formed(frame: str) -> bool:
    """Such a message has tests of its own; here nothing may come of it."""
    try:
        message = messages.read(frame)
        _, expected = messages.known(message, messages.ROOM_MESSAGES)
        messages.check_fields(message, expected)
    except Refused:
        return False
    return True


@pytest.fixture
async def pair(alice, bob, now, monkeypatch):
    monkeypatch.setattr(rate, "BURST", 10**9)  # what comes too fast is dropped unread: test_hostile.py
    for patience in ("SOCKET_PING_S", "SOCKET_SILENCE_S"):
        monkeypatch.setattr(django_settings, patience, 3_600)  # he answers no ping
    hers, his, _ = await live_pair(alice, bob, now)
    assert await his.hears_no("error")  # what belongs to their joining is heard
    return hers, his


def made_up(count: int):
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


async def nobody_else_notices(pair, frame: str) -> None:
    hers, his = pair
    await hers.send(frame)
    code, _ = await hers.error()
    assert code in UNREADABLE, frame
    assert his.end.output_queue.empty()


malformed = frames.filter(lambda frame: not is_well_formed(frame))


class FuzzTests:
    @pytest.mark.again_in_prove
    @made_up(200)
    @given(frame=malformed)
    async def test_a_few(self, pair, frame):
        await nobody_else_notices(pair, frame)

    @pytest.mark.prove
    @made_up(10_000)
    @given(frame=malformed)
    async def test_ten_thousand(self, pair, frame):
        await nobody_else_notices(pair, frame)
