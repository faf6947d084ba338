import re

import pytest
from django.core import mail
from django.test import Client

from marketplace.accounts.models import User
from payouts.safety.models import Freeze
from tests.cast import PASSWORD

NEWCOMER = {"name": "Nina Novak", "email": "nina@example.test", "password1": "an apple and three pears"}


def code_in_mail() -> str:
    return re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mail.outbox[-1].body, re.MULTILINE)[1]


@pytest.fixture(autouse=True)
def no_rate_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


class SignUpTests:
    def test_asks_for_name_address_and_password_then_a_code(self, client, db):
        answer = client.post("/accounts/signup/?next=/experts/bob/", NEWCOMER, follow=True)
        assert "nina@example.test" in answer.content.decode()
        assert mail.outbox[-1].to == ["nina@example.test"]
        answer = client.post(answer.redirect_chain[-1][0], {"code": code_in_mail()}, follow=True)
        assert client.session["_auth_user_id"] == str(User.objects.get(name="Nina Novak").pk)

    def test_the_first_address_is_no_change_of_address(self, client, transactional_db):
        answer = client.post("/accounts/signup/", NEWCOMER)
        client.post(answer["Location"], {"code": code_in_mail()})
        assert client.session["_auth_user_id"]
        assert not Freeze.objects.exists()

    def test_does_not_let_in_without_the_code(self, client, db):
        client.post("/accounts/signup/", NEWCOMER)
        client.post("/accounts/confirm-email/", {"code": "WRONG1"})
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "x" * 61},
            {"name": "\u200b"},
            {"name": "\u202eanin"},
            {"name": "Nina (Guest)"},
            {"email": "nina"},
            {"password1": "short"},
            {"password1": "password123"},
        ],
    )
    def test_refuses_what_is_missing_or_weak(self, client, db, wrong):
        client.post("/accounts/signup/", NEWCOMER | wrong)
        assert not User.objects.exists()

    def test_of_a_known_address_looks_the_same_and_makes_nobody(self, client, alice):
        known = client.post("/accounts/signup/", NEWCOMER | {"email": "ALICE@example.test"})
        fresh = Client().post("/accounts/signup/", NEWCOMER)
        assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
        assert User.objects.filter(email__iexact="alice@example.test").count() == 1


class SignInTests:
    def test_by_password_leads_back_to_where_one_was(self, client, alice):
        form = {"login": alice.email, "password": PASSWORD}
        assert client.post("/accounts/login/?next=/me/", form)["Location"] == "/me/"

    def test_never_leads_to_another_site(self, client, alice):
        form = {"login": alice.email, "password": PASSWORD, "next": "https://evil.test/"}
        assert client.post("/accounts/login/", form)["Location"] == "/"

    def test_by_code(self, client, alice):
        client.post("/accounts/login/code/", {"email": alice.email})
        client.post("/accounts/login/code/confirm/", {"code": code_in_mail()})
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_with_a_wrong_password_says_no_more_than_for_an_unknown_address(self, client, alice):
        def told(address):
            page = client.post("/accounts/login/", {"login": address, "password": "wrong horse"}).content.decode()
            return page.replace(address, "")

        def without_token(page):
            return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)

        assert without_token(told(alice.email)) == without_token(told("nobody@example.test"))


class PasswordResetTests:
    def test_sends_a_link_that_changes_the_password_once(self, client, alice):
        client.post("/accounts/password/reset/", {"email": alice.email})
        link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
        form = client.get(link, follow=True).redirect_chain[-1][0]
        chosen = {"password1": "another apple and pear", "password2": "another apple and pear"}
        client.post(form, chosen)
        alice.refresh_from_db()
        assert alice.check_password("another apple and pear")
        assert "This link is used up" in Client().get(link, follow=True).content.decode()


class AccountPagesTests:
    @pytest.mark.parametrize("path", ["email/", "password/change/", "logout/", "reauthenticate/"])
    def test_are_in_our_look(self, signed_in, alice, path):
        page = signed_in(alice).get(f"/accounts/{path}", follow=True).content.decode()
        assert 'class="site-header"' in page
        assert "marketplace/site.css" in page

    def test_mails_name_the_product_and_escape_nothing(self, client, alice):
        client.post("/accounts/signup/", NEWCOMER | {"email": alice.email})
        assert "Ringwise" in mail.outbox[-1].body
        assert "&" not in mail.outbox[-1].body
