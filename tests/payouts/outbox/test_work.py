from datetime import timedelta

import pytest
from django.db import transaction

from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow

State = OutboxRow.State


class World:
    """The world outside: remembers what it was asked, fails when told, and hands back what to write down."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.written: list[str] = []
        self.problems: list[Exception] = []

    def __call__(self, payload, *, key):
        assert not transaction.get_connection().in_atomic_block
        self.asked.append(key)
        if self.problems:
            raise self.problems.pop(0)
        return lambda now: self.written.append(payload["what"])


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def work(world):
    return lambda now: outbox.work(handlers={"tell": world}, now=now)


def enqueue(now, key="period:1:mail", action="tell"):
    outbox.enqueue(action=action, key=key, payload={"what": key}, now=now)


pytestmark = pytest.mark.django_db(transaction=True)


class EnqueueTests:
    def test_the_same_key_twice_is_one_row(self, now):
        enqueue(now)
        enqueue(now)
        assert OutboxRow.objects.count() == 1

    def test_what_is_rolled_back_is_not_done(self, now, work, world):
        with transaction.atomic():
            enqueue(now)
            transaction.set_rollback(True)
        assert work(now) == 0
        assert world.asked == []


class WorkTests:
    def test_a_row_is_done_once(self, now, work, world):
        enqueue(now)
        assert (work(now), work(now + timedelta(days=1))) == (1, 0)
        assert world.asked == world.written == ["period:1:mail"]
        assert OutboxRow.objects.get().state == State.DONE

    def test_rows_are_done_in_order(self, now, work, world):
        for key in ("a", "b", "c"):
            enqueue(now, key=key)
        work(now)
        assert world.asked == ["a", "b", "c"]

    def test_rows_that_nobody_here_can_do_wait(self, now, work):
        enqueue(now, action="other")
        assert work(now) == 0

    def test_a_failure_is_tried_again_later_with_the_same_key(self, now, work, world):
        enqueue(now)
        world.problems = [OSError("no answer"), OSError("no answer")]
        work(now)
        row = OutboxRow.objects.get()
        assert (row.state, row.attempts, row.due_at) == (State.WAITING, 1, now + timedelta(seconds=1))
        assert "no answer" in row.error
        assert work(now) == 0
        work(now + timedelta(seconds=1))
        assert OutboxRow.objects.get().due_at == now + timedelta(seconds=3)
        work(now + timedelta(seconds=3))
        assert world.asked == ["period:1:mail"] * 3
        assert world.written == ["period:1:mail"]
        assert OutboxRow.objects.get().error == ""

    def test_waits_grow_to_an_hour_and_no_further(self, now, work, world):
        enqueue(now)
        OutboxRow.objects.update(attempts=30)
        world.problems = [OSError()]
        work(now)
        assert OutboxRow.objects.get().due_at == now + timedelta(hours=1)

    def test_giving_up_leaves_a_task_for_staff(self, now, work, world):
        enqueue(now)
        world.problems = [outbox.GiveUp("the account is closed")]
        work(now)
        row = OutboxRow.objects.get()
        assert (row.state, row.error) == (State.GIVEN_UP, "the account is closed")
        assert work(now + timedelta(days=1)) == 0

    def test_staff_can_have_it_tried_again(self, now, work, world):
        enqueue(now)
        world.problems = [outbox.GiveUp("the account is closed")]
        work(now)
        assert outbox.try_again(rows=OutboxRow.objects.all(), now=now) == 1
        work(now)
        assert world.written == ["period:1:mail"]

    def test_rows_are_not_claimed_with_a_moment_long_past(self, now, work, world, monkeypatch):
        """The world takes 20 s to answer: a claim made with the `now` of the beginning would soon run out at birth."""
        passed = [0.0]
        monkeypatch.setattr("payouts.outbox.services.time.monotonic", lambda: passed[0])
        slow = lambda payload, *, key: passed.__setitem__(0, passed[0] + 20)  # noqa: E731
        for number in range(10):
            enqueue(now, key=str(number))
        assert outbox.work(handlers={"tell": slow}, now=now) == 2
        assert outbox.work(handlers={"tell": slow}, now=now + timedelta(seconds=40)) == 2

    def test_one_failing_row_holds_up_no_other(self, now, work, world):
        enqueue(now, key="a")
        enqueue(now, key="b")
        world.problems = [OSError()]
        work(now)
        assert world.written == ["b"]


class DeadWorkerTests:
    """A worker killed between the world's answer and the commit: asked twice with one key, written down once."""

    class Killed(BaseException):
        """As kill -9: nothing after it runs."""

    def test_its_row_is_taken_over_after_the_claim(self, now, work, world):
        enqueue(now)

        def die(payload, *, key):
            world.asked.append(key)
            raise self.Killed

        with pytest.raises(self.Killed):
            outbox.work(handlers={"tell": die}, now=now)
        assert work(now + timedelta(seconds=1)) == 0
        assert work(now + timedelta(seconds=outbox.CLAIM_S)) == 1
        assert world.asked == ["period:1:mail"] * 2
        assert world.written == ["period:1:mail"]

    def test_dying_while_writing_down_writes_nothing(self, now, work, world):
        enqueue(now)

        def finish(at):
            enqueue(at, key="half")
            raise self.Killed

        with pytest.raises(self.Killed):
            outbox.work(handlers={"tell": lambda payload, *, key: finish}, now=now)
        assert list(OutboxRow.objects.values_list("key", flat=True)) == ["period:1:mail"]
        work(now + timedelta(seconds=outbox.CLAIM_S))
        assert world.written == ["period:1:mail"]

    def test_a_slow_worker_that_was_overtaken_writes_nothing(self, now, work, world):
        enqueue(now)

        def slow(payload, *, key):
            work(now + timedelta(seconds=outbox.CLAIM_S))
            return lambda at: world.written.append("late")

        outbox.work(handlers={"tell": slow}, now=now)
        assert world.written == ["period:1:mail"]
        assert OutboxRow.objects.get().state == State.DONE
