"""A withdrawal from the request to the bank, or back: through outbox, sandbox, events, and whatever fails on the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.sandbox import books, pay_out
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxKey, SandboxObject
from payouts.stripe import gateway, work
from payouts.stripe.models import StripeEvent
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.purse import eur, purse
from tests.payouts.stripe.story import connect, earn, open_top_up, pay, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db
State = Withdrawal.State


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def rich_bob(alice, bob, now):
    """70.00 available, all of it settled at Stripe, and a bank that pays."""
    earn(bob, alice, 10_000, now=now)
    connect(bob, now=now)
    return bob


def of(kind: str) -> list[dict]:
    return [row.data for row in SandboxObject.objects.filter(kind=kind).order_by("serial")]


def balance_at_stripe(account: str = "") -> int:
    return books.sums("eur", account=account)[0]


def due_now() -> None:
    OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now())


class WithdrawalTests:
    def test_arrives(self, rich_bob, now):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        before = balance_at_stripe()
        states = []
        for _ in range(12):
            work_for(2)
            withdrawal.refresh_from_db()
            states += [withdrawal.state] if withdrawal.state not in states else []
            _let_the_bank_answer()
        assert states == [State.REQUESTED, State.SENT, State.PAID]
        assert (withdrawal.paid_at is not None, withdrawal.arrives_on is not None) == (True, True)
        assert balance_at_stripe() == before - 7_000
        assert ledger.balance(accounts.connected(rich_bob.pk), "EUR") == eur(0)
        assert ledger.balance(accounts.withdrawal(withdrawal.pk), "EUR") == eur(0)
        assert stripe_and_ledger_agree()
        assert (len(of("transfer")), len(of("payout"))) == (1, 1)

    def test_at_a_bank_that_refuses_comes_back(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=pay_out.REFUSING_BANK, now=now)
        before = balance_at_stripe()
        withdrawal = withdraw(bob, 7_000, now=now)
        work_for(20)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.failure_code) == (State.FAILED, "no_account")
        assert purse(bob)["available"] == "70.00"
        assert balance_at_stripe() == before
        assert of("transfer")[0]["reversed"]
        assert stripe_and_ledger_agree()

    def test_is_coming_back_until_the_reversal_is_confirmed(self, alice, bob, now, monkeypatch):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=pay_out.REFUSING_BANK, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        monkeypatch.setitem(work.HANDLERS, "stripe.reverse_transfer", _no_answer)
        work_for(20)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILING, "0.00")
        monkeypatch.undo()
        due_now()
        work_for(4)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILED, "70.00")

    def test_reads_coming_back_while_what_the_bank_refused_cannot_be_taken_yet(
        self, alice, bob, now, monkeypatch, caplog
    ):
        """Stripe says *not enough* to the reversal until then: it is asked again, and makes one."""
        monkeypatch.setattr(pay_out, "RETURN_S", 60)
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=pay_out.REFUSING_BANK, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        work_for(20)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILING, "0.00")
        assert "will be tried again" not in caplog.text  # waiting is no fault
        for row in SandboxObject.objects.filter(kind="balance_transaction", data__type="payout_failure"):
            row.data["available_on"] = 0
            row.save()
        for row in SandboxObject.objects.filter(kind="counted"):
            row.data["pending"] = []
            row.save()
        due_now()
        work_for(4)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(bob)["available"]) == (State.FAILED, "70.00")
        assert stripe_and_ledger_agree()

    def test_paid_and_then_refused_by_the_bank_comes_back(self, rich_bob, now):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        work_for(20)
        withdrawal.refresh_from_db()
        assert withdrawal.state == State.PAID
        sandbox.payout_now(payout_id=withdrawal.stripe_payout, fails=True)
        work_for(6)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(rich_bob)["available"]) == (State.FAILED, "70.00")

    def test_waits_for_money_that_has_not_settled(self, alice, bob, now, monkeypatch):
        """Stripe repeats its *not enough* for a used key; so the balance is asked first, and only then the next key is used."""
        earn(bob, alice, 10_000, now=now)
        connect(bob, now=now)
        monkeypatch.setattr(books, "sums", lambda *_args, **_options: (0, 10_000))
        withdrawal = withdraw(bob, 7_000, now=now)
        for _ in range(3):
            due_now()
            work_for(2)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, of("transfer")) == (State.REQUESTED, [])
        monkeypatch.undo()
        due_now()
        work_for(20)
        withdrawal.refresh_from_db()
        assert withdrawal.state == State.PAID
        keys = SandboxKey.objects.filter(key__contains=f":withdrawal:{withdrawal.pk}:transfer")
        assert sorted(keys.values_list("status", flat=True)) == [200, 400]

    def test_to_an_account_that_stripe_has_stopped_is_available_again(self, rich_bob, now):
        account = BankConnection.objects.get(expert=rich_bob).stripe_account
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        SandboxObject.objects.filter(id=account).delete()
        work_for(4)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.failure_code) == (State.FAILED, "resource_missing")
        assert purse(rich_bob)["available"] == "70.00"


class LostAnswerTests:
    """Stripe did it and we did not hear of it: asked again, it is still done once."""

    @pytest.mark.parametrize("call", ["create_transfer", "create_payout"])
    def test_a_time_out_after_the_effect_pays_once(self, rich_bob, now, monkeypatch, call):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        plain, lost = getattr(gateway, call), []

        def answer_is_lost(**request):
            made = plain(**request)
            if not lost:
                lost.append(made)
                raise gateway_time_out()
            return made

        monkeypatch.setattr(gateway, call, answer_is_lost)
        work_for(24)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, len(lost)) == (State.PAID, 1)
        assert (len(of("transfer")), len(of("payout"))) == (1, 1)

    def test_the_key_alone_is_enough_while_stripe_knows_it(self, rich_bob, now):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        row = OutboxRow.objects.get(action="stripe.transfer")
        for _ in range(3):
            work.make_transfer(row.payload, key=row.key)
        assert len(of("transfer")) == 1
        assert withdrawal.pk == row.payload["withdrawal"]

    def test_when_stripe_has_forgotten_the_key_the_transfer_is_looked_up(self, rich_bob, now):
        withdraw(rich_bob, 7_000, now=now)
        row = OutboxRow.objects.get(action="stripe.transfer")
        work.make_transfer(row.payload, key=row.key)
        OutboxRow.objects.update(attempts=9)
        SandboxKey.objects.update(made_at=now - timedelta(hours=25))
        work_for(20)
        assert (Withdrawal.objects.get().state, len(of("transfer"))) == (State.PAID, 1)

    def test_a_transfer_of_the_same_number_to_somebody_else_is_not_taken_for_ours(self, rich_bob, eve, now):
        """Two installations on one Stripe account, or a database made anew."""
        withdrawal = withdraw(rich_bob, 3_000, now=now)
        others = connect(eve, now=now)
        gateway.create_transfer(amount=eur(100), destination=others, withdrawal_id=withdrawal.pk, key="theirs")
        OutboxRow.objects.update(attempts=9)
        work_for(2)
        withdrawal.refresh_from_db()
        assert [each["id"] for each in of("transfer")][1:] == [withdrawal.stripe_transfer]

    def test_without_the_look_a_forgotten_key_pays_twice(self, rich_bob, now, monkeypatch):
        """The broken twin of the test above."""
        withdraw(rich_bob, 3_000, now=now)
        row = OutboxRow.objects.get(action="stripe.transfer")
        work.make_transfer(row.payload, key=row.key)
        monkeypatch.setattr(work, "is_retry", lambda _key: False)
        SandboxKey.objects.update(made_at=now - timedelta(hours=25))
        work_for(2)
        assert len(of("transfer")) == 2

    def test_what_was_reversed_by_hand_is_available_again(self, alice, bob, now, monkeypatch):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=pay_out.REFUSING_BANK, now=now)
        withdrawal = withdraw(bob, 7_000, now=now)
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.reverse_transfer")
            work_for(16)
        (transfer,) = of("transfer")
        reversal = gateway.reverse_transfer(transfer_id=transfer["id"], key="at the dashboard")
        due_now()
        work_for(2)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.stripe_reversal) == (State.FAILED, reversal)
        assert purse(bob)["available"] == "70.00"
        assert stripe_and_ledger_agree()

    def test_the_event_may_come_before_the_answer_is_stored(self, rich_bob, now, monkeypatch):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        work_for(2)
        row = OutboxRow.objects.get(action="stripe.payout")
        finish = work.make_payout(row.payload, key=row.key)
        monkeypatch.setattr(outbox, "work", lambda **_options: 0)
        work_for(12)
        withdrawal.refresh_from_db()
        assert withdrawal.state == State.REQUESTED
        assert StripeEvent.objects.get(type="payout.paid").error.startswith("UnknownPayout")
        finish(now)
        StripeEvent.objects.update(due_at=now)
        work_for(2)
        withdrawal.refresh_from_db()
        assert withdrawal.state == State.PAID


class PayoutEventTests:
    def test_about_a_payout_that_we_did_not_make_is_put_aside(self, rich_bob, now):
        account = BankConnection.objects.get(expert=rich_bob).stripe_account
        top_up = open_top_up(rich_bob, 500, now=now)
        pay(top_up)
        gateway.create_transfer(amount=eur(100), destination=account, withdrawal_id=99, key="by hand")
        SandboxObject.objects.filter(kind="payout").delete()
        gateway.create_payout(amount=eur(100), account=account, withdrawal_id=0, key="by hand too")
        work_for(16)
        assert not StripeEvent.objects.filter(processed_at=None).exists()

    def test_in_any_order_and_doubled_ends_the_same(self, rich_bob, now):
        withdrawal = withdraw(rich_bob, 7_000, now=now)
        work_for(20)
        for event in StripeEvent.objects.order_by("-pk"):
            StripeEvent.objects.filter(pk=event.pk).update(processed_at=None, due_at=timezone.now())
            work.process_events(now=timezone.now())
        withdrawal.refresh_from_db()
        assert (withdrawal.state, purse(rich_bob)["available"]) == (State.PAID, "0.00")

    def test_onboarding_tells_us_that_the_bank_is_ready(self, bob, now):
        connect(bob, now=now)
        BankConnection.objects.update(transfers_status="inactive", payouts_status="inactive", bank_last4="")
        work_for(4)
        bank = BankConnection.objects.get()
        assert (bank.is_ready, bank.bank_last4) == (True, "6789")


def _let_the_bank_answer() -> None:
    for row in SandboxObject.objects.filter(kind="payout"):
        row.data["_"]["step_at"] = 0
        row.save()


def _no_answer(*_args, **_options):
    raise gateway_time_out()


def gateway_time_out() -> Exception:
    return TimeoutError("no answer")
