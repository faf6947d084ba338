"""Stripe's card form inside a call's page: only where the platform has it, and the credit from Stripe's word alone."""

import pytest

from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from payouts.wallet import services as wallet
from payouts.wallet.models import MonthlyLimit, TopUp
from tests.payouts.purse import eur
from tests.payouts.stripe.story import AT_ONCE

pytestmark = pytest.mark.django_db
ADDRESS = "/wallet/top-up/form/"
TYPED = {"amount": "20", "monthly_limit": "200", "token": "a-token-of-the-form", "return": "/r/abc/?credit=1"}


@pytest.fixture
def has_form(settings):
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_1"


@pytest.fixture
def browser(has_form, alice, signed_in):
    return signed_in(alice)


def latest_session() -> dict:
    return SandboxObject.objects.filter(kind="checkout.session").latest("serial").data


class FormTests:
    def test_it_is_the_wallets_form_alone(self, browser):
        wish = {"return": "/r/abc/?credit=1", "missing": "2500"}
        part = browser.get(ADDRESS, wish).content.decode()
        for shown in (
            'name="amount"',
            'value="/r/abc/?credit=1"',
            "form for your card opens here",
            "Your monthly limit",
        ):
            assert shown in part
        assert not any(whole in part for whole in ("<html", "Back to the call"))

    def test_sent_it_opens_stripes_form(self, browser, alice, judge):
        opened = browser.post(ADDRESS, TYPED).json()
        top_up, session = TopUp.objects.get(), latest_session()
        assert opened == {"client_secret": session["client_secret"], "done": f"/wallet/top-up/{top_up.pk}/return/"}
        assert (session["ui_mode"], session["url"], session["redirect_on_completion"]) == (
            "embedded_page",
            None,
            "if_required",
        )
        assert session["return_url"].endswith(opened["done"])
        assert (top_up.state, top_up.amount, MonthlyLimit.objects.get().limit_minor) == ("open", eur(2_000), 20_000)
        assert judge.wrong == []

    def test_paid_there_the_credit_is_there_once_the_page_asks(self, browser, alice):
        done = browser.post(ADDRESS, TYPED).json()["done"]
        sandbox.pay_with_card(session_id=latest_session()["id"], number=AT_ONCE)
        assert wallet.credit(member=alice) == eur(0)
        for _ in range(2):
            assert browser.get(done).status_code == 200
        assert wallet.credit(member=alice) == eur(2_000)

    def test_the_page_says_done_and_nothing_was_paid(self, browser, alice):
        browser.get(browser.post(ADDRESS, TYPED).json()["done"])
        assert wallet.credit(member=alice) == eur(0)

    @pytest.mark.parametrize("amount", ["", "0", "-5", "4.99", "501", "x", "1e3"])
    def test_a_sum_that_cannot_be_added_is_explained(self, browser, amount):
        answer = browser.post(ADDRESS, {**TYPED, "amount": amount, "choice": ""})
        assert (answer.status_code, "<html" in answer.content.decode()) == (422, False)
        assert not TopUp.objects.exists()

    def test_who_may_not_pay_reads_why(self, browser, alice, now):
        wallet.block_payments(member=alice, reason="dispute:1", now=now)
        answer = browser.post(ADDRESS, TYPED)
        assert (answer.status_code, "payments are paused" in answer.content.decode()) == (422, True)

    def test_a_card_is_saved_only_if_ticked(self, browser):
        browser.post(ADDRESS, {**TYPED, "save_card": "on"})
        assert latest_session()["_"]["payment_intent_data"]["setup_future_usage"] == "off_session"


class DoorTests:
    def test_without_the_key_there_is_no_form(self, alice, signed_in):
        client = signed_in(alice)
        assert {client.get(ADDRESS).status_code, client.post(ADDRESS, TYPED).status_code} == {404}
        assert not TopUp.objects.exists()

    def test_visitors_sign_in(self, has_form, client):
        assert client.post(ADDRESS, TYPED).url.startswith("/accounts/login/")

    def test_eve_learns_nothing_of_anothers_payment(self, browser, eve, signed_in, alice):
        done = browser.post(ADDRESS, TYPED).json()["done"]
        sandbox.pay_with_card(session_id=latest_session()["id"], number=AT_ONCE)
        assert signed_in(eve).get(done).status_code == 404
        assert wallet.credit(member=alice) == eur(0)


class SandboxTests:
    """What Stripe refuses of such a session, the sandbox refuses too."""

    @pytest.mark.parametrize(
        "addresses",
        [
            {"return_url": "https://x.example/", "success_url": "https://x.example/"},
            {"return_url": "nonsense"},
            {},
        ],
    )
    def test_addresses_that_do_not_fit(self, addresses, monkeypatch):
        how = {"ui_mode": "embedded_page", **addresses}
        monkeypatch.setattr(gateway, "_inside", lambda _address: how)
        with pytest.raises(Refused):
            gateway.create_checkout_session(
                top_up_id=1, customer=gateway.create_customer(email="a@example.test", name="A", key="c"),
                amount=eur(500), return_url="https://x.example/", key="k",
            )  # fmt: skip
