import re
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from payouts.earnings import services as earnings
from payouts.stripe.answers import AccountState, NotAnswered
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests import cast
from tests.marketplace.local_times import days_for_everybody_alike
from tests.payouts.purse import charge, connect_bank, eur, give_credit, make_available, purse
from tests.payouts.stripe.faults import bad_wire
from tests.payouts.stripe.story import connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich_bob(alice, bob, now):
    make_available(bob, 5_000, now - timedelta(days=60), payer=alice)
    connect_bank(bob)
    return bob


def page_of(client) -> str:
    return client.get("/earnings/").content.decode()


def token_in(page: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', page)[1]


class EarningsPageTests:
    def test_visitors_are_asked_to_sign_in(self, client):
        for answer in (client.get("/earnings/"), client.post("/earnings/withdraw/"), client.post("/earnings/bank/")):
            assert answer.status_code == 302
            assert "/accounts/login/" in answer.url

    def test_who_earned_nothing_is_told_what_comes(self, bob, signed_in):
        page = page_of(signed_in(bob))
        assert 'data-testid="earnings-available">€0.00<' in page
        assert 'data-testid="earnings-pending">€0.00<' in page
        assert "Nothing earned yet" in page
        assert "Connect a bank account" in page
        assert "from €20.00 on" in page

    def test_pending_is_shown_with_its_day(self, alice, bob, now, signed_in):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now)
        page = page_of(signed_in(bob))
        assert 'data-testid="earnings-pending">€7.00<' in page
        assert "1 Apr 2026" in page
        assert "€10.00 paid, 30 % commission" in page

    def test_every_day_on_it_is_the_visitors_own(self, rich_bob, alice, now, signed_in, plants_an_error):
        give_credit(alice, 1_000, now)
        charge(alice, rich_bob, 1_000, now)
        for state in Withdrawal.State.values:
            Withdrawal.objects.create(
                expert=rich_bob,
                key=state,
                amount_minor=2_000,
                currency="EUR",
                state=state,
                requested_at=now,
                arrives_on=now.date(),
                paid_at=now,
            )
        page = page_of(signed_in(rich_bob))
        assert page.count("data-local") == 2 + 2 + 5 + 2
        assert days_for_everybody_alike(page) == []

    def test_what_comes_back_meanwhile_is_still_on_its_way_beside_the_old_sums(self, rich_bob, now, signed_in):
        away = withdrawals.request(expert=rich_bob, amount=eur(3_000), key="away-0123456789abcdef", now=now)

        def summary_of_the_moment_before(*, expert):
            found = summary(expert=expert)
            withdrawals.transfer_refused(withdrawal_id=away.pk, code="account_closed", message="", now=now)
            return found

        summary = earnings.summary
        with patch.object(earnings, "summary", summary_of_the_moment_before):
            page = page_of(signed_in(rich_bob))
        assert 'data-testid="earnings-available">€20.00<' in page
        assert 'data-state="requested"' in page  # the page goes on looking: nothing final stands beside old sums
        assert 'data-testid="earnings-available">€50.00<' in page_of(signed_in(rich_bob))

    def test_nobody_sees_anothers_earnings(self, rich_bob, eve, signed_in):
        assert 'data-testid="earnings-available">€0.00<' in page_of(signed_in(eve))


class WithdrawPageTests:
    def withdraw(self, client, amount: str, token: str | None = None):
        typed = {"amount": amount, "token": token or token_in(page_of(client))}
        return client.post("/earnings/withdraw/", typed, follow=True).content.decode()

    def test_a_press_sends_it_on_its_way(self, rich_bob, proven):
        page = self.withdraw(proven(rich_bob), "30")
        assert "You asked for €30.00" in page
        assert "Requested" in page
        assert 'data-testid="earnings-available">€20.00<' in page

    def test_pressed_twice_is_one_withdrawal(self, rich_bob, proven):
        client = proven(rich_bob)
        token = token_in(page_of(client))
        for _ in range(2):
            self.withdraw(client, "25", token)
        assert Withdrawal.objects.count() == 1

    @pytest.mark.parametrize(
        ("typed", "said"),
        [("19.99", "smallest withdrawal is €20.00"), ("0", "smallest"), ("50.01", "more than is available"),
         ("999999999", "more than is available"), ("-30", "Type an amount"), ("30.001", "Type an amount"),
         ("३०", "Type an amount"), ("", "Type an amount"), ("30 USD", "Type an amount")],
    )  # fmt: skip
    def test_bad_sums_are_explained_and_change_nothing(self, rich_bob, proven, typed, said):
        page = self.withdraw(proven(rich_bob), typed)
        assert said in page
        assert "Nothing was withdrawn" in page
        assert not Withdrawal.objects.exists()
        assert purse(rich_bob)["available"] == "50.00"

    def test_an_old_form_with_another_sum_is_refused(self, rich_bob, proven):
        client = proven(rich_bob)
        token = token_in(page_of(client))
        self.withdraw(client, "20", token)
        assert "another amount" in self.withdraw(client, "25", token)
        assert Withdrawal.objects.count() == 1

    def test_without_a_bank_there_is_no_form_and_no_way_round(self, alice, bob, now, proven):
        make_available(bob, 5_000, now, payer=alice)
        client = proven(bob)
        assert 'name="token"' not in page_of(client)
        assert "not ready" in self.withdraw(client, "20", "a-token-made-up-by-somebody")
        assert not Withdrawal.objects.exists()

    @pytest.mark.parametrize(
        ("state", "said"),
        [("requested", "Requested"), ("sent", "On its way to your bank"), ("paid", "Arrived at your bank"),
         ("failing", "Failed, coming back"), ("failed", "available again")],
    )  # fmt: skip
    def test_each_state_is_in_plain_words(self, bob, now, signed_in, state, said, plants_an_error):
        Withdrawal.objects.create(
            expert=bob, key="k", amount_minor=2_000, currency="EUR", state=state, requested_at=now, paid_at=now
        )
        page = page_of(signed_in(bob))
        assert said in page
        # Followed by the page itself while it is on its way: page/follow.js
        assert ("data-unsettled" in page) == (state in ("requested", "sent", "failing"))


class BankPageTests:
    @pytest.fixture
    def stripe(self):
        with (
            patch("payouts.stripe.gateway.create_account", return_value="acct_1") as made,
            patch("payouts.stripe.gateway.set_manual_payouts") as manual,
            patch("payouts.stripe.gateway.create_account_link", return_value="https://connect.stripe.com/setup/1"),
        ):
            made.manual = manual
            yield made

    def test_the_password_is_asked_for_again_and_then_it_leads_on(self, bob, signed_in, stripe):
        client = signed_in(bob)
        asked = client.post("/earnings/bank/", {"country": "BE"})
        assert (asked.url, stripe.called) == ("/accounts/reauthenticate/?next=%2Fearnings%2Fbank%2F", False)
        assert client.post(asked.url, {"password": "wrong", "next": "/earnings/bank/"}).status_code == 200
        assert not stripe.called
        page = client.get(asked.url)
        answer = client.post("/accounts/reauthenticate/", {"password": cast.PASSWORD, "next": "/earnings/bank/"})
        assert answer.url == "https://connect.stripe.com/setup/1"
        # The password's form is the one that is answered by the redirect: its page must allow Stripe's host.
        allowed = re.search(r"form-action ([^;]+)", page["Content-Security-Policy"])[1].split()
        assert f"https://{urlsplit(answer.url).netloc}" in allowed

    def test_so_is_whoever_changes_it(self, bob, signed_in, stripe):
        connect_bank(bob)
        assert "/accounts/reauthenticate/" in signed_in(bob).post("/earnings/bank/", {"country": "BE"}).url
        assert not stripe.called

    def test_it_leads_to_stripes_page_and_payouts_are_ours_alone(self, bob, proven, stripe):
        client = proven(bob)
        for _ in range(2):
            answer = client.post("/earnings/bank/", {"country": "BE"})
            assert answer.url == "https://connect.stripe.com/setup/1"
        assert stripe.call_count == 1
        assert stripe.manual.call_args.kwargs["account"] == "acct_1"
        assert BankConnection.objects.get().stripe_account == "acct_1"

    @pytest.mark.parametrize("country", ["", "XX", "be", "RU"])
    def test_a_country_that_stripe_does_not_pay_to_is_refused(self, bob, proven, stripe, country):
        proven(bob).post("/earnings/bank/", {"country": country})
        assert not stripe.called

    def test_when_stripe_does_not_answer_it_can_be_tried_again(self, bob, proven, stripe):
        stripe.side_effect = NotAnswered("time-out")
        page = proven(bob).post("/earnings/bank/", {"country": "BE"}, follow=True).content.decode()
        assert "try again" in page
        assert BankConnection.objects.get().stripe_account is None

    def test_coming_back_asks_stripe_at_once(self, bob, signed_in):
        connect_bank(bob, transfers_status="inactive", payouts_status="inactive", bank_name="", bank_last4="")
        ready = AccountState("active", "active", "TEST BANK", "6789", "fp_1")
        with patch("payouts.stripe.gateway.retrieve_account", return_value=ready):
            page = signed_in(bob).get("/earnings/bank/return/", follow=True).content.decode()
        assert "Your bank account is connected." in page
        assert "6789" in page

    def test_still_being_checked_is_said(self, bob, signed_in):
        connect_bank(bob, payouts_status="pending")
        assert "Continue at Stripe" in page_of(signed_in(bob))

    def test_an_account_that_is_not_ours_changes_nothing(self, now):
        assert withdrawals.refresh_bank(stripe_account="acct_unknown", now=now) is None


class DashboardTests:
    """The expert's own pages at Stripe."""

    PAGE = "/earnings/bank/dashboard/"

    def test_an_expert_who_is_paid_out_to_is_led_there(self, bob, proven):
        connect(bob, now=timezone.now())
        client = proven(bob)
        assert self.PAGE in page_of(client)
        address = client.post(self.PAGE)["Location"]
        assert "/express/" in address
        asked = urlsplit(address)
        assert client.get(f"{asked.path}?{asked.query}").status_code == 200
        assert client.post(self.PAGE)["Location"] != address  # each is good for one visit

    def test_after_the_password_once_more(self, bob, signed_in):
        connect(bob, now=timezone.now())
        assert signed_in(bob).post(self.PAGE)["Location"].startswith("/accounts/reauthenticate/")

    def test_nobody_else_has_such_pages(self, bob, alice, proven):
        client = proven(alice)
        assert self.PAGE not in page_of(client)
        assert client.post(self.PAGE)["Location"] == "/earnings/"
        assert client.get(self.PAGE).status_code == 405
        connect_bank(bob, payouts_status="restricted")
        answer = proven(bob).post(self.PAGE, follow=True)
        assert "not ready to receive money" in answer.content.decode()

    def test_when_stripe_is_silent_the_expert_is_told(self, bob, proven):
        connect(bob, now=timezone.now())
        with bad_wire("time-out before", at=0):
            answer = proven(bob).post(self.PAGE, follow=True)
        assert "could not be opened" in answer.content.decode()
