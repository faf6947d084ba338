import asyncio
import logging

import pytest

from calls.captions import pool
from tests.calls.captions import scribes
from tests.calls.signalling.conftest import *  # noqa: F403
from tests.calls.signalling.wires import Wire


@pytest.fixture
def captions_on(settings):
    settings.CAPTIONS = True


@pytest.fixture
def written_by(monkeypatch, captions_on):
    """`written_by(scribes.slow)`: what the worker processes do from now on."""

    def write(work, load=scribes.begin) -> None:
        pool.end()
        monkeypatch.setattr(pool, "work", work)
        monkeypatch.setattr(pool, "load", load)

    yield write
    pool.end()


async def speak(wire: Wire, *sounds: bytes) -> None:
    for sound in sounds:
        await wire.end.send_input({"type": "websocket.receive", "bytes": sound})
        await asyncio.sleep(0)


@pytest.fixture
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog
