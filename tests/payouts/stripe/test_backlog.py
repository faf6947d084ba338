"""A backlog: thousands of withdrawals go out at the pace that Stripe allows, whoever dies on the way; events in any number.

BACKLOG=500 makes them smaller, to try them.
"""

import gc
import os
import random
import resource
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from marketplace.accounts.models import User
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.sandbox import books
from payouts.sandbox.models import SandboxObject
from payouts.stripe import client, gateway, pacing, work
from payouts.stripe.models import StripeEvent
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests.payouts.purse import eur, make_available
from tests.payouts.stripe.story import connect
from tests.payouts.stripe.test_pacing import SimulatedTime

# Real transactions: rows that are changed thousands of times within one would be kept in all their versions until its end.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
WITHDRAWALS = int(os.environ.get("BACKLOG", "10000"))
EVENTS = WITHDRAWALS * 10
EACH = 2_000
PER_EXPERT = 100
PER_S = 25
SEED = 20261126


@pytest.fixture
def every_exchange_with_stripe_is_valid():
    """Not asked here: it takes longer than all the rest, and other tests say the same things a few times."""


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


@pytest.fixture
def passing(monkeypatch, settings) -> SimulatedTime:
    settings.STRIPE_REQUESTS_PER_S = PER_S
    simulated = SimulatedTime()
    simulated.now = timezone.now().timestamp()
    monkeypatch.setattr(pacing, "time", simulated)
    return simulated


class Counted:
    """Requests by simulated second; the most in any second, wherever it begins."""

    def begin(self) -> None:
        self.all = self.most = 0
        self.latest: deque[float] = deque()

    def note(self, moment: float) -> None:
        self.latest.append(moment)
        while round(moment - self.latest[0], 5) >= 1:
            self.latest.popleft()
        self.all += 1
        self.most = max(self.most, len(self.latest))


@pytest.fixture
def counted(monkeypatch, passing) -> Counted:
    counter, plain = Counted(), client.SandboxTransport.request
    counter.begin()

    def request(transport, *args, **options):
        counter.note(passing.now)
        return plain(transport, *args, **options)

    monkeypatch.setattr(client.SandboxTransport, "request", request)
    return counter


def memory_mb() -> float:
    """The most that this process has ever used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture
def dice() -> random.Random:
    print(f"seed {SEED}")  # noqa: T201 - so that a failure can be repeated
    return random.Random(SEED)


def ask_for_withdrawals(alice, now) -> None:
    for number in range(-(-WITHDRAWALS // PER_EXPERT)):
        expert = User.objects.create_user(email=f"expert{number}@example.test", password=None, name=f"Expert {number}")
        make_available(expert, PER_EXPERT * EACH, now, payer=alice)
        connect(expert, now=now)
        for each in range(min(PER_EXPERT, WITHDRAWALS - number * PER_EXPERT)):
            withdrawals.request(expert=expert, amount=eur(EACH), key=f"form{each}", now=now)


def die_now_and_then(monkeypatch, dice) -> list[str]:
    """The worker is killed once in a while right after Stripe did what was asked, before anything is written down."""
    deaths: list[str] = []
    for call in ("create_transfer", "create_payout"):
        plain = getattr(gateway, call)

        def answered_and_dead(*, _plain=plain, _call=call, **request):
            made = _plain(**request)
            if dice.random() < 0.002 or not deaths:
                deaths.append(_call)
                raise Killed
            return made

        monkeypatch.setattr(gateway, call, answered_and_dead)
    return deaths


class WithdrawalsTests:
    def test_go_out_at_stripes_pace_once_each_whoever_dies(self, alice, passing, counted, dice, monkeypatch):
        ask_for_withdrawals(alice, timezone.now())
        books.book("charge", amount=WITHDRAWALS * EACH, currency="eur", source="ch_callers")
        counted.begin()
        deaths, started, memory = die_now_and_then(monkeypatch, dice), passing.now, memory_mb()
        with pacing.background():
            while OutboxRow.objects.filter(action__in=work.HANDLERS).exclude(state="done").exists():
                try:
                    now = datetime.fromtimestamp(passing.now, UTC)
                    if not outbox.work(handlers=work.HANDLERS, now=now, limit=100):
                        passing.sleep(1)
                except Killed:
                    passing.sleep(2)  # until another worker is there; the dead one's row is free after its claim

        print(  # noqa: T201
            f"{counted.all} requests in {passing.now - started:.0f} s of simulated time, at most {counted.most} in a second; "
            f"{len(deaths)} deaths; memory {memory:.0f} -> {memory_mb():.0f} MB"
        )
        assert deaths
        assert counted.most <= PER_S
        assert counted.all >= 2 * WITHDRAWALS
        assert passing.now - started <= counted.all / PER_S + outbox.CLAIM_S * 3 + len(deaths) * 3
        sent = Withdrawal.objects.filter(state=Withdrawal.State.SENT)
        assert sent.count() == WITHDRAWALS
        for kind, column in (("transfer", "stripe_transfer"), ("payout", "stripe_payout")):
            made = set(SandboxObject.objects.filter(kind=kind).values_list("id", flat=True))
            assert made == set(sent.values_list(column, flat=True))
        assert books.sums("eur") == (0, 0)


class EventsTests:
    def test_in_great_number_are_worked_off_without_growth(self, db):
        store_events()
        now = timezone.now() + timedelta(seconds=1)
        memory = []
        for part in (EVENTS // 10, EVENTS // 2, EVENTS):
            self._work_off(part, now)
            gc.collect()
            memory.append(memory_mb())
        print(f"memory after a tenth, more than half and all: {[round(mb) for mb in memory]} MB")  # noqa: T201
        assert not StripeEvent.objects.filter(processed_at=None).exists()
        assert memory[-1] - memory[0] < 20

    def _work_off(self, most: int, now: datetime) -> None:
        done = 0
        while done < most and (tried := work.process_events(now=now)):
            done += tried


def store_events() -> None:
    """Of kinds that we do nothing about, and of payouts that are not ours: those are asked for at Stripe, one by one."""
    now, rest = timezone.now(), {"object": {"id": "po_others", "object": "payout", "filler": "x" * 2_000}}
    for start in range(0, EVENTS, 1_000):
        StripeEvent.objects.bulk_create(
            StripeEvent(
                event_id=f"evt_{number}",
                endpoint="connect",
                type="payout.paid" if number % 50 == 0 else "payout.created",
                account="acct_others",
                payload={"data": rest},
                received_at=now,
                due_at=now,
            )
            for number in range(start, min(start + 1_000, EVENTS))
        )
