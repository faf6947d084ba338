"""Connected accounts: what Stripe wants for them, what they may do then, how they close; payouts at once or taken back."""

from datetime import timedelta

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from payouts.sandbox import banks, books, deliveries, operator, store
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from payouts.stripe.client import client
from tests.payouts.purse import eur
from tests.payouts.sandbox.test_pages import path_of
from tests.payouts.stripe.probe import HOME, ask_for_money_and_a_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk():
    """Paid with a card whose money is there at once; the account is not onboarded yet."""
    walk = ask_for_money_and_a_bank("walk")
    sandbox.pay_with_card(session_id=walk.session.id, number=sandbox.SETTLED_CARD)
    return walk


def onboard(walk, outcome: str = "verified", number: str = banks.PAYING_BANK) -> str:
    given = {"name": "Bob Leroy", "country": "BE", "number": number, "outcome": outcome}
    assert Client().post(path_of(walk.link), given).status_code == 302
    return walk.account


def asked(account: str):
    return client().v2.core.accounts.retrieve(account, {"include": ["configuration.recipient", "requirements"]})


def transfer(account: str, minor: int = 700) -> str:
    return gateway.create_transfer(amount=eur(minor), destination=account, withdrawal_id=1, key="t").id


def pay_out(account: str, minor: int = 700, **more):
    params = {"amount": minor, "currency": "eur", **more}
    return client().v1.payouts.create(params, {"stripe_account": account})


def later(days: int, monkeypatch) -> None:
    then = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("payouts.clock.now", lambda: then)


class OnboardingOutcomeTests:
    @pytest.mark.parametrize(
        ("outcome", "status", "wanted"),
        [
            ("verified", "active", None),
            ("due_soon", "active", "currently_due"),
            ("checking", "pending", None),
            ("needs_document", "restricted", "past_due"),
            ("rejected", "rejected", None),
        ],
    )
    def test_what_stripe_makes_of_it(self, walk, outcome, status, wanted):
        account = asked(onboard(walk, outcome))
        balance = account.configuration.recipient.capabilities.stripe_balance
        assert (balance.stripe_transfers.status, balance.payouts.status) == (status, status)
        assert bool(balance.payouts.status_details) == (status != "active")
        assert [entry.minimum_deadline.status for entry in account.requirements.entries] == ([wanted] if wanted else [])

    def test_who_does_not_bring_the_document_in_time_is_restricted(self, walk, monkeypatch):
        account = onboard(walk, "due_soon")
        transfer(account)
        later(8, monkeypatch)
        sandbox.work(now=timezone.now())
        assert gateway.retrieve_account(account).transfers_status == "restricted"
        with pytest.raises(Refused) as refusal:
            gateway.create_payout(amount=eur(700), account=account, withdrawal_id=1, key="p")
        assert refusal.value.code == "payouts_not_allowed"

    def test_no_transfer_to_a_rejected_one(self, walk):
        with pytest.raises(Refused) as refusal:
            transfer(onboard(walk, "rejected"))
        assert refusal.value.code == "insufficient_capabilities_for_transfer"

    def test_nonsense_is_refused(self, walk):
        given = {"name": "B", "country": "BE", "number": banks.PAYING_BANK, "outcome": "crowned"}
        assert Client().post(path_of(walk.link), given).status_code == 200
        assert gateway.retrieve_account(walk.account).transfers_status == "restricted"


class ClosingTests:
    def test_an_empty_one_closes_for_good(self, walk):
        account = onboard(walk)
        assert client().v2.core.accounts.close(account).closed
        with pytest.raises(Refused):
            transfer(account)
        with pytest.raises(Refused) as refusal:
            gateway.create_account_link(account=account, return_url=HOME, refresh_url=HOME, key="again")
        assert refusal.value.code == "account_closed"

    def test_one_with_money_does_not(self, walk):
        account = onboard(walk)
        transfer(account)
        with pytest.raises(stripe.InvalidRequestError):
            client().v2.core.accounts.close(account)
        assert not asked(account).closed


class PayoutTests:
    def test_at_once_where_the_bank_takes_it(self, walk):
        account = onboard(walk, number=banks.INSTANT_BANK)
        transfer(account)
        balance = client().v1.balance.retrieve({}, {"stripe_account": account})
        assert [each.amount for each in balance.instant_available] == [700]
        before = books.sums("eur")[0]
        assert pay_out(account, method="instant").method == "instant"
        assert books.sums("eur")[0] == before - 50  # Stripe's fee is the platform's

    def test_at_once_is_refused_by_another_bank(self, walk):
        account = onboard(walk)
        transfer(account)
        balance = client().v1.balance.retrieve({}, {"stripe_account": account})
        assert "instant_available" not in balance
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            pay_out(account, method="instant")
        assert refusal.value.code == "instant_payouts_unsupported"

    def test_taken_back_while_pending_and_not_later(self, walk):
        account = onboard(walk)
        transfer(account)
        payout, connected = pay_out(account), {"stripe_account": account}
        assert client().v1.payouts.cancel(payout.id, {}, connected).status == "canceled"
        assert books.sums("eur", account=account) == (700, 0)
        with pytest.raises(stripe.InvalidRequestError):
            client().v1.payouts.cancel(payout.id, {}, connected)
        assert books.sums("eur", account=account) == (700, 0)

    @pytest.mark.parametrize("params", [{"destination": "ba_nobody"}, {"amount": 701}])
    def test_what_stripe_would_refuse(self, walk, params):
        account = onboard(walk)
        transfer(account)
        with pytest.raises(stripe.InvalidRequestError):
            pay_out(account, minor=params.pop("amount", 700), **params)

    def test_money_that_settles_is_told(self, walk, monkeypatch):
        second = ask_for_money_and_a_bank("second")
        sandbox.pay_with_card(session_id=second.session.id, number=sandbox.GOOD_CARD)
        sandbox.work(now=timezone.now())
        assert not SandboxObject.objects.filter(kind="event", data__type="balance.available").exists()
        later(3, monkeypatch)
        for _ in range(2):
            sandbox.work(now=timezone.now())
        assert SandboxObject.objects.filter(kind="event", data__type="balance.available").count() == 1


class BankTests:
    @pytest.mark.parametrize("given", [{"external_account": "btok_nobody"}, {}])
    def test_an_unknown_one_is_refused(self, walk, given):
        with pytest.raises(stripe.InvalidRequestError):
            client().v1.accounts.external_accounts.create(onboard(walk), given)
        assert SandboxObject.objects.filter(kind="bank_account").count() == 1

    def test_the_newest_is_paid_to(self, walk):
        account = onboard(walk)
        made = client().v1.accounts.external_accounts.create(
            account, {"external_account": "btok_us_verified_noAccount"}
        )
        transfer(account)
        assert pay_out(account).destination == made.id


class ExpressPageTests:
    @pytest.fixture
    def page(self, walk) -> str:
        account = onboard(walk)
        transfer(account)
        pay_out(account, 300)
        return path_of(client().v1.accounts.login_links.create(account).url)

    def test_shows_balance_payouts_and_bank(self, page):
        html = Client().get(page).content.decode()
        for words in ("€4.00", "€3.00", "pending", "6789", "stands in for Stripe"):
            assert words in html

    def test_the_bank_can_be_changed_there(self, page, walk):
        assert Client().post(page, {"number": banks.REFUSING_BANK}).status_code == 302
        assert gateway.retrieve_account(walk.account).bank_last4 == "1116"

    def test_a_number_that_is_none_changes_nothing(self, page, walk):
        assert "Only the test numbers" in Client().post(page, {"number": "12"}).content.decode()
        assert gateway.retrieve_account(walk.account).bank_last4 == "6789"

    def test_an_old_link_and_a_strangers_are_closed(self, page, monkeypatch):
        assert Client().get(page.split("?")[0]).status_code == 410
        later(1, monkeypatch)
        assert Client().get(page).status_code == 410


class OperatorTests:
    @pytest.fixture
    def browser(self, sam, signed_in, settings):
        settings.DEBUG, settings.ALLOWED_HOSTS = True, ["testserver", "127.0.0.1"]
        browser = signed_in(sam)
        browser.defaults["HTTP_HOST"] = "127.0.0.1"
        return browser

    def test_puts_an_account_in_another_state(self, walk, browser):
        account = onboard(walk)
        assert account in browser.get("/sandbox/stripe/operator/").content.decode()
        browser.post(f"/sandbox/stripe/operator/accounts/{account}", {"state": "rejected"})
        assert gateway.retrieve_account(account).transfers_status == "rejected"
        assert browser.post(f"/sandbox/stripe/operator/accounts/{account}", {"state": "x"}).status_code == 404

    def test_events_are_held_back_and_let_go_newest_first_or_twice(self, walk, browser, monkeypatch):
        SandboxDelivery.objects.all().delete()
        browser.post("/sandbox/stripe/operator/events/", {"deed": "hold"})
        onboard(walk)
        came = [delivery.event for delivery in SandboxDelivery.objects.order_by("id")]
        assert deliveries.send_due(now=timezone.now()) == 0
        assert "held back" in browser.get("/sandbox/stripe/operator/").content.decode()
        browser.post("/sandbox/stripe/operator/events/", {"deed": "reorder"})
        sent = []
        monkeypatch.setattr(deliveries, "post", lambda _address, body, _header: sent.append(body) or 200)
        deliveries.send_due(now=timezone.now())
        assert len(sent) == len(came) == 3
        assert [event in body for event, body in zip(came, reversed(sent), strict=True)] == [True] * 3
        operator.hold_events()
        operator.put_account(account_id=walk.account, state="restricted")
        assert operator.let_events_go(twice=True) == 4

    def test_events_may_never_come(self, walk, browser, monkeypatch):
        operator.hold_events()
        onboard(walk)
        waiting = SandboxDelivery.objects.count()
        browser.post("/sandbox/stripe/operator/events/", {"deed": "drop"})
        monkeypatch.setattr(deliveries, "post", lambda *_args: pytest.fail("sent"))
        assert (waiting > 0, deliveries.send_due(now=timezone.now() + timedelta(days=9))) == (True, 0)
        assert not store.is_holding()

    def test_for_eve_nothing_of_it_exists(self, walk, eve, signed_in, settings):
        settings.DEBUG, settings.ALLOWED_HOSTS = True, ["testserver", "127.0.0.1"]
        account = onboard(walk)
        for browser in (Client(), signed_in(eve)):
            browser.defaults["HTTP_HOST"] = "127.0.0.1"
            deeds = {f"accounts/{account}": {"state": "rejected"}, "events/": {"deed": "hold"}}
            for address, deed in deeds.items():
                assert browser.post(f"/sandbox/stripe/operator/{address}", deed).status_code == 404
        assert (gateway.retrieve_account(account).transfers_status, store.is_holding()) == ("active", False)


class EndpointTests:
    def test_gets_the_events_that_it_asked_for_signed_with_its_own_secret(self, walk, monkeypatch):
        address = "http://127.0.0.1:9/hook/"
        wanted = {"url": address, "enabled_events": ["account.external_account.created"], "connect": True}
        secret = client().v1.webhook_endpoints.create(wanted).secret
        onboard(walk)
        sent = []
        monkeypatch.setattr(deliveries, "post", lambda to, body, header: sent.append((to, body, header)) or 200)
        deliveries.send_due(now=timezone.now())
        (mine,) = [each for each in sent if each[0] == address]
        event = client().construct_event(mine[1], mine[2], secret)
        assert event.type == "account.external_account.created"

    @pytest.mark.parametrize("url", ["https://example.org/hook", "ftp://127.0.0.1/", "", "http://127.0.0.1.evil.test/"])
    def test_is_never_off_this_machine(self, url):
        with pytest.raises(stripe.InvalidRequestError):
            client().v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        assert not SandboxObject.objects.filter(kind="endpoint").exists()
