"""The same walk against the sandbox and, when STRIPE_TEST_KEY is set, against Stripe: the only proof of *behaviour*.

Cards that pay and that do not, refunds, disputes, events, balance transactions; a connected account up to Stripe's pages, which a
person fills in; then, to one that somebody has filled in before (STRIPE_TEST_ACCOUNT, in euro, with the bank that pays),
transfers, payouts and reversals.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from payouts.money import Money
from payouts.sandbox import services as sandbox
from payouts.stripe import books, card_gateway, gateway, refund_gateway
from payouts.stripe.answers import Declined, Payment, Refused
from tests.payouts.stripe.probe import ask_for_money_and_a_bank, send_money
from tests.payouts.stripe.test_flow import onboard

pytestmark = pytest.mark.django_db
REAL_KEY, REAL_ACCOUNT = os.environ.get("STRIPE_TEST_KEY", ""), os.environ.get("STRIPE_TEST_ACCOUNT", "")


@pytest.fixture(params=["the sandbox", "Stripe"] if REAL_KEY else ["the sandbox"])
def side(request, settings) -> str:
    if request.param == "Stripe":
        assert REAL_KEY.startswith(("sk_test_", "rk_test_")), "STRIPE_TEST_KEY must be a test key"
        settings.STRIPE_SECRET_KEY, settings.STRIPE_SANDBOX = REAL_KEY, False
    return request.param


@pytest.fixture
def comes(side) -> Callable:
    """Asks until there is an answer: a bank takes its time, the sandbox's as long as we tell it."""

    def comes(look: Callable[[], Any]) -> Any:
        for tries in range(60):
            if found := look():
                return found
            if side == "Stripe":
                time.sleep(1)
            else:
                sandbox.work(now=timezone.now() + timedelta(seconds=10 * (tries + 1)))
        raise AssertionError("nothing came")

    return comes


@pytest.fixture
def pays(side) -> Callable[[str], Payment]:
    """10.00 by one of Stripe's test cards, while its owner is away."""
    customer = gateway.create_customer(email="alice@example.test", name="Alice Martin", key=f"probe:{uuid4()}")

    def pays(card: str) -> Payment:
        order = {"top_up_id": 7, "customer": customer, "amount": Money(1_000, "EUR"), "key": f"probe:{uuid4()}"}
        return card_gateway.pay_with_card(card=card, return_url="", is_away=True, **order)

    return pays


@pytest.fixture
def began() -> datetime:
    return timezone.now() - timedelta(minutes=1)


class CardTests:
    def test_a_good_card_pays_and_its_bank_gets_a_part_back_once(self, pays, comes, began):
        paid = pays("pm_card_bypassPending")
        assert (paid.is_paid, paid.amount_minor, paid.currency, paid.top_up_id) == (True, 1_000, "EUR", 7)
        assert comes(lambda: card_gateway.retrieve_payment(paid.id).fee).minor > 0
        order = {"intent": paid.id, "amount": Money(300, "EUR"), "refund_id": 4, "key": f"probe:{uuid4()}"}
        made = refund_gateway.create_refund(**order)
        assert refund_gateway.create_refund(**order).id == made.id
        found = refund_gateway.find_refund(intent=paid.id, refund_id=4)
        assert (found.id, found.amount, found.top_up_id) == (made.id, Money(300, "EUR"), 7)
        with pytest.raises(Refused):
            refund_gateway.create_refund(**order | {"amount": Money(701, "EUR"), "key": f"probe:{uuid4()}"})
        kinds = {movement.type for movement in books.movements(account="", since=began)}
        assert {"charge", "refund"} <= kinds
        told = comes(lambda: {event.type for event in books.events(account="", since=began)} & {"refund.created"})
        assert told == {"refund.created"}

    @pytest.mark.parametrize(
        ("card", "code"),
        [
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined"),
            ("pm_card_authenticationRequired", "authentication_required"),
        ],
    )
    def test_a_card_that_does_not_pay_says_why(self, pays, card, code):
        with pytest.raises(Declined) as refused:
            pays(card)
        assert refused.value.code == code
        assert not card_gateway.retrieve_payment(refused.value.intent).is_paid

    def test_a_payment_that_its_bank_takes_back_is_fought_for_and_won(self, pays, comes, began):
        paid = pays("pm_card_createDispute")

        def opened():
            found = refund_gateway.disputes_since(began)
            return next((each for each in found if each.status == "needs_response" and each.movements), None)

        dispute = comes(opened)
        assert (dispute.amount, dispute.top_up_id, dispute.movements[0].amount) == (
            Money(paid.amount_minor, "EUR"),
            7,
            Money(-paid.amount_minor, "EUR"),
        )
        refund_gateway.submit_evidence(
            dispute=dispute.id, evidence={"uncategorized_text": "winning_evidence"}, key=f"probe:{uuid4()}"
        )
        won = comes(lambda: (found := refund_gateway.retrieve_dispute(dispute.id)).status == "won" and found)
        assert sum(movement.amount.minor for movement in won.movements) == 0


class ProbeTests:
    def test_up_to_where_a_person_is_needed(self, side):
        walk = ask_for_money_and_a_bank(f"probe:{uuid4()}")
        assert walk.session.url.startswith("http")
        assert (walk.session.status, walk.session.is_paid, walk.session.top_up_id) == ("open", False, 7)
        assert walk.link.startswith("http")
        assert walk.before_onboarding.transfers_status != "active"
        asked = gateway.retrieve_checkout_session(walk.session.id)
        assert (asked.amount_minor, asked.currency, asked.fee) == (2_000, "EUR", None)
        with pytest.raises(Refused):
            gateway.create_transfer(
                amount=Money(100, "EUR"), destination=walk.account, withdrawal_id=1, key=f"probe:{uuid4()}"
            )

    def test_the_same_key_is_the_same_customer(self, side):
        key = f"probe:{uuid4()}"
        ids = {gateway.create_customer(email="a@example.test", name="A", key=key) for _ in range(2)}
        assert len(ids) == 1


@pytest.fixture
def ready_account(side) -> str:
    """An expert's, which may be paid and pays out."""
    if side == "Stripe":
        assert REAL_ACCOUNT, "name a connected account that is ready in STRIPE_TEST_ACCOUNT"
        return REAL_ACCOUNT
    walk = ask_for_money_and_a_bank(f"probe:{uuid4()}")
    onboard(walk)
    return walk.account


class PayingOutTests:
    def test_money_goes_to_a_bank_and_a_transfer_comes_back(self, ready_account, pays, comes, began):
        pays("pm_card_bypassPending")
        state = gateway.retrieve_account(ready_account)
        assert (state.transfers_status, state.payouts_status) == ("active", "active")
        tag, withdrawal = f"probe:{uuid4()}", int(time.time())
        transfer, payout = send_money(tag, ready_account, Money(300, "EUR"), withdrawal_id=withdrawal)
        assert send_money(tag, ready_account, Money(300, "EUR"), withdrawal_id=withdrawal) == (transfer, payout)
        assert gateway.find_transfer(destination=ready_account, withdrawal_id=withdrawal) == transfer
        assert gateway.find_payout(account=ready_account, withdrawal_id=withdrawal).id == payout.id
        with pytest.raises(Refused) as refused:
            gateway.create_payout(
                amount=Money(10_000_000, "EUR"), account=ready_account, withdrawal_id=0, key=f"probe:{uuid4()}"
            )
        assert refused.value.code == "balance_insufficient"
        other = gateway.create_transfer(
            amount=Money(200, "EUR"), destination=ready_account, withdrawal_id=withdrawal + 1, key=f"probe:{uuid4()}"
        )
        reversal = gateway.reverse_transfer(transfer_id=other.id, key=f"probe:{uuid4()}")
        assert gateway.find_reversal(transfer_id=other.id) == reversal
        assert {"transfer", "transfer_refund"} <= {each.type for each in books.movements(account="", since=began)}
        assert {"payment", "payout"} <= {each.type for each in books.movements(account=ready_account, since=began)}
        sent = ("in_transit", "paid")
        comes(lambda: gateway.retrieve_payout(payout_id=payout.id, account=ready_account).status in sent)
