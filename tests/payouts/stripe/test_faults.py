"""The wire to Stripe fails at each call of each story, in each way: nothing is lost, and nothing happens twice.

A story prepares, yields, acts on the bad wire, yields for how many seconds the worker goes on, and looks at the end.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from payouts import verify
from payouts.cards import services as cards
from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.outbox.models import OutboxRow
from payouts.reconciliation import services as reconciliation
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import deliveries, pay_out
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import card_gateway, missed, work
from payouts.stripe.answers import NotAnswered
from payouts.stripe.client import client
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import Customer
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests import cast
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import eur, purse
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
    reading_the_balance: 4,
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


LOST = "time-out after"  # the worst: it was done, and we do not know
ALL = [(story, at, fault) for story, calls in STORIES.items() for at in range(calls) for fault in FAULTS]
# Each story and each fault once, at one call after another.
SAMPLE = [
    (story, number % calls, fault)
    for number, ((story, calls), fault) in enumerate(zip(STORIES.items(), [*FAULTS, *FAULTS], strict=False))
]


def cases(of: list[tuple[Story, int, str]]) -> pytest.MarkDecorator:
    names = [f"{story.__name__}-{at}-{fault}" for story, at, fault in of]
    return pytest.mark.parametrize(("story", "at", "fault"), of, ids=names)


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
