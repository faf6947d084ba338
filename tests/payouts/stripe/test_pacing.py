"""The background asks Stripe at most so often, all workers together; pages do not wait; *too many* makes everybody wait."""

from collections import Counter

import pytest

from payouts.sandbox import api
from payouts.stripe import client, gateway, pacing
from payouts.stripe.answers import NotAnswered
from payouts.stripe.models import Pace

pytestmark = pytest.mark.django_db


class SimulatedTime:
    """Passes only when somebody waits, and a little with each look at it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def passing(monkeypatch, settings) -> SimulatedTime:
    settings.STRIPE_REQUESTS_PER_S = 25
    simulated = SimulatedTime()
    monkeypatch.setattr(pacing, "time", simulated)
    return simulated


@pytest.fixture
def asked(monkeypatch, passing) -> list[float]:
    """When each request was made."""
    moments: list[float] = []
    plain = client.SandboxTransport.request

    def request(transport, *args, **options):
        moments.append(passing.now)
        return plain(transport, *args, **options)

    monkeypatch.setattr(client.SandboxTransport, "request", request)
    return moments


def ask(times: int) -> None:
    for number in range(times):
        gateway.create_customer(email="a@example.test", name="A", key=f"{number}")


def most_in_a_second(moments: list[float]) -> int:
    """In any second, wherever it begins (to a hundredth of a millisecond)."""
    return max(sum(0 <= round(later - start, 5) < 1 for later in moments) for start in moments)


class PaceTests:
    def test_the_background_asks_at_most_25_times_in_any_second(self, asked):
        with pacing.background():
            ask(80)
        assert most_in_a_second(asked) == 25
        assert asked[-1] - asked[0] == pytest.approx(79 / 25)

    def test_pages_do_not_wait(self, asked):
        ask(40)
        assert len(set(asked)) == 1

    def test_workers_share_the_turns(self, asked, passing):
        """Two that take turns: what matters is the row, not the process."""
        for _ in range(20):
            for _worker in range(2):
                with pacing.background():
                    pacing.take_turn()
                    asked.append(passing.now)
        assert Counter(int(moment) for moment in asked).most_common(1)[0][1] <= 25

    def test_a_pause_gives_no_right_to_a_burst(self, asked, passing):
        with pacing.background():
            ask(5)
            passing.sleep(10)
            ask(30)
        assert most_in_a_second(asked) == 25

    def test_zero_means_no_limit(self, asked, settings):
        settings.STRIPE_REQUESTS_PER_S = 0
        with pacing.background():
            ask(30)
        assert len(set(asked)) == 1


class TooManyTests:
    @pytest.fixture
    def refusing(self, monkeypatch) -> list[int]:
        """Stripe answers 429 while something is in the list."""
        left: list[int] = []
        plain = api.handle

        def handle(method, path, headers, body):
            if left:
                left.pop()
                error = '{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many"}}'
                return 429, {"Request-Id": "req_1"}, error
            return plain(method, path, headers, body)

        monkeypatch.setattr(api, "handle", handle)
        return left

    def test_everybody_waits_longer_and_longer(self, asked, refusing, passing):
        waits = []
        with pacing.background():
            for _ in range(7):
                refusing.append(1)
                with pytest.raises(NotAnswered):
                    ask(1)
                waits.append(Pace.objects.get().wait_us // pacing.SECOND)
        assert waits == [1, 2, 4, 8, 16, 30, 30]
        assert [round(late - early) for early, late in zip(asked, asked[1:], strict=False)] == [1, 2, 4, 8, 16, 30]

    def test_after_a_calm_minute_it_begins_at_a_second_again(self, asked, refusing, passing):
        with pacing.background():
            for _ in range(3):
                refusing.append(1)
                with pytest.raises(NotAnswered):
                    ask(1)
            passing.sleep(90)
            ask(1)
            refusing.append(1)
            with pytest.raises(NotAnswered):
                ask(1)
        assert Pace.objects.get().wait_us == pacing.SECOND
