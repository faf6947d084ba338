"""The hosted pages, as a browser gets them."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from payouts.sandbox import pay_out
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.sandbox.requests import hosted_page
from payouts.stripe import gateway
from tests import cast
from tests.payouts.purse import eur
from tests.payouts.stripe.probe import HOME, ask_for_money_and_a_bank

pytestmark = pytest.mark.django_db
PRETENCE = "stands in for Stripe"


@pytest.fixture
def walk():
    return ask_for_money_and_a_bank("walk")


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class PaymentPageTests:
    def test_shows_the_sum_and_that_it_is_a_pretence(self, walk):
        page = Client().get(path_of(walk.session.url)).content.decode()
        for words in ("€20.00", "Ringwise credit", PRETENCE, "Card number", ">Pay<", ">Cancel<", f'href="{HOME}"'):
            assert words in page

    def test_a_good_card_pays_and_leads_back(self, walk):
        answer = Client().post(path_of(walk.session.url), {"number": "4242 4242 4242 4242"})
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        assert gateway.retrieve_checkout_session(walk.session.id).is_paid

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            ("4000000000000002", "Your card was declined."),
            ("4000 0000 0000 9995", "insufficient funds"),
            ("4111 1111 1111 1111", "incorrect"),
            ("", "required"),
            ("x" * 31, "at most 30"),
        ],
    )
    def test_a_bad_card_says_why_and_another_may_follow(self, walk, number, words):
        browser, path = Client(), path_of(walk.session.url)
        answer = browser.post(path, {"number": number})
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert not gateway.retrieve_checkout_session(walk.session.id).is_paid
        assert browser.post(path, {"number": sandbox.GOOD_CARD}).status_code == 302

    def test_a_page_pays_once(self, walk):
        browser, path = Client(), path_of(walk.session.url)
        browser.post(path, {"number": sandbox.GOOD_CARD})
        assert browser.post(path, {"number": sandbox.GOOD_CARD}).status_code == 410
        assert browser.get(path).status_code == 410
        assert SandboxObject.objects.filter(kind="charge").count() == 1

    def test_unknown_pages_are_closed(self):
        assert Client().get("/sandbox/stripe/c/pay/cs_test_nobody").status_code == 410

    def test_needs_the_forms_own_token(self, walk):
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(path_of(walk.session.url), {"number": sandbox.GOOD_CARD}).status_code == 403

    def test_what_people_typed_is_never_markup(self, alice):
        customer = gateway.create_customer(email="a@example.test", name="A", key="k")
        session = gateway.create_checkout_session(
            top_up_id=1, customer=customer, amount=eur(500), success_url=HOME, cancel_url=HOME, key="s"
        )
        page = Client().post(path_of(session.url), {"number": "<script>alert(1)</script>"}).content.decode()
        assert "<script" not in page

    def test_nothing_inline(self, walk):
        page = Client().get(path_of(walk.session.url)).content.decode()
        assert ("style=" in page, "<script" in page, "<style" in page) == (False, False, False)


class AddressTests:
    """The pages open where the visitor is: a form may lead to its own origin only, and a session belongs to one name."""

    @pytest.mark.parametrize("seen_as", ["localhost:8000", "127.0.0.1:9000", "[::1]:8000", "localhost"])
    def test_the_payment_page_opens_under_the_name_the_visitor_typed(self, alice, seen_as):
        opened = self._visitor(alice, seen_as).post(reverse("top_up"), {"choice": "2000"})
        assert (opened.status_code, urlsplit(opened["Location"]).netloc) == (302, seen_as)

    @pytest.mark.parametrize("seen_as", ["localhost:8000", "127.0.0.1:9000", "[::1]:8000", "localhost"])
    def test_so_does_the_onboarding_page(self, alice, seen_as):
        opened = self._visitor(alice, seen_as).post(reverse("connect_bank"), {"country": "FR"})
        assert (opened.status_code, urlsplit(opened["Location"]).netloc) == (302, seen_as)

    def test_whoever_leads_back_to_another_machine_gets_the_sites_own_address(self, settings):
        for elsewhere in ("https://ringwise.example/", "http://localhost.example:8000/", "http://a@localhost:1/", "/"):
            assert hosted_page("/x", back_to=elsewhere) == f"{settings.SITE_URL}/x"

    def _visitor(self, member, seen_as: str) -> Client:
        browser = Client(headers={"host": seen_as})
        browser.force_login(member)
        cast.has_just_typed_the_password(browser, member)
        return browser


class OnboardingPageTests:
    def test_finishing_makes_the_account_ready_and_leads_back(self, walk):
        answer = self._finish(walk, pay_out.PAYING_BANK)
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        assert gateway.retrieve_account(walk.account).transfers_status == "active"

    def test_asks_and_says_that_it_is_a_pretence(self, walk):
        page = Client().get(path_of(walk.link)).content.decode()
        for words in (PRETENCE, "Full name", "Country", "Bank account number", "Finish onboarding", "000111111116"):
            assert words in page

    def test_only_the_test_numbers_are_known(self, walk):
        answer = self._finish(walk, "DE89370400440532013000")
        assert answer.status_code == 200
        assert "Only the test numbers" in answer.content.decode()
        assert gateway.retrieve_account(walk.account).transfers_status == "restricted"

    def test_a_link_works_once(self, walk):
        self._finish(walk, pay_out.PAYING_BANK)
        assert self._finish(walk, pay_out.REFUSING_BANK).status_code == 410
        assert gateway.retrieve_account(walk.account).bank_last4 == "6789"

    def test_without_its_token_the_page_is_closed(self, walk):
        assert Client().get(f"/sandbox/stripe/onboard/{walk.account}").status_code == 410
        assert Client().get(f"/sandbox/stripe/onboard/{walk.account}?link=link_guessed").status_code == 410
        assert Client().get(f"/sandbox/stripe/onboard/{walk.account}?link=%00").status_code == 410

    def test_another_bank_replaces_the_first(self, walk):
        self._finish(walk, pay_out.PAYING_BANK)
        walk.link = gateway.create_account_link(account=walk.account, return_url=HOME, refresh_url=HOME, key="again")
        self._finish(walk, pay_out.REFUSING_BANK)
        assert gateway.retrieve_account(walk.account).bank_last4 == "1116"
        assert SandboxObject.objects.filter(kind="bank_account").count() == 1

    def _finish(self, walk, number: str):
        given = {"name": "Bob Leroy", "country": "BE", "number": number}
        return Client().post(path_of(walk.link), given)


class OperatorPageTests:
    @pytest.fixture(autouse=True)
    def at_home(self, settings):
        settings.DEBUG = True

    @pytest.fixture
    def operator(self, sam, signed_in) -> Client:
        browser = signed_in(sam)
        browser.defaults |= {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
        return browser

    @pytest.fixture
    def payout(self, walk) -> str:
        sandbox.pay_with_card(session_id=walk.session.id, number=sandbox.SETTLED_CARD)
        OnboardingPageTests()._finish(walk, pay_out.PAYING_BANK)
        gateway.create_transfer(amount=eur(700), destination=walk.account, withdrawal_id=1, key="t")
        return gateway.create_payout(amount=eur(700), account=walk.account, withdrawal_id=1, key="p").id

    def status(self, payout: str) -> str:
        return SandboxObject.objects.get(id=payout).data["status"]

    def test_staff_make_a_payout_fail_even_after_it_was_paid(self, payout, operator):
        browser, address = operator, reverse("sandbox_operator_payout", args=[payout])
        assert payout in browser.get("/sandbox/stripe/operator/").content.decode()
        assert browser.post(address, {"outcome": "pay"}).status_code == 302
        assert self.status(payout) == "paid"
        browser.post(address, {"outcome": "fail"})
        assert self.status(payout) == "failed"
        browser.post(address, {"outcome": "pay"})
        assert self.status(payout) == "failed"

    def test_staff_send_an_event_once_more(self, payout, operator):
        sent = SandboxDelivery.objects.latest("pk")
        operator.post(reverse("sandbox_operator_event", args=[sent.pk]))
        again = SandboxDelivery.objects.latest("pk")
        assert (again.pk > sent.pk, again.event, again.body) == (True, sent.event, sent.body)

    def test_for_all_others_it_does_not_exist(self, payout, alice, signed_in):
        for browser in (Client(), signed_in(alice)):
            browser.defaults |= {"HTTP_HOST": "127.0.0.1:8000"}
            self.no_door(browser, payout)

    def test_nor_without_debug(self, payout, operator, settings):
        settings.DEBUG = False
        self.no_door(operator, payout)

    @pytest.mark.parametrize(
        "from_afar",
        [{"HTTP_HOST": "ringwise.example"}, {"REMOTE_ADDR": "192.168.1.5"}, {"HTTP_X_FORWARDED_FOR": "192.168.1.5"}],
        ids=["another name", "another machine", "a proxy"],
    )
    def test_nor_for_staff_who_sit_elsewhere(self, payout, operator, settings, from_afar):
        settings.ALLOWED_HOSTS = ["*"]
        operator.defaults |= from_afar
        self.no_door(operator, payout)

    def no_door(self, browser: Client, payout: str) -> None:
        fail = reverse("sandbox_operator_payout", args=[payout])
        assert browser.get("/sandbox/stripe/operator/").status_code == 404
        assert browser.post(fail, {"outcome": "fail"}).status_code == 404
        assert browser.post(reverse("sandbox_operator_event", args=[1])).status_code == 404
        assert self.status(payout) == "pending"

    def test_what_is_not_there_is_not_there(self, operator):
        assert operator.post(reverse("sandbox_operator_payout", args=["po_nobody"])).status_code == 404
        assert operator.post(reverse("sandbox_operator_event", args=[999])).status_code == 404


class WithoutTheSandboxTests:
    def test_no_page_answers(self, walk, settings, sam, signed_in):
        settings.STRIPE_SANDBOX = False
        for path in (path_of(walk.session.url), path_of(walk.link), "/sandbox/stripe/operator/"):
            assert signed_in(sam).get(path).status_code == 404

    def test_the_worker_does_nothing(self, walk, settings):
        settings.STRIPE_SANDBOX = False
        assert sandbox.work(now=timezone.now()) == 0
