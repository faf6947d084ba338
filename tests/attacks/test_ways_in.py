"""A thief who knows the password, or reads the mail, of somebody with a second factor: no way in leads past it."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.core import mail as sent
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from marketplace.accounts import adapter, changes
from marketplace.accounts.models import User
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import connect_bank, make_available

pytestmark = pytest.mark.django_db
CHOSEN = "another apple and pear"


@pytest.fixture(autouse=True)
def no_rate_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture(params=["bob", "sam"])
def member(request) -> User:
    """An expert, or one of the staff, with a second factor."""
    member = getattr(cast, request.param)()
    if not Authenticator.objects.filter(user=member).exists():
        cast.second_factor(member)
    return member


def code_in_mail() -> str:
    return re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", sent.outbox[-1].body, re.MULTILINE)[1]


def by_password(thief: Client, member: User) -> None:
    thief.post("/accounts/login/", {"login": member.email, "password": cast.PASSWORD})


def by_a_code_in_the_mail(thief: Client, member: User) -> None:
    thief.post("/accounts/login/code/", {"email": member.email})
    thief.post("/accounts/login/code/confirm/", {"code": code_in_mail()})


def by_a_new_password(thief: Client, member: User) -> None:
    thief.post("/accounts/password/reset/", {"email": member.email})
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", sent.outbox[-1].body)[1]
    form = thief.get(link, follow=True).redirect_chain[-1][0]
    thief.post(form, {"password1": CHOSEN, "password2": CHOSEN})
    thief.post("/accounts/login/", {"login": member.email, "password": CHOSEN})


def by_the_back_offices_own_page(thief: Client, member: User) -> None:
    thief.post("/admin/login/", {"username": member.email, "password": cast.PASSWORD}, follow=True)
    page = thief.get("/admin/", follow=True).redirect_chain[-1][0]
    thief.post(page, {"login": member.email, "password": cast.PASSWORD, "username": member.email})


WAYS = [by_password, by_a_code_in_the_mail, by_a_new_password, by_the_back_offices_own_page]
every_way = pytest.mark.parametrize("way", WAYS)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class WayInTests:
    @every_way
    def test_leads_to_the_question_for_the_factor_and_no_further(self, client, member, way):
        way(client, member)
        assert not is_in(client)
        assert client.get("/earnings/").status_code == 302

    @every_way
    def test_where_nobody_asks_for_it_the_thief_is_in(self, client, member, way):
        """The broken twin."""
        with patch.object(AuthenticateStage, "_should_handle", return_value=False):
            way(client, member)
        assert is_in(client)

    def test_a_wrong_code_is_no_factor(self, client, member):
        by_password(client, member)
        for code in ("", "000000", "٠٠٠٠٠٠"):
            client.post("/accounts/2fa/authenticate/", {"code": code})
        assert not is_in(client)

    @pytest.mark.parametrize("name", ["mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust", "socialaccount_signup"])
    def test_there_is_no_other_way(self, name):
        """A passkey is a second factor here, never a way in of its own; there are no social accounts nor trusted browsers."""
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.django_db(transaction=True)  # allauth tells of a factor once it is committed
class OlderSessionTests:
    """The thief was in before there was a second factor, and knows the password, which is all that is asked once more."""

    def sessions(self, signed_in, member: User) -> tuple[Client, Client]:
        """The owner's and the thief's, from before; then the owner sets up an app."""
        Authenticator.objects.filter(user=member).delete()
        thief = signed_in(member)
        owner = signed_in(member)
        cast.has_just_typed_the_password(owner, member)
        secret = owner.get("/accounts/2fa/totp/activate/").context["form"].secret
        owner.post("/accounts/2fa/totp/activate/", {"code": cast.code_of(secret)})
        assert Authenticator.objects.filter(user=member, type="totp").exists()
        return owner, thief

    def test_it_is_over(self, signed_in, member):
        owner, thief = self.sessions(signed_in, member)
        assert thief.get("/earnings/").url.startswith("/accounts/login/")
        assert owner.get("/earnings/").status_code == 200

    def test_the_page_says_so_before(self, signed_in, bob):
        assert "signs you out on every other device" in signed_in(bob).get("/accounts/2fa/").content.decode()

    def test_where_it_goes_on_its_holder_was_never_asked(self, signed_in, member):
        """The broken twin."""
        with patch.object(changes, "end_other_sessions"):
            _owner, thief = self.sessions(signed_in, member)
        assert thief.get("/earnings/").status_code == 200

    @pytest.mark.prove
    def test_a_further_factor_ends_none_for_each_was_asked_for_the_first(self, signed_in, member):
        owner, _thief = self.sessions(signed_in, member)
        other = signed_in(User.objects.get(pk=member.pk))
        owner.post("/accounts/2fa/recovery-codes/generate/")
        assert (owner.get("/earnings/").status_code, other.get("/earnings/").status_code) == (200, 200)


class NoFactorTests:
    """The thief has all that there is: a session, and the password. There is no second factor yet."""

    FORM = {"amount": "20", "token": "a-token-of-the-form-1"}

    def withdraw(self, signed_in, bob: User) -> bool:
        thief = signed_in(bob)
        cast.has_just_typed_the_password(thief, bob)
        thief.post("/earnings/withdraw/", self.FORM)
        return Withdrawal.objects.exists()

    @pytest.fixture(autouse=True)
    def money(self, alice, bob):
        now = timezone.now()
        make_available(bob, 5_000, now - timedelta(days=60), payer=alice)
        connect_bank(bob)

    def test_no_money_leaves(self, signed_in, bob):
        assert not self.withdraw(signed_in, bob)

    def test_where_none_is_asked_for_it_does(self, signed_in, bob, settings):
        """The broken twin."""
        settings.SECOND_FACTOR = False
        assert self.withdraw(signed_in, bob)

    @pytest.mark.parametrize("page", ["/admin/", "/staff/"])
    def test_the_back_office_is_shut(self, signed_in, sam, page):
        Authenticator.objects.all().delete()
        assert signed_in(sam).get(page).status_code == 302

    @pytest.mark.parametrize("page", ["/admin/", "/staff/"])
    def test_where_none_is_asked_for_it_is_open(self, signed_in, sam, page, settings):
        """The broken twin."""
        Authenticator.objects.all().delete()
        settings.SECOND_FACTOR = False
        assert signed_in(sam).get(page).status_code == 200


class PreparedAccountTests:
    """Eve signs up with the address of nina, who has no account yet, and waits until nina comes by a code."""

    @pytest.mark.parametrize("guest", [False, True])
    def test_the_password_that_eve_chose_opens_nothing(self, guest):
        assert not knows_the_password(self.nina_comes(guest))

    @pytest.mark.parametrize("guest", [False, True])
    def test_where_it_is_kept_eve_is_in(self, guest, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(adapter, "_forget_the_password", lambda user: None)
        assert knows_the_password(self.nina_comes(guest))

    def test_the_password_of_who_was_in_before_stays(self):
        alice = cast.alice()
        User.objects.filter(pk=alice.pk).update(last_login=timezone.now())
        by_a_code_in_the_mail(Client(), alice)
        alice.refresh_from_db()
        assert alice.check_password(cast.PASSWORD)

    def nina_comes(self, guest: bool) -> User:
        """To the account that eve, a guest or not, made."""
        eve = cast.browser_of(User.objects.create_guest("Eve")) if guest else Client()
        eve.post("/accounts/signup/", {"name": "Nina", "email": "nina@example.test", "password1": CHOSEN})
        nina = User.objects.get(name="Nina")
        comes = Client()
        by_a_code_in_the_mail(comes, nina)
        assert is_in(comes)
        return nina


def knows_the_password(member: User) -> bool:
    eve = Client()
    eve.post("/accounts/login/", {"login": member.email, "password": CHOSEN})
    return is_in(eve)
