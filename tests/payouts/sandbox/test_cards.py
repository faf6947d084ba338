"""Cards at the sandbox: kept for a customer, charged with and without their owner, refused, and asked for by their bank."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from payouts.sandbox import books
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.stripe import gateway
from tests.payouts.purse import eur
from tests.payouts.sandbox.test_api import ask, code_of
from tests.payouts.stripe.probe import HOME

pytestmark = pytest.mark.django_db
PAY = {"amount": "2000", "currency": "eur", "confirm": "true"}
AWAY = {"off_session": "true"}
HERE = {"return_url": HOME}


@pytest.fixture
def customer() -> str:
    return ask("POST", "/v1/customers", {"email": "alice@example.test"})[2]["id"]


def saved(customer: str, name: str = "pm_card_visa") -> str:
    return ask("POST", f"/v1/payment_methods/{name}/attach", {"customer": customer})[2]["id"]


def pay(customer: str, card: str, **how: str) -> tuple[int, dict]:
    status, _, answer = ask("POST", "/v1/payment_intents", {**PAY, "customer": customer, "payment_method": card, **how})
    return status, answer["error"] if status >= 400 else answer


def told() -> list[str]:
    """The types of the events so far, in order."""
    return [row.data["type"] for row in SandboxObject.objects.filter(kind="event").order_by("serial")]


class CardTests:
    def test_is_made_of_a_number_or_a_token(self):
        for card in ({"card[number]": "5555555555554444"}, {"card[token]": "tok_visa"}):
            status, _, made = ask("POST", "/v1/payment_methods", {"type": "card", **card})
            assert (status, made["customer"]) == (200, None)
            assert ask("GET", f"/v1/payment_methods/{made['id']}")[2] == made

    def test_of_an_unknown_number_is_incorrect(self):
        params = {"type": "card", "card[number]": "4111111111111111"}
        assert code_of(ask("POST", "/v1/payment_methods", params)) == (402, "incorrect_number")

    def test_is_kept_for_a_customer_and_taken_away_for_good(self, customer):
        card = saved(customer)
        listed = ask("GET", f"/v1/customers/{customer}/payment_methods", {"type": "card"})[2]["data"]
        assert [each["id"] for each in listed] == [card]
        assert ask("POST", f"/v1/payment_methods/{card}/detach")[2]["customer"] is None
        assert ask("GET", f"/v1/customers/{customer}/payment_methods")[2]["data"] == []
        assert ask("POST", f"/v1/payment_methods/{card}/attach", {"customer": customer})[0] == 400
        assert ask("POST", f"/v1/payment_methods/{card}/detach")[0] == 400
        assert pay(customer, card, **AWAY)[0] == 400
        assert told()[-2:] == ["payment_method.attached", "payment_method.detached"]

    def test_of_another_customer_is_not_ours(self, customer):
        card = saved(customer)
        other = ask("POST", "/v1/customers", {"name": "Eve"})[2]["id"]
        assert ask("POST", f"/v1/payment_methods/{card}/attach", {"customer": other})[0] == 400
        assert pay(other, card, **AWAY)[0] == 400

    def test_that_declines_is_not_kept(self, customer):
        params = {"customer": customer}
        answer = ask("POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", params)
        assert code_of(answer) == (402, "card_declined")

    def test_the_same_number_has_the_same_fingerprint(self, customer):
        prints = {ask("GET", f"/v1/payment_methods/{saved(customer)}")[2]["card"]["fingerprint"] for _ in range(2)}
        assert len(prints) == 1


class CustomerTests:
    def test_can_be_renamed(self, customer):
        ask("POST", f"/v1/customers/{customer}", {"name": "Alice", "metadata[a]": "b"})
        found = ask("GET", f"/v1/customers/{customer}")[2]
        assert (found["name"], found["email"], found["metadata"]) == ("Alice", "alice@example.test", {"a": "b"})


class IntentTests:
    def test_a_good_card_pays_at_once(self, customer):
        status, intent = pay(customer, "pm_card_visa", **HERE)
        assert (status, intent["status"], intent["amount_received"]) == (200, "succeeded", 2_000)
        assert told() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
        assert sum(books.sums("eur")) == 2_000 - 88

    def test_a_card_that_bypasses_pending_is_available(self, customer):
        pay(customer, "pm_card_bypassPending", **HERE)
        assert books.sums("eur") == (2_000 - 88, 0)

    def test_one_that_declines_says_why_and_leaves_an_intent_for_another(self, customer):
        status, error = pay(customer, "pm_card_chargeDeclinedInsufficientFunds", **HERE)
        assert (status, error["code"], error["decline_code"]) == (402, "card_declined", "insufficient_funds")
        left = error["payment_intent"]
        assert (left["status"], left["last_payment_error"]["charge"]) == ("requires_payment_method", error["charge"])
        assert told() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
        again = ask("POST", f"/v1/payment_intents/{left['id']}/confirm", {"payment_method": "pm_card_visa", **HERE})[2]
        assert (again["status"], again["last_payment_error"]) == ("succeeded", None)
        assert sum(books.sums("eur")) == 2_000 - 88

    def test_the_same_key_declines_once(self, customer):
        params = {**PAY, "customer": customer, "payment_method": "pm_card_chargeDeclined", **HERE}
        first, again = (ask("POST", "/v1/payment_intents", params, Idempotency_Key="k") for _ in range(2))
        assert first[2] == again[2]
        assert (again[0], again[1]["Idempotent-Replayed"]) == (402, "true")
        assert SandboxObject.objects.filter(kind="payment_intent").count() == 1

    def test_a_bank_that_asks_for_the_owner_refuses_without_them(self, customer):
        status, error = pay(customer, saved(customer, "pm_card_authenticationRequired"), **AWAY)
        assert (status, error["code"]) == (402, "authentication_required")
        assert error["payment_intent"]["status"] == "requires_payment_method"

    def test_with_them_it_leads_to_its_page(self, customer):
        intent = pay(customer, saved(customer, "pm_card_authenticationRequired"), **HERE)[1]
        assert (intent["status"], intent["next_action"]["type"]) == ("requires_action", "redirect_to_url")
        page = urlsplit(intent["next_action"]["redirect_to_url"]["url"]).path
        assert "€20.00" in Client().get(page).content.decode()
        back = urlsplit(Client().post(page, {"outcome": "complete"})["Location"])
        assert parse_qs(back.query)["redirect_status"] == ["succeeded"]
        assert ask("GET", f"/v1/payment_intents/{intent['id']}")[2]["status"] == "succeeded"
        assert Client().post(page, {"outcome": "complete"}).status_code == 410

    def test_who_fails_there_has_paid_nothing(self, customer):
        intent = pay(customer, "pm_card_threeDSecure2Required", **HERE)[1]
        page = urlsplit(intent["next_action"]["redirect_to_url"]["url"]).path
        back = urlsplit(Client().post(page, {"outcome": "fail"})["Location"])
        assert parse_qs(back.query)["redirect_status"] == ["failed"]
        failed = ask("GET", f"/v1/payment_intents/{intent['id']}")[2]
        assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
        assert books.sums("eur") == (0, 0)

    def test_a_card_set_up_with_its_owner_pays_without_them_later(self, customer):
        set_up = {"setup_future_usage": "off_session", **HERE}
        intent = pay(customer, "pm_card_authenticationRequiredOnSetup", **set_up)[1]
        sandbox.prove(intent_id=intent["id"], succeeds=True)
        assert pay(customer, intent["payment_method"], **AWAY)[1]["status"] == "succeeded"

    def test_it_can_be_cancelled_until_it_is_paid(self, customer):
        waiting = ask("POST", "/v1/payment_intents", {"amount": "2000", "currency": "eur"})[2]["id"]
        cancelled = ask("POST", f"/v1/payment_intents/{waiting}/cancel", {"cancellation_reason": "abandoned"})[2]
        assert (cancelled["status"], cancelled["cancellation_reason"]) == ("canceled", "abandoned")
        paid = pay(customer, "pm_card_visa", **HERE)[1]["id"]
        for verb in ("cancel", "confirm"):
            answer = ask("POST", f"/v1/payment_intents/{paid}/{verb}")
            assert code_of(answer) == (400, "payment_intent_unexpected_state")

    @pytest.mark.parametrize(
        "params",
        [
            {"amount": "49"},
            {"amount": "100000000"},
            {"amount": "-5"},
            {"amount": "20.00"},
            {"currency": ""},
            {"payment_method": ""},
            {"payment_method": "pm_nobody"},
            {"customer": "cus_nobody"},
            {"return_url": ""},
            {"return_url": "javascript:alert(1)"},
            {"confirm": "false", "off_session": "true"},
            {"surprise": "1"},
        ],
    )
    def test_what_makes_no_sense_is_refused_and_leaves_nothing(self, params):
        answer = ask("POST", "/v1/payment_intents", {**PAY, "payment_method": "pm_card_visa", **HERE, **params})
        assert answer[0] in (400, 404)
        assert not SandboxObject.objects.filter(kind="payment_intent").exists()


class HostedPageTests:
    @pytest.fixture
    def session(self, customer):
        return gateway.create_checkout_session(
            top_up_id=7, customer=customer, amount=eur(2_000), success_url=HOME, cancel_url=HOME, key="s"
        )

    def kept(self, customer: str) -> list[str]:
        return [each["card"]["last4"] for each in ask("GET", f"/v1/customers/{customer}/payment_methods")[2]["data"]]

    def test_a_tick_keeps_the_card(self, customer, session):
        page = urlsplit(session.url).path
        assert "Save this card" in Client().get(page).content.decode()
        Client().post(page, {"number": "4242424242424242", "save": "on"})
        assert self.kept(customer) == ["4242"]

    def test_without_a_tick_it_is_not_kept(self, customer, session):
        Client().post(urlsplit(session.url).path, {"number": "4242424242424242"})
        assert self.kept(customer) == []

    def test_the_telephones_button_pays(self, session):
        assert Client().post(urlsplit(session.url).path, {"wallet": "1"})["Location"] == HOME
        assert gateway.retrieve_checkout_session(session.id).is_paid

    @pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184", "4000000000003220"])
    def test_a_bank_that_asks_is_answered_on_its_page(self, session, number):
        page = urlsplit(session.url).path
        proof = urlsplit(Client().post(page, {"number": number})["Location"]).path
        assert not gateway.retrieve_checkout_session(session.id).is_paid
        assert urlsplit(Client().post(proof, {"outcome": "fail"})["Location"]).path == page
        Client().post(page, {"number": number})
        assert Client().post(proof, {"outcome": "complete"})["Location"] == HOME
        assert gateway.retrieve_checkout_session(session.id).is_paid
        assert SandboxDelivery.objects.filter(body__contains="payment_intent.requires_action").count() == 2

    def test_a_bank_that_nobody_asked_is_closed(self):
        assert Client().get("/sandbox/stripe/3ds/pi_nobody").status_code == 410
        assert Client().post("/sandbox/stripe/3ds/pi_nobody", {"outcome": "complete"}).status_code == 410
