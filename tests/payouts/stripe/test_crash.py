"""kill -9 between Stripe's answer and our commit: a real process dies, another finishes, and the money moved once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from payouts.cards import services as cards
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.sandbox import books, pay_out
from payouts.sandbox.models import SandboxObject
from payouts.stripe import work
from payouts.withdrawals.models import Withdrawal
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import eur, purse
from tests.payouts.stripe.story import connect, earn, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
State = Withdrawal.State


@pytest.fixture
def now():
    return timezone.now()


def worker(*arguments: str) -> subprocess.Popen:
    """A process on this test's database."""
    known = connection.settings_dict
    address = f"sqlite:///{known['NAME']}"
    if connection.vendor == "postgresql":
        who, where = f"{known['USER']}:{known['PASSWORD']}", f"{known['HOST']}:{known['PORT']}"
        address = f"postgres://{who}@{where}/{known['NAME']}"
    command = [sys.executable, "-m", "tests.payouts.stripe.worker_process", *arguments]
    env = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.environment"}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def kill_when_stripe_has_answered(call: str) -> None:
    OutboxRow.objects.filter(state=OutboxRow.State.WAITING).update(due_at=timezone.now())
    process = worker(call)
    try:
        assert process.stdout.readline() == "answered\n"
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        assert process.wait(30) == -signal.SIGKILL


def let_another_worker_finish(row: OutboxRow) -> None:
    """At once it leaves the row to the dead one; after the claim has run out it takes it."""
    assert outbox.work(handlers=work.HANDLERS, now=timezone.now()) == 0
    OutboxRow.objects.filter(pk=row.pk).update(due_at=timezone.now())
    assert worker().wait(60) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboxRow.State.DONE, 2)


def at_stripe(kind: str) -> list[dict]:
    return [row.data for row in SandboxObject.objects.filter(kind=kind)]


class KilledWorkerTests:
    def test_a_transfer_is_made_once(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        account = connect(bob, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        kill_when_stripe_has_answered("create_transfer")
        withdrawal.refresh_from_db()
        assert (withdrawal.stripe_transfer, len(at_stripe("transfer"))) == (None, 1)

        let_another_worker_finish(OutboxRow.objects.get(action="stripe.transfer"))
        withdrawal.refresh_from_db()
        assert [withdrawal.stripe_transfer] == [each["id"] for each in at_stripe("transfer")]
        assert ledger.balance(accounts.connected(bob.pk), "EUR") == eur(7_000)
        assert books.sums("eur", account=account)[0] == 7_000
        assert stripe_and_ledger_agree()

    @pytest.mark.prove
    def test_a_payout_is_made_once(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        account = connect(bob, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        work_for(2)
        kill_when_stripe_has_answered("create_payout")
        let_another_worker_finish(OutboxRow.objects.get(action="stripe.payout"))
        withdrawal.refresh_from_db()
        assert [withdrawal.stripe_payout] == [each["id"] for each in at_stripe("payout")]
        assert books.sums("eur", account=account)[0] == 0
        work_for(20)
        withdrawal.refresh_from_db()
        assert withdrawal.state == State.PAID
        assert stripe_and_ledger_agree()

    @pytest.mark.prove
    def test_a_reversal_is_made_once(self, alice, bob, now, monkeypatch):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=pay_out.REFUSING_BANK, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        monkeypatch.delitem(work.HANDLERS, "stripe.reverse_transfer")
        work_for(16)
        kill_when_stripe_has_answered("reverse_transfer")
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILING, "0.00")
        let_another_worker_finish(OutboxRow.objects.get(action="stripe.reverse_transfer"))
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILED, "70.00")
        assert len(at_stripe("transfer_reversal")) == 1
        assert stripe_and_ledger_agree()

    @pytest.mark.prove
    def test_a_saved_card_is_charged_once(self, alice, now):
        card = save_card(alice, now=now)
        fill_up_from(card, now=now)
        cards.refill(member=alice, cause="call:1", now=now)
        kill_when_stripe_has_answered("pay_with_card")
        assert (purse(alice)["credit"], len(at_stripe("charge"))) == ("0.00", 1)
        let_another_worker_finish(OutboxRow.objects.get(action="cards.pay"))
        work_for(4)
        assert (purse(alice)["credit"], len(at_stripe("charge"))) == ("20.00", 1)
        assert stripe_and_ledger_agree()
