"""Coming and going while the database does not always answer."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from calls.notices import hub as hubs
from calls.signalling import arrivals
from marketplace.experts import services as experts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def soon(settings, monkeypatch):
    settings.AWAY_AFTER_S = 0.05
    monkeypatch.setattr(arrivals, "RETRY_S", 0.01)


def fails(monkeypatch, name: str, times: int) -> list:
    """The first `times` calls of the service end without the database. What was called is in the list."""
    calls, real = [], getattr(experts, name)

    def call(**what):
        calls.append(what)
        if len(calls) <= times:
            raise OperationalError("the database is away")
        return real(**what)

    monkeypatch.setattr(experts, name, call)
    return calls


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not await sync_to_async(holds)():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class ComingTests:
    async def test_that_failed_is_made_good_by_the_next_socket(self, bob, monkeypatch):
        hub = await hubs.running()
        fails(monkeypatch, "arrived", 1)
        with pytest.raises(OperationalError):
            await arrivals.arrive(hub=hub, user=bob)
        await arrivals.arrive(hub=hub, user=bob)
        assert await sync_to_async(experts.state)(bob) == "free"

    async def test_that_failed_leaves_it_to_a_socket_that_came_at_the_same_time(self, bob, monkeypatch):
        hub = await hubs.running()
        fails(monkeypatch, "arrived", 1)
        came = await asyncio.gather(*(arrivals.arrive(hub=hub, user=bob) for _ in range(2)), return_exceptions=True)
        assert [type(one) for one in came if one != hub.id] == [OperationalError]
        assert await sync_to_async(experts.state)(bob) == "free"

    async def test_that_failed_does_not_keep_them_here_when_the_others_are_gone(self, bob, monkeypatch):
        hub = await hubs.running()
        fails(monkeypatch, "arrived", 1)
        with pytest.raises(OperationalError):
            await arrivals.arrive(hub=hub, user=bob)
        process = await arrivals.arrive(hub=hub, user=bob)
        arrivals.depart(hub=hub, user=bob, process=process)
        await until(lambda: experts.state(bob) == "away")


class GoingTests:
    async def test_that_failed_is_tried_until_it_is_done(self, bob, monkeypatch):
        hub = await hubs.running()
        process = await arrivals.arrive(hub=hub, user=bob)
        fails(monkeypatch, "left", 3)
        arrivals.depart(hub=hub, user=bob, process=process)
        await until(lambda: not bob.connections.exists() and experts.state(bob) == "away")

    async def test_that_failed_is_given_up_when_they_come_back(self, bob, monkeypatch):
        hub = await hubs.running()
        process = await arrivals.arrive(hub=hub, user=bob)
        calls = fails(monkeypatch, "left", 1)
        arrivals.depart(hub=hub, user=bob, process=process)
        await until(lambda: len(calls) == 1)
        await arrivals.arrive(hub=hub, user=bob)
        await asyncio.gather(*(task for task in hub.tasks if "_go" in repr(task)))
        assert await sync_to_async(experts.state)(bob) == "free"
        assert await bob.connections.acount() == 1
