from unittest.mock import patch

import pytest
from django.urls import reverse

from marketplace.experts import services as experts
from payouts.stripe.answers import NotAnswered
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from tests.marketplace.local_times import days_for_everybody_alike
from tests.payouts.purse import charge, eur, give_credit, session_of, stripe_says
from tests.payouts.wallet.conftest import STRIPE_PAGE

pytestmark = pytest.mark.django_db


class WalletTests:
    def test_visitors_are_asked_to_sign_in(self, client):
        assert client.get("/wallet/").status_code == 302
        assert client.post("/wallet/top-up/", {"amount": "20"}).status_code == 302
        assert not TopUp.objects.exists()

    def test_it_shows_the_balance_and_what_to_do_when_there_is_nothing(self, alice, signed_in):
        page = signed_in(alice).get("/wallet/").content.decode()
        assert 'data-testid="balance">€0.00<' in page
        assert "Add credit" in page
        assert "Nothing here yet" in page

    def test_it_shows_what_happened_and_what_is_held(self, alice, bob, now, signed_in):
        give_credit(alice, 2_000, now)
        charge(alice, bob, 533, now)
        for number, minor in ((1, 400), (2, 300)):
            wallet.hold(payer=alice, amount=eur(minor), key=f"h{number}", reference="period:1", now=now)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert 'data-testid="balance">€7.67<' in page
        assert "€7.00 more is set aside" in page
        assert "+€20.00" in page
        assert "−€5.33" in page
        assert 'href="/calls/1/"' in page
        assert page.count('data-local="moment"') == 2
        assert days_for_everybody_alike(page) == []

    def test_nobody_sees_anothers_money(self, alice, eve, now, signed_in):
        give_credit(alice, 2_000, now)
        page = signed_in(eve).get("/wallet/").content.decode()
        assert "20.00</td>" not in page
        assert 'data-testid="balance">€0.00<' in page

    def test_who_has_the_most_is_told_so(self, alice, now, signed_in):
        give_credit(alice, 49_900, now)
        assert "as one can hold here" in signed_in(alice).get("/wallet/").content.decode()


class TopUpTests:
    @pytest.mark.parametrize(
        ("typed", "minor"),
        [({"choice": "5000"}, 5_000), ({"choice": "2000", "amount": "12,50"}, 1_250), ({"amount": "500"}, 50_000)],
    )
    def test_it_leads_to_stripes_page(self, alice, signed_in, stripe, typed, minor):
        answer = signed_in(alice).post("/wallet/top-up/", typed)
        assert (answer.status_code, answer.url) == (302, STRIPE_PAGE)
        assert stripe.call_args.kwargs["amount"] == eur(minor)
        assert wallet.credit(member=alice) == eur(0)

    @pytest.mark.parametrize(
        "typed",
        [{}, {"choice": "7"}, {"choice": "-2000"}, {"amount": "-20"}, {"amount": "0"}, {"amount": "4.99"},
         {"amount": "500.01"}, {"amount": "20.001"}, {"amount": "१२"}, {"amount": "1e2"}, {"amount": "20 USD"},
         {"amount": "99999999999999999999"}, {"amount": "NaN"}],
    )  # fmt: skip
    def test_bad_sums_are_explained_and_change_nothing(self, alice, signed_in, stripe, typed):
        answer = signed_in(alice).post("/wallet/top-up/", typed)
        assert answer.status_code == 422
        assert not TopUp.objects.exists()
        assert not stripe.called

    def test_above_the_limit_it_says_how_much_still_fits(self, alice, now, signed_in, stripe):
        give_credit(alice, 45_000, now)
        page = signed_in(alice).post("/wallet/top-up/", {"amount": "60"}).content.decode()
        assert "€50.00 at most" in page
        assert not stripe.called

    def test_when_stripe_does_not_answer_nothing_was_charged(self, alice, signed_in, stripe):
        stripe.side_effect = NotAnswered("time-out")
        answer = signed_in(alice).post("/wallet/top-up/", {"amount": "20"})
        assert answer.status_code == 422
        assert "Nothing was charged" in answer.content.decode()

    @pytest.mark.parametrize(
        ("back", "kept"), [("/r/abc/?credit=1", "/r/abc/?credit=1"), ("//evil.example/", "/wallet/")]
    )
    def test_the_way_back_is_a_path_of_this_site(self, alice, signed_in, stripe, back, kept):
        signed_in(alice).post("/wallet/top-up/", {"amount": "20", "return": back})
        assert TopUp.objects.get().return_path == kept

    @pytest.mark.parametrize(
        ("missing", "proposed"),
        [("2401", 'value="25.00"'), ("2500", 'value="25.00"'), ("2000", ""), ("0", ""), ("-900", ""), ("x", ""),
         ("9" * 30, ""), ("२५००", "")],
    )  # fmt: skip
    def test_it_proposes_what_a_call_needs(self, alice, signed_in, missing, proposed):
        page = signed_in(alice).get("/wallet/", {"return": "/r/abc/", "missing": missing}).content.decode()
        field = page[page.index('name="amount"') :].split(">")[0]
        assert proposed in field if proposed else "value" not in field

    def test_the_form_keeps_the_way_back(self, alice, signed_in):
        client = signed_in(alice)
        assert 'name="return" value="/r/abc/"' in client.get("/wallet/?return=/r/abc/").content.decode()
        assert "evil" not in client.get("/wallet/?return=//evil.example/").content.decode()


class ReturnTests:
    @pytest.fixture
    def top_up(self, alice, now):
        made = wallet.start_top_up(member=alice, amount=eur(2_000), return_path="/wallet/", now=now)
        TopUp.objects.update(state=TopUp.State.OPEN, stripe_session=f"cs_test_{made.pk}")
        return TopUp.objects.get()

    @pytest.fixture
    def from_call(self, top_up):
        TopUp.objects.update(return_path="/r/abc/?credit=1")
        return TopUp.objects.get()

    def come_back(self, client, top_up, **answer):
        with stripe_says(session_of(top_up, **{"status": "open", "payment_status": "unpaid", **answer})):
            return client.get(reverse("top_up_return", args=[top_up.pk]))

    def test_paid_is_in_the_wallet_at_once(self, alice, signed_in, top_up):
        client = signed_in(alice)
        answer = self.come_back(client, top_up, status="complete", payment_status="paid")
        assert answer.url == "/wallet/"
        page = client.get("/wallet/").content.decode()
        assert "€20.00 was added to your credit." in page
        assert 'data-testid="balance">€20.00<' in page

    def test_paid_for_the_door_of_an_expert_leads_back_there(self, alice, bob, signed_in, top_up):
        """Who takes only members with credit: their page sends to the wallet."""
        experts.choose_who_may_ring(member=bob, who="credit")
        client, page = signed_in(alice), "/experts/bob-leroy/"
        link = "/wallet/?return=/experts/bob-leroy/"
        assert f'href="{link}"' in client.get(page).content.decode()
        form = client.get(link).content.decode()
        assert f'name="return" value="{page}"' in form
        assert "Back without adding credit" in form
        assert "Refund unused credit" in form
        assert "small-window" not in form
        TopUp.objects.update(return_path=page)
        top_up.refresh_from_db()
        answer = self.come_back(client, top_up, status="complete", payment_status="paid")
        assert answer.url == page
        assert "€20.00 was added to your credit." in client.get(page).content.decode()

    def test_paid_from_a_call_leads_back_to_it(self, alice, signed_in, from_call):
        page = self.come_back(signed_in(alice), from_call, status="complete", payment_status="paid").content.decode()
        assert 'data-state="paid"' in page
        assert 'data-return="/r/abc/?credit=1"' in page
        assert "Back to the call" in page

    def test_a_success_page_without_a_payment_credits_nothing(self, alice, signed_in, top_up):
        page = self.come_back(signed_in(alice), top_up).content.decode()
        assert 'data-state="pending"' in page
        assert wallet.credit(member=alice) == eur(0)

    def test_cancelled_says_that_nothing_was_charged(self, alice, signed_in, top_up):
        with stripe_says(session_of(top_up, status="open", payment_status="unpaid")):
            page = signed_in(alice).get(reverse("top_up_return", args=[top_up.pk]) + "?cancelled=1").content.decode()
        assert "Payment cancelled" in page
        assert "Nothing was charged" in page

    def test_an_expired_page_says_so(self, alice, signed_in, top_up):
        assert "has expired" in self.come_back(signed_in(alice), top_up, status="expired").content.decode()

    def test_an_unanswering_stripe_is_waited_for(self, alice, signed_in, top_up):
        with patch("payouts.stripe.gateway.retrieve_checkout_session", side_effect=NotAnswered("time-out")):
            page = signed_in(alice).get(reverse("top_up_return", args=[top_up.pk])).content.decode()
        assert 'data-state="pending"' in page

    def test_a_stranger_finds_nothing(self, eve, signed_in, top_up):
        assert self.come_back(signed_in(eve), top_up, status="complete", payment_status="paid").status_code == 404
        assert wallet.credit(member=top_up.member) == eur(0)
