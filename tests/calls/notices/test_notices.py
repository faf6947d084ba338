import asyncio
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from calls.notices import hub as hubs
from calls.notices import lease
from calls.notices import services as notices
from calls.notices.models import Process

A, B = UUID(int=1), UUID(int=2)


class FakeSocket:
    def __init__(self) -> None:
        self.tab, self.topics, self.pinged_at = uuid4(), (), 0.0
        self.heard, self.texts = [], []

    def hear(self, topic: str, about: int) -> None:
        self.heard.append((topic, about))

    async def send_text(self, text: str) -> None:
        self.texts.append(text)

    async def close(self, code: int) -> None: ...

    async def ping(self) -> None: ...

    async def say_goodbye(self) -> None: ...


@pytest.fixture
def database_first(transactional_db): ...


@pytest.fixture
async def hub(database_first):
    running = await hubs.running()
    yield running
    await running.goodbye()


@pytest.fixture
def socket():
    return FakeSocket()


async def settled() -> None:
    """What other threads put on the loop has run."""
    for _ in range(3):
        await asyncio.sleep(0)


class TellingTests:
    async def test_those_who_listen_hear_and_others_do_not(self, hub, socket):
        hub.add(socket)
        hub.listen(socket, "room", 7)
        await sync_to_async(notices.tell_room)(room_id=7)
        await sync_to_async(notices.tell_room)(room_id=8)
        await sync_to_async(notices.tell_member)(user_id=7)
        await settled()
        assert socket.heard == [("room", 7)]

    async def test_any_thread_can_tell_as_the_worker_of_serve_does(self, hub, socket):
        hub.add(socket)
        hub.listen(socket, "watchers", 7)
        worker = threading.Thread(target=lambda: notices.tell_watchers(user_id=7))
        worker.start()
        await asyncio.to_thread(worker.join)
        await settled()
        assert socket.heard == [("watchers", 7)]

    async def test_nobody_is_told_before_the_commit_nor_after_a_rollback(self, hub, socket):
        hub.add(socket)
        hub.listen(socket, "room", 7)
        heard_inside = []

        def change(*, fail: bool) -> None:
            with transaction.atomic():
                notices.tell_room(room_id=7)
                heard_inside.append(list(socket.heard))
                if fail:
                    raise ValueError

        with pytest.raises(ValueError):
            await sync_to_async(change)(fail=True)
        await settled()
        assert socket.heard == []
        await sync_to_async(change)(fail=False)
        await settled()
        assert (heard_inside, socket.heard) == ([[], []], [("room", 7)])

    async def test_a_removed_socket_hears_nothing_and_leaves_nothing_behind(self, hub, socket):
        hub.add(socket)
        hub.listen(socket, "room", 7)
        hub.remove(socket)
        hub.tell("room", 7)
        assert (socket.heard, socket.topics, dict(hub.topics), hub.sockets) == ([], (), {}, {})

    async def test_text_is_handed_to_the_tab_it_is_for(self, hub, socket):
        hub.add(socket)
        await hub.hand_over(process=hub.id, tab=socket.tab, text="x")
        await hub.hand_over(process=hub.id, tab=uuid4(), text="y")
        assert socket.texts == ["x"]

    def test_without_any_socket_in_the_process_telling_is_harmless(self, transactional_db):
        assert hubs.current() is None
        notices.tell_room(room_id=7)


@pytest.mark.django_db
class DeadProcessTests:
    def test_a_beat_older_than_the_lease_is_dead_once_and_stays_in_the_answer_for_a_minute(self, now, settings):
        lease.take(process=A, now=now)
        lease.take(process=B, now=now)
        limit = now + timedelta(seconds=settings.LEASE_DEAD_S)
        assert notices.end_dead_processes(now=limit) == []
        lease.beat(process=B, now=limit)
        later = limit + timedelta(seconds=1)
        assert notices.end_dead_processes(now=later) == [(A, now)]
        dead_at = Process.objects.get(id=A).dead_at
        assert notices.end_dead_processes(now=later + timedelta(seconds=5)) == [(A, now)]
        assert Process.objects.get(id=A).dead_at == dead_at
        notices.forget_dead_processes(now=later + timedelta(seconds=59))
        assert Process.objects.filter(id=A).exists()
        notices.forget_dead_processes(now=later + timedelta(seconds=61))
        assert list(Process.objects.values_list("id", flat=True)) == [B]

    def test_a_beat_that_lies_ahead_since_the_clock_was_set_back_keeps_nobody_alive(self, now, settings):
        lease.take(process=A, now=now + timedelta(hours=1))
        assert notices.end_dead_processes(now=now) == []
        later = now + timedelta(seconds=settings.LEASE_DEAD_S + 1)
        assert notices.end_dead_processes(now=later) == [(A, now)]

    def test_a_dead_process_cannot_beat_again(self, now):
        lease.take(process=A, now=now)
        notices.end_dead_processes(now=now + timedelta(minutes=1))
        assert not lease.beat(process=A, now=now + timedelta(minutes=1))
        assert not lease.beat(process=B, now=now)

    def test_giving_up_is_dying_at_once_and_changes_no_earlier_death(self, now):
        lease.take(process=A, now=now)
        lease.give_up(process=A, now=now + timedelta(seconds=1))
        lease.give_up(process=A, now=now + timedelta(seconds=9))
        assert notices.end_dead_processes(now=now + timedelta(seconds=2)) == [(A, now + timedelta(seconds=1))]
