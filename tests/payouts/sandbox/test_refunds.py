"""Refunds and disputes at the sandbox: what leaves the balance, when it comes back, and what is told about it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from payouts.sandbox import books, cards, disputes
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from tests.payouts.sandbox.test_api import ask, code_of
from tests.payouts.sandbox.test_cards import told

pytestmark = pytest.mark.django_db
FEE = 88  # of a charge of 20.00


def charged(card: str = "pm_card_bypassPending", minor: int = 2_000) -> dict:
    """A payment of 20.00 by a customer's card; answers its charge."""
    how = {"amount": str(minor), "currency": "eur", "confirm": "true", "off_session": "true", "payment_method": card}
    intent = ask("POST", "/v1/payment_intents", how)[2]
    return ask("GET", f"/v1/charges/{intent['latest_charge']}")[2]


def refunded(charge: dict, **params: str) -> tuple[int, dict]:
    status, _, answer = ask("POST", "/v1/refunds", {"charge": charge["id"], **params})
    return status, answer


def seen(kind: str, id_: str) -> dict:
    return ask("GET", f"/v1/{kind}/{id_}")[2]


def balance() -> int:
    return sum(books.sums("eur"))


def only(kind: str) -> dict:
    (row,) = SandboxObject.objects.filter(kind=kind, account="")
    return row.data


def do(deed: str, about: dict) -> None:
    sandbox.do(deed=deed, about=about["id"])


class RefundTests:
    def test_leaves_the_balance_at_once(self):
        charge = charged()
        _, refund = refunded(charge, amount="500")
        assert (refund["status"], refund["charge"]) == ("succeeded", charge["id"])
        assert balance() == 2_000 - FEE - 500
        charge = seen("charges", charge["id"])
        assert (charge["amount_refunded"], charge["refunded"]) == (500, False)
        assert told()[-2:] == ["refund.created", "charge.refunded"]

    def test_of_the_rest_needs_no_sum_and_is_the_last(self):
        refunded(charge := charged(), amount="500")
        assert refunded(charged())[0] == 200  # so that the balance allows it
        assert refunded(charge)[0] == 200
        assert seen("charges", charge["id"])["refunded"]
        assert code_of(ask("POST", "/v1/refunds", {"charge": charge["id"]})) == (400, "charge_already_refunded")

    @pytest.mark.parametrize(
        "params",
        [{"amount": "2001"}, {"amount": "0"}, {"amount": "-1"}, {"reason": "bored"}, {"payment_intent": "pi_1"}],
    )
    def test_that_makes_no_sense_is_refused(self, params):
        assert refunded(charged(), **params)[0] == 400
        assert balance() == 2_000 - FEE

    def test_of_a_charge_that_was_never_paid(self):
        intent = ask("POST", "/v1/payment_intents", {"amount": "2000", "currency": "eur"})[2]
        assert ask("POST", "/v1/refunds", {"payment_intent": intent["id"]})[0] == 400
        assert ask("POST", "/v1/refunds", {})[0] == 400

    def test_waits_while_the_balance_is_short(self):
        _, refund = refunded(charged("pm_card_visa"))
        assert (refund["status"], refund["pending_reason"]) == ("pending", "charge_pending")
        _, another = refunded(charged(), amount="2000")
        assert (another["status"], another["pending_reason"]) == ("pending", "insufficient_funds")
        charged(minor=5_000)
        sandbox.work(now=timezone.now())
        assert seen("refunds", refund["id"])["status"] == "succeeded"
        assert "pending_reason" not in seen("refunds", refund["id"])
        assert told().count("refund.updated") == 2

    def test_fails_later_and_the_money_is_back(self):
        charge = charged()
        _, refund = refunded(charge, amount="500")
        do("fail_refund", refund)
        do("fail_refund", refund)
        failed = seen("refunds", refund["id"])
        assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
        assert (balance(), seen("charges", charge["id"])["amount_refunded"]) == (2_000 - FEE, 0)
        assert seen("balance_transactions", failed["failure_balance_transaction"])["type"] == "refund_failure"

    def test_the_test_cards_wait_and_fail_by_themselves(self):
        charged(minor=10_000)
        _, waiting = refunded(charged("pm_card_pendingRefund"))
        _, failing = refunded(charged("pm_card_refundFail"))
        assert [waiting["pending_reason"], failing["status"]] == ["processing", "succeeded"]
        sandbox.work(now=timezone.now())
        assert [seen("refunds", each["id"])["status"] for each in (waiting, failing)] == ["succeeded", "failed"]

    def test_those_of_a_charge_are_listed(self):
        charge = charged()
        made = [refunded(charge, amount=minor)[1]["id"] for minor in ("100", "200")]
        refunded(charged())
        listed = ask("GET", "/v1/refunds", {"charge": charge["id"]})[2]["data"]
        assert [each["id"] for each in listed] == made[::-1]


class DisputeTests:
    def test_takes_the_sum_and_a_fee(self):
        charge = charged()
        do("dispute", charge)
        dispute = only("dispute")
        assert (dispute["status"], dispute["amount"]) == ("needs_response", 2_000)
        assert balance() == -FEE - disputes.FEE
        assert told()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
        assert seen("charges", charge["id"])["disputed"]
        assert code_of(ask("POST", "/v1/refunds", {"charge": charge["id"]})) == (400, "charge_disputed")

    def test_won_brings_both_back(self):
        do("dispute", charged())
        do("win", only("dispute"))
        do("lose", only("dispute"))
        assert (only("dispute")["status"], balance()) == ("won", 2_000 - FEE)
        assert told()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]

    def test_lost_and_appealed_can_still_be_won(self):
        do("dispute", charged())
        do("lose", only("dispute"))
        do("appeal", only("dispute"))
        evidence = {"evidence[appeal]": "x"}
        assert ask("POST", f"/v1/disputes/{only('dispute')['id']}", evidence)[0] == 400  # not a part that we know
        answered = ask("POST", f"/v1/disputes/{only('dispute')['id']}", {"evidence[receipt]": "file_1"})[2]
        assert answered["status"] == "appeal_under_review"
        do("win", answered)
        assert (only("dispute")["status"], balance()) == ("won", 2_000 - FEE)

    def test_an_inquiry_moves_nothing_until_it_becomes_a_dispute(self):
        do("inquire", charged())
        assert (only("dispute")["status"], balance()) == ("warning_needs_response", 2_000 - FEE)
        do("escalate", only("dispute"))
        do("escalate", only("dispute"))
        assert (only("dispute")["status"], balance()) == ("needs_response", -FEE - disputes.FEE)

    def test_an_inquiry_is_closed(self):
        do("inquire", charged())
        do("win", only("dispute"))
        assert (only("dispute")["status"], balance()) == ("warning_closed", 2_000 - FEE)

    def test_evidence_is_sent_once(self):
        do("dispute", charged())
        address = f"/v1/disputes/{only('dispute')['id']}"
        staged = ask("POST", address, {"evidence[receipt]": "file_1", "submit": "false"})[2]
        assert (staged["status"], staged["evidence_details"]["has_evidence"]) == ("needs_response", True)
        sent = ask("POST", address, {"submit": "true"})[2]
        assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1)
        assert ask("POST", address, {"evidence[receipt]": "file_2"})[0] == 400
        assert ask("POST", address, {"metadata[a]": "b"})[2]["metadata"] == {"a": "b"}

    @pytest.mark.parametrize(("text", "status"), [(disputes.WINNING, "won"), (disputes.LOSING, "lost")])
    def test_the_text_of_a_test_decides(self, text, status):
        do("dispute", charged())
        ask("POST", f"/v1/disputes/{only('dispute')['id']}", {"evidence[uncategorized_text]": text})
        assert only("dispute")["status"] == status

    def test_is_let_go_once(self):
        do("dispute", charged())
        address = f"/v1/disputes/{only('dispute')['id']}/close"
        assert ask("POST", address)[2]["status"] == "lost"
        assert code_of(ask("POST", address)) == (400, "dispute_already_closed")

    def test_evidence_has_a_length(self):
        do("dispute", charged())
        long = {"evidence[uncategorized_text]": "x" * (disputes.EVIDENCE_CHARACTERS_MAX + 1)}
        assert ask("POST", f"/v1/disputes/{only('dispute')['id']}", long)[0] == 400

    @pytest.mark.parametrize(
        ("card", "status"),
        [("pm_card_createDispute", "needs_response"), ("pm_card_createDisputeInquiry", "warning_needs_response")],
    )
    def test_the_test_cards_dispute_by_themselves(self, card, status):
        charge = charged(card)
        for _ in range(2):
            sandbox.work(now=timezone.now())
        (dispute,) = ask("GET", "/v1/disputes", {"charge": charge["id"]})[2]["data"]
        assert dispute["status"] == status

    def test_a_warning_of_fraud_is_only_told(self):
        do("warn", charged())
        assert (told()[-1], balance()) == ("radar.early_fraud_warning.created", 2_000 - FEE)


class OperatorTests:
    DEEDS = ("dispute", "inquire", "warn", "refund", "fail_refund", "escalate", "win", "lose", "appeal", "nonsense")

    @pytest.fixture(autouse=True)
    def at_home(self, settings):
        settings.DEBUG = True

    @pytest.fixture
    def operator(self, sam, signed_in) -> Client:
        return self.here(signed_in(sam))

    def here(self, browser: Client) -> Client:
        browser.defaults |= {"HTTP_HOST": "127.0.0.1:8000"}
        return browser

    def press(self, browser: Client, deed: str, about: str) -> int:
        return browser.post(reverse("sandbox_operator_deed", args=[about]), {"deed": deed}).status_code

    def test_staff_do_what_banks_do(self, operator):
        browser, charge = operator, charged()
        page = browser.get("/sandbox/stripe/operator/").content.decode()
        assert all(words in page for words in (charge["id"], ">Dispute<", ">Inquire<", "Refund in the dashboard"))
        assert self.press(browser, "dispute", charge["id"]) == 302
        assert self.press(browser, "dispute", charge["id"]) == 404
        refunded(another := charged(minor=50_000), amount="500")
        assert self.press(browser, "fail_refund", only("refund")["id"]) == 302
        page = browser.get("/sandbox/stripe/operator/").content.decode()
        assert all(words in page for words in (">Win<", "needs_response", "failed (expired_or_canceled_card)"))
        assert self.press(browser, "refund", another["id"]) == 302
        assert seen("charges", another["id"])["refunded"]

    @pytest.mark.parametrize("deed", DEEDS)
    def test_for_all_others_it_does_not_exist(self, eve, operator, signed_in, settings, deed):
        charge = charged()
        assert self.press(self.here(signed_in(eve)), deed, charge["id"]) == 404
        assert self.press(operator, deed, "ch_nobody") == 404
        settings.DEBUG = False
        assert self.press(operator, deed, charge["id"]) == 404
        assert balance() == 2_000 - FEE

    def test_each_card_that_is_known_is_a_number(self):
        assert all(len(number) == 16 and number.isdigit() for number in cards.KNOWN)
