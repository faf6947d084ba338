"""What Stripe thinks of an expert's account, and what that means for their money: shown, refused clearly, never lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.mail import services as mail
from payouts.office.models import StaffTask
from payouts.outbox.models import OutboxRow
from payouts.sandbox import banks, operator, pay_out
from payouts.sandbox import books as stripes_books
from payouts.sandbox import services as sandbox
from payouts.sandbox.errors import invalid
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from payouts.stripe.client import client
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.purse import charge, eur, purse
from tests.payouts.stripe.story import (
    HOME,
    connect,
    earn,
    open_top_up,
    pay,
    stripe_and_ledger_agree,
    withdraw,
    work_for,
)

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


def bank() -> BankConnection:
    return BankConnection.objects.get()


def put(state: str) -> None:
    operator.put_account(account_id=bank().stripe_account, state=state)
    work_for(4)


def close() -> None:
    client().v2.core.accounts.close(bank().stripe_account)
    work_for(4)


def page(member, signed_in) -> str:
    return signed_in(member).get("/earnings/").content.decode()


def letters() -> list[str]:
    rows = OutboxRow.objects.filter(payload__template="bank_state").order_by("pk")
    return [row.payload["facts"]["standing"] for row in rows]


class StandingTests:
    @pytest.mark.parametrize(
        ("state", "standing", "words"),
        [
            ("needs_document", "needs_info", "a document for instance"),
            ("restricted", "restricted", "has restricted your account"),
            ("rejected", "rejected", "has rejected your account"),
            ("checking", "checking", "still checking"),
        ],
    )
    def test_is_shown_and_withdrawals_are_refused_clearly(self, rich_bob, now, signed_in, state, standing, words):
        put(state)
        assert bank().standing == standing
        shown = page(rich_bob, signed_in)
        assert words in shown
        assert "Continue at Stripe" in shown
        with pytest.raises(withdrawals.BankNotReady) as refusal:
            withdraw(rich_bob, 7_000, now=now)
        assert refusal.value.standing == standing
        assert (purse(rich_bob)["available"], Withdrawal.objects.count()) == ("70.00", 0)

    def test_mended_it_pays_again(self, rich_bob, now):
        put("needs_document")
        put("verified")
        withdraw(rich_bob, 7_000, now=now)
        work_for(20)
        assert Withdrawal.objects.get().state == State.PAID

    def test_a_closed_one_is_replaced_by_a_new_one(self, rich_bob, now, signed_in):
        old = bank().stripe_account
        close()
        assert bank().standing == "closed"
        assert "is closed" in page(rich_bob, signed_in)
        assert "Country of your bank" in page(rich_bob, signed_in)
        account = connect(rich_bob, now=now)
        assert account != old
        assert bank().standing == "ready"
        withdraw(rich_bob, 7_000, now=now)
        work_for(20)
        assert Withdrawal.objects.get().state == State.PAID
        assert stripe_and_ledger_agree()

    def test_a_late_event_of_the_closed_one_says_nothing_of_the_new_one(self, rich_bob, now):
        old = bank().stripe_account
        close()
        connect(rich_bob, now=now)
        assert withdrawals.refresh_bank(stripe_account=old, now=now) is None
        assert bank().standing == "ready"


class RequirementTests:
    def test_that_come_due_are_told_by_mail_and_on_the_page_while_it_still_pays(self, rich_bob, now, signed_in):
        put("due_soon")
        assert (bank().standing, bank().wanted, bank().due_at is not None) == ("ready", "currently_due", True)
        assert "bank-wanted" in page(rich_bob, signed_in)
        assert letters() == ["ready"]
        withdraw(rich_bob, 7_000, now=now)
        work_for(20)
        assert Withdrawal.objects.get().state == State.PAID

    def test_are_told_once_however_often_stripe_says_it(self, rich_bob, now):
        put("due_soon")
        for _ in range(3):
            withdrawals.refresh_bank(stripe_account=bank().stripe_account, now=now)
        assert letters() == ["ready"]

    def test_the_first_onboarding_is_no_news(self, bob, now):
        withdrawals.connect(expert=bob, country="BE", return_url=HOME, refresh_url=HOME, now=now)
        withdrawals.refresh_bank(stripe_account=bank().stripe_account, now=now)
        assert letters() == []

    def test_each_stop_is_told(self, rich_bob):
        put("needs_document")
        put("rejected")
        assert letters() == ["needs_info", "rejected"]

    def test_the_mail_can_be_written(self, rich_bob, mailoutbox):
        put("due_soon")
        row = OutboxRow.objects.get(payload__template="bank_state")
        mail.send(row.payload, key=row.key)
        assert "needs something more from you by" in mailoutbox[0].body


class OnTheWayTests:
    def test_restricted_before_the_transfer_it_is_available_again(self, rich_bob, now):
        withdraw(rich_bob, 7_000, now=now)
        put("restricted")
        row = Withdrawal.objects.get()
        assert (row.state, row.failure_code) == (State.FAILED, "insufficient_capabilities_for_transfer")
        assert purse(rich_bob)["available"] == "70.00"
        assert stripe_and_ledger_agree()

    def test_restricted_between_transfer_and_payout_it_comes_back(self, rich_bob, now):
        withdraw(rich_bob, 7_000, now=now)
        work_for(2)
        put("restricted")
        work_for(4)
        row = Withdrawal.objects.get()
        assert row.stripe_transfer
        assert row.state in (State.FAILED, State.SENT)
        work_for(20)
        assert stripe_and_ledger_agree()

    def test_a_payout_taken_back_at_stripe_comes_back(self, rich_bob, now):
        withdraw(rich_bob, 7_000, now=now)
        work_for(4)
        row = Withdrawal.objects.get()
        gateway_connected = {"stripe_account": row.stripe_account}
        client().v1.payouts.cancel(row.stripe_payout, {}, gateway_connected)
        work_for(8)
        row.refresh_from_db()
        assert (row.state, row.failure_code, purse(rich_bob)["available"]) == (State.FAILED, "canceled", "70.00")
        assert stripe_and_ledger_agree()

    def test_money_stuck_at_stripe_is_a_task_for_staff(self, rich_bob, now, monkeypatch):
        withdraw(rich_bob, 7_000, now=now)
        work_for(4)
        row = Withdrawal.objects.get()
        sandbox.payout_now(payout_id=row.stripe_payout, fails=True)

        def refuses(**_request):
            raise gateway_refusal()

        monkeypatch.setattr(gateway, "reverse_transfer", refuses)
        work_for(8)
        row.refresh_from_db()
        assert (row.state, StaffTask.objects.get().kind) == (State.FAILING, "stuck_withdrawal")
        assert ledger.balance(accounts.connected(rich_bob.pk), "EUR") == eur(7_000)


class WaitingForFundsTests:
    def test_is_shown_honestly_and_goes_on_when_the_money_settles(self, alice, bob, now, signed_in, monkeypatch):
        row = open_top_up(alice, 10_000, now=now)
        pay(row, card=sandbox.GOOD_CARD)
        wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
        earn_without_paying(bob, alice, now)
        connect(bob, now=now)
        withdraw(bob, 7_000, now=now)
        work_for(6)
        waiting = Withdrawal.objects.get()
        assert (waiting.state, waiting.waits_for_funds) == (State.REQUESTED, True)
        assert "have settled at Stripe" in page(bob, signed_in)
        assert stripe_and_ledger_agree()

        OutboxRow.objects.filter(action="stripe.transfer").update(due_at=now + timedelta(hours=1))
        later = now + timedelta(days=3)
        monkeypatch.setattr("payouts.clock.now", lambda: later)
        work_for(24)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.waits_for_funds) == (State.PAID, False)

    def test_does_not_use_up_a_key_with_each_look(self, alice, bob, now, judge):
        earn(bob, alice, 10_000, now=now)
        connect(bob, now=now)
        stripes_books.book("payout", amount=-9_000, currency="eur", source="po_own")
        withdraw(bob, 7_000, now=now)
        for _ in range(4):
            OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now())
            work_for(2)
        assert judge.seen["POST /v1/transfers"] == 0
        assert judge.seen["GET /v1/balance"] >= 3


def earn_without_paying(expert, payer, now) -> None:
    charge(payer, expert, 10_000, now)
    earnings.release_due(now=now + timedelta(days=31))


def gateway_refusal() -> Exception:
    return Refused("The account is closed.", code="account_closed")


class AtOnceTests:
    @pytest.fixture
    def quick_bob(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=banks.INSTANT_BANK, now=now)
        return bob

    def asked_at_once(self, expert, now) -> str:
        withdrawals.request(expert=expert, amount=eur(7_000), key="form", at_once=True, now=now)
        work_for(20)
        row = Withdrawal.objects.get()
        assert (row.state, purse(expert)["available"]) == (State.PAID, "0.00")
        assert stripe_and_ledger_agree()
        payout = client().v1.payouts.retrieve(row.stripe_payout, {}, {"stripe_account": row.stripe_account})
        return payout.method

    def test_is_offered_and_done_where_the_bank_takes_it(self, quick_bob, now, proven):
        assert "At once, within minutes" in page(quick_bob, proven)
        assert self.asked_at_once(quick_bob, now) == "instant"
        assert ledger.balance(accounts.stripe_fees(), "EUR") == eur(320 + 70)  # Stripe's; the expert pays nothing

    def test_is_not_offered_elsewhere_and_asking_changes_nothing(self, rich_bob, now, proven):
        assert "At once, within minutes" not in page(rich_bob, proven)
        assert self.asked_at_once(rich_bob, now) == "standard"

    def test_goes_the_ordinary_way_while_stripe_offers_none(self, quick_bob, now, monkeypatch):
        monkeypatch.setattr(stripes_books, "can_pay_at_once", lambda _account: False)
        assert self.asked_at_once(quick_bob, now) == "standard"

    def test_refused_at_the_last_moment_goes_the_ordinary_way(self, quick_bob, now, monkeypatch):
        def no(method, bank):
            if method == "instant":
                raise invalid("Not today.", code="instant_payouts_limit_exceeded")
            return method

        monkeypatch.setattr(pay_out, "_checked_method", no)
        assert self.asked_at_once(quick_bob, now) == "standard"

    def test_an_answer_that_is_lost_pays_once(self, quick_bob, now, monkeypatch):
        plain, lost = gateway.create_payout, []

        def answer_is_lost(**request):
            made = plain(**request)
            if not lost:
                lost.append(made)
                raise TimeoutError
            return made

        monkeypatch.setattr(gateway, "create_payout", answer_is_lost)
        assert self.asked_at_once(quick_bob, now) == "instant"
        assert len(lost) == 1
