"""A hundred sockets flood a real server process, and two others talk on it: of their signalling not one message is lost."""

import asyncio
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.signalling.rate import BURST, REFILL_PER_S
from tests import cast
from tests.calls.signalling.floods import KINDS, PER_S, Flooder, seat, talk_beside
from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.wires import answered_call, cookie_of

pytestmark = [pytest.mark.prove, pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PAIRS, SECONDS = 50, 10


@pytest.fixture
def site(tmp_path, transactional_db):
    server = site_on_this_database(tmp_path)
    yield server
    server.stop()
    assert server.errors() == []


def pairs(count: int) -> list[tuple[str, list[str]]]:
    """The code of each room, and the cookies of its two."""
    found = []
    for number in range(count):
        caller, expert = cast.member(f"Caller{number} Martin"), cast.expert(f"Expert{number} Leroy")
        code = answered_call(caller, expert, timezone.now()).room.code
        found.append((code, [cookie_of(caller), cookie_of(expert)]))
    return found


async def lines_of(site, rooms) -> list[Line]:
    return [line for code, cookies in rooms for line in await seat(site, code, cookies)]


async def close(*lines: Line) -> None:
    await asyncio.gather(*(line.close() for line in lines))


async def is_heard_again(line: Line) -> None:
    async with asyncio.timeout(10):
        while True:
            await line.say("echo")
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await line.hear("echo")
                    return


class FloodTests:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    async def test_of_another_call_nothing_is_lost_nor_out_of_order(self, site, kind):
        rooms = await sync_to_async(pairs)(PAIRS + 1)
        await asyncio.to_thread(site.start)
        hers, his, *others = await lines_of(site, rooms)
        flood = [Flooder(line, KINDS[kind]) for line in others]
        talk = await talk_beside(flood, hers, his, seconds=SECONDS)
        assert talk.sent > SECONDS
        assert talk.heard == {"hers": list(range(talk.sent)), "his": list(range(talk.sent))}
        assert sum(flooder.sent for flooder in flood) > 0.8 * 2 * PAIRS * PER_S * SECONDS
        if kind == "signals":  # as fast as they may: they lose nothing either
            assert not any(flooder.errors for flooder in flood)
        await close(hers, his, *others)

    async def test_above_the_rate_frames_are_dropped_and_the_sender_is_told_once_a_second(self, site):
        rooms = await sync_to_async(pairs)(6)
        await asyncio.to_thread(site.start)
        hers, his, *others = await lines_of(site, rooms)
        flood = [Flooder(line, KINDS["signals"], per_s=10 * REFILL_PER_S) for line in others]
        talk = await talk_beside(flood, hers, his, seconds=SECONDS)
        assert talk.heard == {"hers": list(range(talk.sent)), "his": list(range(talk.sent))}
        for flooder in flood:
            assert flooder.sent > 2 * REFILL_PER_S * SECONDS
            assert flooder.heard <= BURST + REFILL_PER_S * (SECONDS + 11)
            assert {code for _, code in flooder.errors} == {"too_fast"}
            moments = [moment for moment, _ in flooder.errors]
            assert len(moments) <= SECONDS + 11
            await is_heard_again(flooder.line)
        await close(hers, his, *others)
