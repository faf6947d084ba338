"""Stripe's events of a top-up, a refund, a dispute and a payout: in every order, each any number of times, the same balances."""

from contextlib import suppress
from datetime import datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from payouts import verify
from payouts.cards import services as cards
from payouts.disputes import books
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import work
from payouts.wallet import services as wallet
from payouts.withdrawals.models import Withdrawal
from tests.payouts.cards.wallet_cards import save_card
from tests.payouts.purse import charge, eur, purse
from tests.payouts.stripe.orders import Search
from tests.payouts.stripe.story import connect, earn, open_top_up, pay, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def at_the_bank(deed: str, kind: str):
    """What a bank does with our latest charge, refund or dispute."""
    return lambda _now: sandbox.do(
        deed=deed, about=SandboxObject.objects.filter(kind=kind, account="").latest("serial").id
    )


def unheard(action: str):
    """Stripe does what we ask, and the answer is lost on its way."""

    def asked(_now: datetime) -> None:
        row = OutboxRow.objects.get(action=action)
        work.HANDLERS[action](row.payload, key=row.key)

    return asked


def minor(account) -> int:
    return ledger.balance(account, "EUR").minor


LONG = pytest.mark.prove


def search(ends: dict[str, object], look, *deeds) -> None:
    """Whatever is heard when, it ends with `look` saying `ends`, clean books, and Stripe and the ledger of one mind."""

    def ends_well() -> None:
        assert look() == ends
        assert verify.faults() == []
        assert stripe_and_ledger_agree()

    Search(list(deeds), ends_well).run()


class TopUpTests:
    @LONG
    def test_on_the_page_after_a_card_that_was_declined(self, alice, now):
        row = open_top_up(alice, 2_000, now=now)

        def declined(_now: datetime) -> None:
            with pytest.raises(sandbox.Declined):
                pay(row, card=sandbox.DECLINED_CARDS[0])

        def look() -> dict[str, object]:
            return {"credit": purse(alice)["credit"], "fees": minor(accounts.stripe_fees())}

        search({"credit": "20.00", "fees": 88}, look, declined, lambda _now: pay(row))

    @LONG
    def test_from_a_saved_card_whose_bank_asks(self, alice, now):
        card = save_card(alice, "authenticationRequired", now=now)
        work_for(4)

        def order(now: datetime) -> None:
            words = {"token": "t" * 20, "return_path": "/wallet/"}
            payment = cards.order(member=alice, card_id=card.pk, amount=eur(2_000), **words, now=now)
            cards.ask(payment=payment)  # and the answer is lost

        def prove(_now: datetime) -> None:
            with suppress(sandbox.NotOpen):  # she took so long that the worker called the payment off
                sandbox.prove(intent_id=SandboxObject.objects.get(kind="payment_intent").id, succeeds=True)

        def look() -> dict[str, object]:
            is_paid = SandboxObject.objects.get(kind="payment_intent").data["status"] == "succeeded"
            ends.add(is_paid)
            sums = (purse(alice)["credit"], minor(accounts.stripe_fees()))
            return {"is right": sums == (("20.00", 88) if is_paid else ("0.00", 0))}

        ends: set[bool] = set()
        search({"is right": True}, look, order, prove)
        assert ends == {True, False}


class RefundTests:
    @LONG
    @pytest.mark.parametrize("bank", ["pays", "fails"])
    def test_of_unused_credit(self, alice, eve, now, bank):
        for member, paid in ((eve, 10_000), (alice, 2_000)):
            pay(row := open_top_up(member, paid, now=now))
            wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
        work_for(4)

        def ask(now: datetime) -> None:
            refunds.request(member=alice, amount=eur(500), key="form-1", now=now)

        def look() -> dict[str, object]:
            row = Refund.objects.get()
            aside = minor(accounts.refund_pending(row.pk))
            return {"credit": purse(alice)["credit"], "state": row.state, "aside": aside}

        ends = {"pays": {"credit": "15.00", "state": "paid"}, "fails": {"credit": "20.00", "state": "failed"}}[bank]
        fails = [at_the_bank("fail_refund", "refund")] if bank == "fails" else []
        search({**ends, "aside": 0}, look, ask, unheard("stripe.refund"), *fails)


class DisputeTests:
    @LONG
    @pytest.mark.parametrize("deeds", ["win", "lose", "lose appeal win"])
    def test_of_a_top_up_that_is_half_spent(self, alice, bob, now, deeds):
        pay(row := open_top_up(alice, 2_000, now=now))
        wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)
        charge(alice, bob, 500, now)
        work_for(4)

        def look() -> dict[str, object]:
            sums = {"loss": minor(accounts.dispute_loss()), "fees": minor(accounts.dispute_fees())}
            return {"credit": purse(alice)["credit"], "blocked": wallet.is_blocked(member=alice), **sums}

        won = {"credit": "15.00", "blocked": False, "loss": 0, "fees": 0}
        lost = {"credit": "0.00", "blocked": True, "loss": 500, "fees": 1_500}
        then = [at_the_bank(deed, "dispute") for deed in deeds.split()]
        search(won if "win" in deeds else lost, look, at_the_bank("dispute", "charge"), *then)

    @LONG
    def test_that_moves_the_money_anew_each_time_it_is_heard_of_is_found_out(
        self, alice, bob, now, monkeypatch, plants_an_error
    ):
        """The broken twin."""
        fresh = {"post": lambda key, **words: ledger.post(key=f"{key}:{uuid4()}", **words)}
        monkeypatch.setattr(books, "ledger", SimpleNamespace(**{**vars(ledger), **fresh}))
        monkeypatch.setattr(Search, "deepest", 40)  # for it has no end
        with pytest.raises(AssertionError):
            self.test_of_a_top_up_that_is_half_spent(alice, bob, now, "win")


class PayoutTests:
    @pytest.mark.parametrize(
        "bank", ["pays", pytest.param("fails", marks=LONG), pytest.param("sends back", marks=LONG)]
    )
    def test_of_a_withdrawal(self, alice, bob, now, bank):
        earn(bob, alice, 10_000, now=now)
        connect(bob, now=now)
        work_for(4)

        def ask(now: datetime) -> None:
            withdraw(bob, 7_000, now=now)
            outbox.work(handlers={"stripe.transfer": work.HANDLERS["stripe.transfer"]}, now=now)

        def bank_says(fails: bool):
            return lambda _now: sandbox.payout_now(payout_id=SandboxObject.objects.get(kind="payout").id, fails=fails)

        def look() -> dict[str, object]:
            lies = minor(accounts.connected(bob.pk))
            return {"available": purse(bob)["available"], "state": Withdrawal.objects.get().state, "lies": lies}

        paid, failed = {"available": "0.00", "state": "paid"}, {"available": "70.00", "state": "failed"}
        said = {"pays": [False], "fails": [True], "sends back": [False, True]}[bank]
        ends = {**(failed if said[-1] else paid), "lies": 0}
        search(ends, look, ask, unheard("stripe.payout"), *map(bank_says, said))
