"""Saved cards in the wallet: shown, paid with in one press, removed; automatic top-up on and off."""

from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from payouts.cards import services as cards
from payouts.cards.models import AutoTopUp
from payouts.sandbox.models import SandboxObject
from payouts.stripe.answers import NotAnswered
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import eur

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-form"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def card(alice, now):
    return save_card(alice, now=now)


@pytest.fixture
def browser(alice, signed_in) -> Client:
    return signed_in(alice)


def press(browser: Client, card, amount: str = "20", **more: str):
    return browser.post("/wallet/top-up/", {"amount": amount, "card": card.pk, "token": TOKEN, **more})


class ShownTests:
    def test_by_what_people_know_it(self, card, browser):
        page = browser.get("/wallet/").content.decode()
        for words in ("Visa •••• 4242", "valid to 12/34", "Remove", "Automatic top-up", "A saved card pays at once"):
            assert words in page

    def test_not_to_others(self, eve, card, signed_in):
        assert "4242" not in signed_in(eve).get("/wallet/").content.decode()

    def test_in_the_calls_small_window_there_is_the_press_and_nothing_else(self, card, browser):
        page = browser.get("/wallet/?return=/r/abc/%3Fcredit=1").content.decode()
        assert f'value="{card.pk}"' in page
        assert "Remove" not in page


class PressTests:
    def test_adds_credit_at_once(self, alice, card, browser):
        answer = press(browser, card)
        assert browser.get(answer.url).url == "/wallet/"
        page = browser.get("/wallet/").content.decode()
        assert "€20.00 was added to your credit." in page
        assert 'data-testid="balance">€20.00<' in page

    def test_twice_is_once(self, alice, card, browser):
        press(browser, card)
        press(browser, card)
        assert wallet.credit(member=alice) == eur(2_000)

    def test_from_a_call_leads_back_to_it(self, card, browser):
        answer = press(browser, card, **{"return": "/r/abc/?credit=1"})
        page = browser.get(answer.url).content.decode()
        assert 'data-return="/r/abc/?credit=1"' in page

    def test_leads_to_the_bank_when_it_asks(self, alice, browser, now):
        answer = press(browser, save_card(alice, "authenticationRequired", now=now))
        assert "/sandbox/stripe/3ds/" in answer.url
        back = browser.post(answer.url.removeprefix("http://127.0.0.1:8000"), {"outcome": "complete"}).url
        browser.get(back.removeprefix("http://127.0.0.1:8000"))
        assert wallet.credit(member=alice) == eur(2_000)

    def test_of_a_declined_card_says_that_nothing_was_charged(self, alice, browser, now):
        answer = press(browser, save_card(alice, "chargeCustomerFail", now=now))
        page = browser.get(answer.url).content.decode()
        assert "Your card was declined" in page
        assert "Nothing was charged" in page

    def test_unanswered_waits_for_the_answer(self, card, browser):
        with patch("payouts.stripe.card_gateway.pay_with_card", side_effect=NotAnswered("time-out")):
            answer = press(browser, card)
        assert 'data-state="pending"' in browser.get(answer.url).content.decode()

    @pytest.mark.parametrize(
        "typed", [{"card": "999"}, {"card": "-1"}, {"card": "x"}, {"token": ""}, {"token": "short"}]
    )
    def test_what_makes_no_sense_charges_nothing(self, card, browser, typed):
        answer = browser.post("/wallet/top-up/", {"amount": "20", "card": card.pk, "token": TOKEN, **typed})
        assert answer.status_code == 422
        assert not TopUp.objects.exists()

    def test_with_anothers_card_charges_nothing(self, eve, card, signed_in):
        assert press(signed_in(eve), card).status_code == 422
        assert not TopUp.objects.exists()

    def test_sent_before_with_another_sum_is_explained(self, card, browser):
        press(browser, card)
        answer = press(browser, card, "50")
        assert answer.status_code == 422
        assert "was sent before" in answer.content.decode()

    @pytest.mark.parametrize(("ticked", "asked"), [({"save_card": "on"}, "off_session"), ({}, None)])
    def test_another_card_is_saved_only_if_ticked(self, browser, ticked, asked):
        browser.post("/wallet/top-up/", {"amount": "20", "card": "", "token": TOKEN, **ticked})
        session = SandboxObject.objects.get(kind="checkout.session").data
        assert session["_"]["payment_intent_data"].get("setup_future_usage") == asked
        assert (session["saved_payment_method_options"] is None) == bool(ticked)


class RemoveTests:
    def test_it_is_gone(self, card, browser):
        browser.post(f"/wallet/cards/{card.pk}/remove/")
        page = browser.get("/wallet/").content.decode()
        assert "The card was removed." in page
        assert "4242" not in page

    def test_for_eve_it_does_not_exist(self, alice, eve, card, signed_in):
        assert signed_in(eve).post(f"/wallet/cards/{card.pk}/remove/").status_code == 404
        assert cards.saved_cards(member=alice) == [card]

    def test_a_look_removes_nothing(self, card, browser):
        assert browser.get(f"/wallet/cards/{card.pk}/remove/").status_code == 405

    def test_while_stripe_does_not_answer_it_stays(self, card, browser):
        with patch("payouts.stripe.card_gateway.detach_card", side_effect=NotAnswered("time-out")):
            browser.post(f"/wallet/cards/{card.pk}/remove/")
        assert "still saved" in browser.get("/wallet/").content.decode()


class AutomaticTests:
    def test_on_and_off(self, alice, card, browser):
        browser.post("/wallet/automatic/", {"below": "5", "amount": "20", "card": card.pk})
        page = browser.get("/wallet/").content.decode()
        assert "below €5.00, €20.00 is added" in page
        assert 'data-testid="auto-top-up">on<' in page
        browser.post("/wallet/automatic/off/")
        assert not cards.rule_of(member=alice).is_on

    @pytest.mark.parametrize(
        "typed",
        [{"below": ""}, {"below": "0"}, {"below": "-5"}, {"amount": "4.99"}, {"amount": "501"}, {"amount": "x"},
         {"below": "490"}, {"card": ""}, {"card": "999"}, {"card": "x"}],
    )  # fmt: skip
    def test_what_makes_no_sense_is_explained_and_changes_nothing(self, card, browser, typed):
        browser.post("/wallet/automatic/", {"below": "5", "amount": "20", "card": card.pk, **typed})
        assert not AutoTopUp.objects.exists()
        assert "Nothing was changed" in browser.get("/wallet/").content.decode()

    def test_not_from_anothers_card(self, eve, card, signed_in):
        signed_in(eve).post("/wallet/automatic/", {"below": "5", "amount": "20", "card": card.pk})
        assert not AutoTopUp.objects.exists()

    def test_nobody_switches_off_anothers(self, card, eve, signed_in, now):
        fill_up_from(card, now=now)
        signed_in(eve).post("/wallet/automatic/off/")
        assert AutoTopUp.objects.get().is_on

    @pytest.mark.parametrize("path", ["/wallet/automatic/", "/wallet/automatic/off/", "/wallet/cards/1/remove/"])
    def test_visitors_are_asked_to_sign_in(self, path):
        assert Client().post(path).url.startswith("/accounts/login/")
