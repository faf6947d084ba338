"""The wire to Stripe fails at each call of each story, in each way: nothing is lost, and nothing happens twice.

A story prepares, yields, acts on the bad wire, yields for how many seconds the worker goes on, and looks at the end.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from inspect import getmembers, isfunction
from itertools import cycle
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from payouts import verify
from payouts.cards import services as cards
from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings import suspicion
from payouts.ledger import accounts
from payouts.office.models import StaffTask
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.reconciliation import services as reconciliation
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.sandbox import banks, deliveries, pay_out
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import books, card_gateway, gateway, missed, refund_gateway, work
from payouts.stripe.answers import NotAnswered
from payouts.stripe.client import client
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import Customer
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests import cast
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import charge, eur, purse
from tests.payouts.stripe.faults import FAULTS, bad_wire
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
Story = Callable[[datetime], Iterator[int]]


def press(act: Callable[[], object]) -> None:
    """A person who is told *try again* does so, once."""
    try:
        act()
    except NotAnswered:
        act()


def made(kind: str) -> int:
    return SandboxObject.objects.filter(kind=kind).count()


def top_up_page(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    top_up = wallet.start_top_up(member=alice, amount=eur(2_000), return_path="/wallet/", now=now)
    yield 0
    press(lambda: wallet.open_checkout(top_up=top_up, success_url=HOME, cancel_url=HOME, now=now))
    top_up.refresh_from_db()
    pay(top_up)
    yield 20
    assert (made("customer"), made("checkout.session"), made("charge")) == (1, 1, 1)
    assert purse(alice)["credit"] == "20.00"


def one_press(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    card = save_card(alice, now=now)
    yield 0
    order = {"member": alice, "card_id": card.pk, "amount": eur(2_000), "token": "t" * 20, "return_path": "/wallet/"}
    press(lambda: cards.pay(payment=cards.order(**order, now=now), now=now))
    yield 30
    assert (made("charge"), purse(alice)["credit"]) == (1, "20.00")


def automatic_top_up(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    fill_up_from(save_card(alice, now=now), now=now)
    yield 0
    cards.refill(member=alice, cause="call:1", now=now)
    yield 20
    assert (made("charge"), purse(alice)["credit"]) == (1, "20.00")


def refund(now: datetime) -> Iterator[int]:
    alice, eve = cast.member("Alice"), cast.member("Eve")
    for member in (eve, alice):
        pay(row := open_top_up(member, 2_000, now=now))
        wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
    work_for(4)
    yield 0
    refunds.request(member=alice, amount=eur(1_500), key="form-1", now=now)
    yield 20
    assert (made("refund"), purse(alice)["credit"]) == (1, "5.00")
    assert Refund.objects.get().state == Refund.State.PAID


def withdrawal(now: datetime, *, bank: str = pay_out.PAYING_BANK) -> Iterator[int]:
    alice, bob = cast.member("Alice"), cast.expert("Bob")
    earn(bob, alice, 10_000, now=now)
    connect(bob, number=bank, now=now)
    work_for(4)
    yield 0
    withdraw(bob, 7_000, now=now)
    yield 40
    is_paid = bank == pay_out.PAYING_BANK
    assert (made("transfer"), made("payout"), made("transfer_reversal")) == (1, 1, 0 if is_paid else 1)
    assert Withdrawal.objects.get().state == (Withdrawal.State.PAID if is_paid else Withdrawal.State.FAILED)
    assert purse(bob)["available"] == ("0.00" if is_paid else "70.00")


def reversal(now: datetime) -> Iterator[int]:
    yield from withdrawal(now, bank=pay_out.REFUSING_BANK)


def bank_account(now: datetime) -> Iterator[int]:
    bob = cast.expert("Bob")
    yield 0
    ask = {"expert": bob, "country": "BE", "return_url": HOME, "refresh_url": HOME}
    press(lambda: withdrawals.connect(**ask, now=timezone.now()))
    yield 4
    accounts = {row.data["id"] for row in SandboxObject.objects.filter(kind="v2.core.account")}
    assert accounts == {BankConnection.objects.get().stripe_account}
    connect(bob, now=now)
    settings = client().raw_request("get", "/v1/balance_settings", stripe_account=accounts.pop())
    assert settings.data["payments"]["payouts"]["schedule"]["interval"] == "manual"
    assert BankConnection.objects.get().is_ready


def evidence(now: datetime) -> Iterator[int]:
    alice, sam = cast.member("Alice"), cast.staff("Sam")
    pay(row := open_top_up(alice, 2_000, now=now))
    wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
    sandbox.do(deed="dispute", about=SandboxObject.objects.get(kind="charge").data["id"])
    work_for(4)
    yield 0
    disputes.send_evidence(dispute_id=Dispute.objects.get().pk, staff=sam, text="They talked.", now=now)
    yield 20
    (at_bank,) = (each.data for each in SandboxObject.objects.filter(kind="dispute"))
    assert at_bank["evidence"]["uncategorized_text"] == "They talked."
    assert Dispute.objects.get().status == at_bank["status"] != "needs_response"


def missed_events(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    pay(open_top_up(alice, 2_000, now=now))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "post", lambda *_args: 404)
        work_for(4)
    yield 0
    missed.fetch_missed(now=now - missed.AFTER_NO_ANSWER - timedelta(seconds=1))
    missed.fetch_missed(now=now)
    yield 20
    assert (StripeEvent.objects.count(), purse(alice)["credit"]) == (made("event"), "20.00")


def reading_the_balance(now: datetime) -> Iterator[int]:
    alice, bob = cast.member("Alice"), cast.expert("Bob")
    earn(bob, alice, 10_000, now=now)
    connect(bob, now=now)
    work_for(4)
    yield 0
    press(lambda: reconciliation.reconcile(now=now))
    yield 4


def page_closed(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    page = open_top_up(alice, 2_000, now=now)
    yield 0
    press(lambda: wallet.close_checkout(top_up=page, now=now))
    yield 20
    with pytest.raises(sandbox.NotOpen):
        pay(page)
    assert (made("charge"), purse(alice)["credit"]) == (0, "0.00")


def card_removed(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    card = save_card(alice, now=now)
    work_for(4)
    yield 0
    press(lambda: cards.remove_card(member=alice, card_id=card.pk, now=now))
    yield 20
    assert cards.saved_cards(member=alice) == []
    assert client().v1.customers.payment_methods.list(wallet.customer_of(member=alice)).data == []


def bank_of_a_card_never_answered(now: datetime) -> Iterator[int]:
    """The card's bank wants to hear from its owner, who walks away."""
    alice = cast.member("Alice")
    card = save_card(alice, "authenticationRequired", now=now)
    order = {"member": alice, "card_id": card.pk, "amount": eur(2_000), "token": "t" * 20, "return_path": "/wallet/"}
    cards.pay(payment=cards.order(**order, now=now), now=now)
    yield 0
    OutboxRow.objects.filter(action="cards.cancel").update(due_at=now)
    yield 30
    (intent,) = (row.data for row in SandboxObject.objects.filter(kind="payment_intent"))
    assert (intent["status"], made("charge"), purse(alice)["credit"]) == ("canceled", 0, "0.00")


def dispute_let_go(now: datetime) -> Iterator[int]:
    alice, sam = cast.member("Alice"), cast.staff("Sam")
    pay(row := open_top_up(alice, 2_000, now=now))
    wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
    sandbox.do(deed="dispute", about=SandboxObject.objects.get(kind="charge").data["id"])
    work_for(4)
    yield 0
    disputes.accept(dispute_id=Dispute.objects.get().pk, staff=sam, reason="It was stolen.", now=now)
    yield 20
    assert (Dispute.objects.get().status, purse(alice)["credit"]) == ("lost", "0.00")


def warning_of_fraud(now: datetime) -> Iterator[int]:
    alice = cast.member("Alice")
    pay(row := open_top_up(alice, 2_000, now=now))
    wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
    work_for(4)
    yield 0
    sandbox.do(deed="warn", about=SandboxObject.objects.get(kind="charge").data["id"])
    yield 20
    assert StaffTask.objects.get(kind="fraud_warning").reference == f"topup:{row.pk}"


def recall(now: datetime) -> Iterator[int]:
    """A transfer lies in bob's balance at Stripe, his payout waits because staff look, and they find fraud."""
    alice, eve, bob = cast.member("Alice"), cast.member("Eve"), cast.expert("Bob")
    earn(bob, eve, 10_000, now=now)
    connect(bob, now=now)
    withdraw(bob, 7_000, now=now)
    outbox.work(handlers=work.HANDLERS, now=now, limit=1)
    for member in (alice, bob):
        safety.saw(member=member, now=now, device="a-device")
    pay(row := open_top_up(alice, 2_000, now=now))
    wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
    charge(alice, bob, 1_000, now)
    work_for(4)
    yield 0
    suspicion.decide(review_id=Review.objects.get().pk, staff=cast.staff("Sam"), verdict="fraud", note="One.", now=now)
    outbox.hurry(actions=["stripe.payout"], now=timezone.now())
    yield 40
    assert (made("transfer"), made("payout"), made("transfer_reversal")) == (1, 0, 1)
    assert (Withdrawal.objects.get().state, purse(bob)["available"]) == (Withdrawal.State.FAILED, "70.00")


def instant_payout(now: datetime) -> Iterator[int]:
    alice, bob = cast.member("Alice"), cast.expert("Bob")
    earn(bob, alice, 10_000, now=now)
    connect(bob, number=banks.INSTANT_BANK, now=now)
    work_for(4)
    yield 0
    withdrawals.request(expert=bob, amount=eur(7_000), key="form", at_once=True, now=now)
    yield 40
    assert (made("transfer"), made("payout")) == (1, 1)
    assert Withdrawal.objects.get().state == Withdrawal.State.PAID


def own_pages(now: datetime) -> Iterator[int]:
    bob = cast.expert("Bob")
    connect(bob, now=now)
    work_for(4)
    yield 0
    pages: list[str] = []
    press(lambda: pages.append(withdrawals.dashboard(expert=bob, now=timezone.now())))
    yield 4
    assert "/express/" in pages[0]


def bank_looked_at(now: datetime) -> Iterator[int]:
    bob = cast.expert("Bob")
    account = connect(bob, now=now)
    work_for(4)
    BankConnection.objects.update(payouts_status="inactive")
    yield 0
    press(lambda: withdrawals.refresh_bank(stripe_account=account, now=timezone.now()))
    yield 4
    assert BankConnection.objects.get().is_ready


STORIES: dict[Story, int] = {  # and how many calls each makes on a good wire
    top_up_page: 4,
    one_press: 4,
    automatic_top_up: 4,
    refund: 3,
    withdrawal: 3,
    reversal: 4,
    bank_account: 3,
    evidence: 4,
    missed_events: 4,
    reading_the_balance: 5,
    page_closed: 3,
    card_removed: 2,
    bank_of_a_card_never_answered: 5,
    dispute_let_go: 4,
    warning_of_fraud: 1,
    recall: 2,
    instant_payout: 4,
    own_pages: 1,
    bank_looked_at: 2,
}


def run(story: Story, fault: str = "", *, at: int = -1) -> list[str]:
    """What was asked of Stripe."""
    steps = story(timezone.now())
    next(steps)
    with bad_wire(fault, at=at) as asked:
        work_for(next(steps))
    for _end in steps:
        raise AssertionError("a story yields twice")
    to_stripe = OutboxRow.objects.filter(action__in=list(work.HANDLERS))
    assert not to_stripe.exclude(state=OutboxRow.State.DONE).exists()
    assert not StripeEvent.objects.filter(processed_at=None).exists()
    assert verify.faults() == []
    assert stripe_and_ledger_agree()
    return asked


ASK_NOTHING = ("pages", "movement_of", "fee_of", "card_of")  # they read what was answered, or ask for others
LOST = "time-out after"  # the worst: it was done, and we do not know
ALL = [(story, at, fault) for story, calls in STORIES.items() for at in range(calls) for fault in FAULTS]
# Each story and each fault once, at one call after another.
SAMPLE = [
    (story, number % calls, fault)
    for number, ((story, calls), fault) in enumerate(zip(STORIES.items(), cycle(FAULTS), strict=False))
]


def cases(of: list[tuple[Story, int, str]]) -> pytest.MarkDecorator:
    names = [f"{story.__name__}-{at}-{fault}" for story, at, fault in of]
    return pytest.mark.parametrize(("story", "at", "fault"), of, ids=names)


@pytest.mark.prove
@cases(SAMPLE)
def test_a_fault_loses_and_doubles_nothing(story, at, fault):
    assert len(run(story, fault, at=at)) > at


@pytest.mark.prove
@cases(ALL)
def test_no_fault_at_any_call_loses_or_doubles_anything(story, at, fault):
    assert len(run(story, fault, at=at)) > at


@pytest.mark.prove
@pytest.mark.parametrize(("story", "calls"), STORIES.items(), ids=[story.__name__ for story in STORIES])
def test_no_call_is_left_out(story, calls):
    assert len(run(story)) == calls


@pytest.mark.prove
def test_every_operation_is_in_a_story(monkeypatch):
    """Whatever our gateways can ask of Stripe, the looking up of what may have been done before among it."""
    asked: set[str] = set()

    def written_down(name: str, ask: Callable[..., object]) -> Callable[..., object]:
        def asks(*how: object, **words: object) -> object:
            asked.add(name)
            return ask(*how, **words)

        return asks

    can_be_asked = {}
    for module in (gateway, card_gateway, refund_gateway, books):
        for name, ask in getmembers(module, isfunction):
            if ask.__module__ == module.__name__ and not name.startswith("_") and name not in ASK_NOTHING:
                can_be_asked[f"{module.__name__}.{name}"] = ask
                monkeypatch.setattr(module, name, written_down(f"{module.__name__}.{name}", ask))
    for story, at, fault in ALL:
        if fault in (LOST, "time-out before"):
            block = transaction.atomic()
            block._from_testcase = True  # rolled back as a test is
            with block:
                run(story, fault, at=at)
                transaction.set_rollback(True)
            accounts.forget()
    assert asked == can_be_asked.keys()


def test_with_a_fresh_key_for_each_try_a_lost_answer_takes_the_money_twice(monkeypatch, plants_an_error):
    """The broken twin: the tests above would see it."""
    monkeypatch.setattr(card_gateway, "once", lambda _key, **options: {"idempotency_key": uuid4().hex, **options})
    with pytest.raises(AssertionError):
        run(one_press, LOST, at=0)
    assert made("charge") == 2


class ChangedMeanwhileTests:
    """The answer is lost, and before the next try the member changes what Stripe was told: it refuses a key with other words."""

    def rename(self, member) -> None:
        member.email, member.name = "new@example.test", "New Name"
        member.save()

    def test_a_customer_is_made_all_the_same(self, alice):
        with bad_wire("time-out after", at=0), pytest.raises(NotAnswered):
            wallet.customer_of(member=alice)
        self.rename(alice)
        assert wallet.customer_of(member=alice) == Customer.objects.get().stripe_id

    def test_so_is_an_experts_account(self, bob):
        words = {"country": "BE", "return_url": HOME, "refresh_url": HOME, "now": timezone.now()}
        with bad_wire("time-out after", at=0), pytest.raises(NotAnswered):
            withdrawals.connect(expert=bob, **words)
        self.rename(bob)
        assert withdrawals.connect(expert=bob, **words).startswith("http")
