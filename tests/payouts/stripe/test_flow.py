"""The whole flow through the SDK and the sandbox, each word judged by Stripe's schema."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from django.db import transaction
from django.utils import timezone

from payouts.money import Money
from payouts.sandbox import api
from payouts.sandbox import services as sandbox
from payouts.sandbox.pay_out import PAYING_BANK, REFUSING_BANK
from payouts.stripe import card_gateway, gateway, refund_gateway
from payouts.stripe import client as wire
from payouts.stripe.answers import InsideTransaction, NotAnswered, Refused
from payouts.stripe.client import client
from tests.payouts.stripe.document import operation
from tests.payouts.stripe.probe import Walk, ask_for_money_and_a_bank, send_money

pytestmark = pytest.mark.django_db
SETTLED = "4000 0000 0000 0077"


def onboard(walk: Walk, number: str = PAYING_BANK) -> None:
    token = parse_qs(urlsplit(walk.link).query)["link"][0]
    sandbox.finish_onboarding(account_id=walk.account, token=token, name="Bob Leroy", country="BE", number=number)


def walked(number: str = PAYING_BANK) -> Walk:
    """Paid with a card whose money is there at once, and onboarded."""
    walk = ask_for_money_and_a_bank("walk")
    sandbox.pay_with_card(session_id=walk.session.id, number=SETTLED)
    onboard(walk, number)
    return walk


def let_time_pass(times: int = 2) -> None:
    for step in range(1, times + 1):
        sandbox.work(now=timezone.now() + timedelta(seconds=10 * step))


def pay_with_saved_cards(customer: str) -> None:
    """A card is kept, pays, is asked for by its bank, and is taken away."""
    ask = client()
    ask.v1.customers.update(customer, {"name": "Alice"})
    made = ask.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    ask.v1.payment_methods.retrieve(made.id)
    ask.v1.payment_methods.attach("pm_card_threeDSecure2Required", {"customer": customer})
    (card,) = card_gateway.list_cards(customer=customer)
    payment = card_gateway.pay_with_card(
        top_up_id=9,
        customer=customer,
        card=card.id,
        amount=Money(500, "EUR"),
        key="card",
        return_url="http://127.0.0.1/",
        is_away=False,
    )
    assert (payment.status, payment.top_up_id, "/3ds/" in payment.next_page) == ("requires_action", 9, True)
    sandbox.prove(intent_id=payment.id, succeeds=False)
    ask.v1.payment_intents.confirm(payment.id, {"payment_method": card.id, "return_url": "http://127.0.0.1/"})
    assert card_gateway.retrieve_payment(payment.id).error_code == "payment_intent_authentication_failure"
    card_gateway.cancel_payment(payment.id)
    card_gateway.detach_card(card.id)


def send_money_back(intent: str) -> None:
    """A refund of ours, then a dispute, answered and let go."""
    refund = refund_gateway.create_refund(intent=intent, amount=Money(100, "EUR"), refund_id=4, key="refund")
    assert (refund.status, refund.top_up_id, refund.is_booked) == ("succeeded", 9, True)
    assert refund_gateway.retrieve_refund(refund.id) == refund
    assert refund_gateway.find_refund(intent=intent, refund_id=4) == refund
    assert refund_gateway.find_refund(intent=intent, refund_id=5) is None
    charge = client().v1.payment_intents.retrieve(intent).latest_charge
    assert refund_gateway.refunds_of(charge) == [refund]
    assert refund_gateway.top_up_of_charge(charge) == 9
    sandbox.do(deed="inquire", about=charge)
    (inquiry,) = refund_gateway.disputes_since(timezone.now() - timedelta(hours=1))
    assert (inquiry.status, inquiry.amount, inquiry.top_up_id) == ("warning_needs_response", Money(900, "EUR"), 9)
    sandbox.do(deed="escalate", about=inquiry.id)
    (moved,) = refund_gateway.retrieve_dispute(inquiry.id).movements
    assert (moved.amount, moved.fee) == (Money(-900, "EUR"), Money(1_500, "EUR"))
    sandbox.do(deed="lose", about=inquiry.id)
    sandbox.do(deed="appeal", about=inquiry.id)
    sent = refund_gateway.submit_evidence(dispute=inquiry.id, evidence={"uncategorized_text": "They met."}, key="sent")
    assert sent.status == "appeal_under_review"
    sandbox.do(deed="win", about=inquiry.id)


def keep_an_account(account: str) -> None:
    """Its name, its own page at Stripe, another bank account, a payout taken back; another one opened and closed."""
    ask, connected = client(), {"stripe_account": account}
    ask.v2.core.accounts.update(account, {"display_name": "Robert Leroy"})
    assert "/express/" in ask.v1.accounts.login_links.create(account).url
    ask.v1.accounts.external_accounts.create(account, {"external_account": "btok_us_verified"})
    send_money("taken back", account, Money(50, "EUR"))
    payout = ask.v1.payouts.list({"limit": 1}, connected).data[0]
    assert ask.v1.payouts.cancel(payout.id, {}, connected).status == "canceled"
    empty = gateway.create_account(email="eve@example.test", name="Eve", country="FR", key="empty")
    assert ask.v2.core.accounts.close(empty, {"applied_configurations": ["recipient"]}).closed


def ask_for_events() -> None:
    ask, address = client(), "http://127.0.0.1:9/hook/"
    endpoint = ask.v1.webhook_endpoints.create({"url": address, "enabled_events": ["payout.paid"], "connect": True})
    assert endpoint.secret.startswith("whsec_")
    destination = ask.v2.core.event_destinations.create(
        {
            "name": "thin ones",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": ["v2.core.account.closed"],
            "events_from": ["@accounts"],
            "webhook_endpoint": {"url": address},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        }
    )
    assert destination.webhook_endpoint.signing_secret.startswith("whsec_")


class FlowTests:
    def test_every_operation_of_the_sandbox_is_exercised_and_valid(self, judge):
        walk = walked()
        transfer, payout = send_money("walk", walk.account, Money(700, "EUR"))
        ask, connected = client(), {"stripe_account": walk.account}
        let_time_pass()

        session = gateway.retrieve_checkout_session(walk.session.id)
        intent = ask.v1.payment_intents.retrieve(session.payment_intent)
        charge = ask.v1.charges.retrieve(intent.latest_charge)
        ask.v1.customers.retrieve(intent.customer)
        ask.v1.balance_transactions.retrieve(charge.balance_transaction)
        ask.v1.balance_transactions.list({"type": "charge"})
        ask.v1.balance.retrieve()
        ask.v1.accounts.retrieve(walk.account)
        ask.raw_request("get", "/v1/balance_settings", stripe_account=walk.account)
        ask.v1.transfers.retrieve(transfer.id)
        gateway.find_transfer(destination=walk.account, withdrawal_id=3)
        gateway.find_payout(account=walk.account, withdrawal_id=3)
        gateway.retrieve_payout(payout_id=payout.id, account=walk.account)
        keep_an_account(walk.account)
        second, _ = send_money("second", walk.account, Money(100, "EUR"))
        sandbox.payout_now(payout_id=sandbox.all_payouts()[0]["id"], fails=True)
        gateway.reverse_transfer(transfer_id=second.id, key="back")
        gateway.find_reversal(transfer_id=second.id)
        event = ask.v1.events.list({"limit": 1}).data[0]
        ask.v1.events.retrieve(event.id)
        ask.v1.events.list({"limit": 1}, connected)
        unpaid = gateway.create_checkout_session(
            top_up_id=8,
            customer=intent.customer,
            amount=Money(500, "EUR"),
            success_url="http://127.0.0.1/",
            cancel_url="http://127.0.0.1/",
            key="unpaid",
        )
        ask.v1.checkout.sessions.expire(unpaid.id)
        pay_with_saved_cards(intent.customer)
        paid = card_gateway.pay_with_card(
            top_up_id=9,
            customer=intent.customer,
            card="pm_card_bypassPending",
            amount=Money(1_000, "EUR"),
            key="paid",
            return_url="",
            is_away=True,
        )
        send_money_back(paid.id)
        sandbox.do(deed="warn", about=charge.id)
        sandbox.do(deed="dispute", about=charge.id)
        dispute, _before = refund_gateway.disputes_since(timezone.now() - timedelta(hours=1))
        assert refund_gateway.accept_dispute(dispute=dispute.id, key="let go").status == "lost"
        ask_for_events()
        let_time_pass(1)
        thin = sandbox.latest_deliveries()
        ask.raw_request("get", f"/v2/core/events/{next(row.event for row in thin if row.endpoint == 'thin')}")

        of_the_sandbox = {
            operation(each.method, each.path.pattern.replace("([A-Za-z0-9_]+)", "x"))[0] for each in api.OPERATIONS
        }
        assert of_the_sandbox - judge.seen.keys() == set()
        assert judge.wrong == []

    def test_a_paid_session_says_so_with_the_fee(self):
        walk = walked()
        session = gateway.retrieve_checkout_session(walk.session.id)
        assert (session.is_paid, session.amount_minor, session.currency, session.top_up_id) == (True, 2_000, "EUR", 7)
        assert session.fee == Money(88, "EUR")  # 2.9 % of 20.00 and 0.30

    def test_an_open_session_is_not_paid(self):
        session = ask_for_money_and_a_bank("walk").session
        asked = gateway.retrieve_checkout_session(session.id)
        assert (asked.is_paid, asked.status, asked.fee) == (False, "open", None)

    def test_onboarding_makes_the_account_ready(self):
        walk = ask_for_money_and_a_bank("walk")
        assert walk.before_onboarding.transfers_status == "restricted"
        onboard(walk)
        state = gateway.retrieve_account(walk.account)
        assert (state.transfers_status, state.payouts_status, state.bank_last4) == ("active", "active", "6789")

    def test_a_payout_arrives(self):
        walk = walked()
        _, payout = send_money("walk", walk.account, Money(700, "EUR"))
        assert payout.status == "pending"
        let_time_pass(1)
        assert gateway.retrieve_payout(payout_id=payout.id, account=walk.account).status == "in_transit"
        let_time_pass()
        assert gateway.retrieve_payout(payout_id=payout.id, account=walk.account).status == "paid"

    def test_a_bank_that_refuses_leaves_the_money_in_the_connected_balance(self):
        walk = walked(REFUSING_BANK)
        transfer, payout = send_money("walk", walk.account, Money(700, "EUR"))
        let_time_pass()
        failed = gateway.retrieve_payout(payout_id=payout.id, account=walk.account)
        assert (failed.status, failed.failure_code) == ("failed", "no_account")
        assert gateway.reverse_transfer(transfer_id=transfer.id, key="back").startswith("trr_")

    def test_the_balance_adds_up_after_it_all(self):
        walk = walked(REFUSING_BANK)
        transfer, _ = send_money("walk", walk.account, Money(700, "EUR"))
        let_time_pass()
        gateway.reverse_transfer(transfer_id=transfer.id, key="back")
        ask = client()
        assert [each.amount for each in ask.v1.balance.retrieve().available] == [2_000 - 88]
        connected = ask.v1.balance.retrieve({}, {"stripe_account": walk.account})
        assert [each.amount for each in connected.available] == [0]


class RefusalTests:
    def test_a_transfer_to_an_account_that_is_not_ready(self):
        walk = ask_for_money_and_a_bank("walk")
        with pytest.raises(Refused) as refusal:
            send_money("walk", walk.account, Money(100, "EUR"))
        assert refusal.value.code == "insufficient_capabilities_for_transfer"

    def test_a_transfer_of_money_that_has_not_settled(self):
        walk = ask_for_money_and_a_bank("walk")
        onboard(walk)
        sandbox.pay_with_card(session_id=walk.session.id, number=sandbox.GOOD_CARD)
        with pytest.raises(Refused) as refusal:
            send_money("walk", walk.account, Money(100, "EUR"))
        assert (refusal.value.code, refusal.value.replayed) == ("balance_insufficient", False)
        with pytest.raises(Refused) as again:
            send_money("walk", walk.account, Money(100, "EUR"))
        assert again.value.replayed

    def test_a_payout_of_more_than_there_is(self):
        walk = walked()
        with pytest.raises(Refused) as refusal:
            gateway.create_payout(amount=Money(1, "EUR"), account=walk.account, withdrawal_id=3, key="too much")
        assert refusal.value.code == "balance_insufficient"

    def test_a_reversal_of_money_that_has_left(self):
        walk = walked()
        transfer, _ = send_money("walk", walk.account, Money(700, "EUR"))
        with pytest.raises(Refused) as refusal:
            gateway.reverse_transfer(transfer_id=transfer.id, key="back")
        assert refusal.value.code == "balance_insufficient"

    def test_a_transfer_is_reversed_once(self):
        walk = walked(REFUSING_BANK)
        transfer, _ = send_money("walk", walk.account, Money(700, "EUR"))
        let_time_pass()
        first = gateway.reverse_transfer(transfer_id=transfer.id, key="back")
        assert gateway.reverse_transfer(transfer_id=transfer.id, key="back") == first
        with pytest.raises(Refused):
            gateway.reverse_transfer(transfer_id=transfer.id, key="back once more")

    def test_what_is_not_there(self):
        with pytest.raises(Refused) as refusal:
            gateway.retrieve_checkout_session("cs_test_nothing")
        assert refusal.value.code == "resource_missing"

    def test_a_key_used_for_something_else_may_have_had_its_effect(self):
        gateway.create_customer(email="a@example.test", name="A", key="same")
        with pytest.raises(NotAnswered):
            gateway.create_customer(email="b@example.test", name="B", key="same")

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_asked_inside_a_transaction(self, judge):
        assert not wire.in_transaction()
        with transaction.atomic(), pytest.raises(InsideTransaction):
            gateway.create_customer(email="a@example.test", name="A", key="inside")
        assert not judge.seen


class LibraryTests:
    """stripe-python as a second judge: its typed objects and the classes that it raises."""

    def test_objects_are_typed(self):
        walk = walked()
        session = client().v1.checkout.sessions.retrieve(walk.session.id, {"expand": ["payment_intent.latest_charge"]})
        assert isinstance(session, stripe.checkout.Session)
        assert isinstance(session.payment_intent, stripe.PaymentIntent)
        assert isinstance(session.payment_intent.latest_charge, stripe.Charge)
        assert isinstance(client().v2.core.accounts.retrieve(walk.account), stripe.v2.core.Account)

    def test_a_replayed_answer_says_so(self):
        asked = [client().v1.customers.create({"name": "A"}, {"idempotency_key": "k"}) for _ in range(2)]
        assert asked[0].id == asked[1].id
        assert "Idempotent-Replayed" not in asked[0].last_response.headers
        assert asked[1].last_response.headers["Idempotent-Replayed"] == "true"

    def test_errors_have_their_classes(self):
        ask = client()
        with pytest.raises(stripe.InvalidRequestError) as missing:
            ask.v1.customers.retrieve("cus_nobody")
        assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
        ask.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
        with pytest.raises(stripe.IdempotencyError):
            ask.v1.customers.create({"name": "B"}, {"idempotency_key": "k"})
        stranger = stripe.StripeClient("sk_live_nothing", http_client=ask._requestor._client)
        with pytest.raises(stripe.AuthenticationError):
            stranger.v1.balance.retrieve()

    def test_the_bug_that_the_raw_request_goes_round_is_still_there(self):
        """When this fails, set_manual_payouts can be an ordinary call."""
        walk = ask_for_money_and_a_bank("walk")
        with pytest.raises(AttributeError):
            client().v1.balance_settings.retrieve({}, {"stripe_account": walk.account})

    def test_a_thin_event_leads_to_its_object(self):
        walk = walked()
        row = next(row for row in sandbox.latest_deliveries() if row.endpoint == "thin")
        told = client().parse_event_notification_without_verification(row.body)
        assert type(told).__name__ != "UnknownEventNotification"
        assert told.fetch_related_object().id == walk.account
        assert told.fetch_event().id == row.event
