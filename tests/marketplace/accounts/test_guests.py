"""Guests: a name and no account. Who they are, how one becomes one, and how a guest becomes a member."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
ACCOUNT = {"name": "Carla Conti", "email": "carla@example.test", "password1": "an apple and three pears"}


@pytest.fixture(autouse=True)
def nobody_came_from_here_before():
    cache.clear()


@pytest.fixture
def no_rate_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


def code_in_mail() -> str:
    return re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mail.outbox[-1].body, re.MULTILINE)[1]


def guest_in(client: Client) -> User | None:
    return guests.guest_of(client.session)


def make_account(client: Client, **other) -> None:
    answer = client.post("/accounts/signup/", ACCOUNT | other)
    client.post(answer["Location"], {"code": code_in_mail()})


def forget_the_code(client: Client) -> None:
    """As when it has run out."""
    session = client.session
    for key in ("account_login", "account_email_verification_code"):
        session.pop(key, None)
    session.save()


class BecomingTests:
    def test_a_visitor_says_a_name_and_is_a_guest(self, client):
        answer = client.post("/guest/", {"name": "  Carla   Conti "})
        assert (answer.status_code, answer.json()) == (200, {"name": "Carla Conti"})
        guest = guest_in(client)
        assert (guest.name, guest.email, guest.is_guest, guest.has_usable_password()) == (
            "Carla Conti",
            None,
            True,
            False,
        )
        assert "_auth_user_id" not in client.session

    def test_again_they_are_the_same(self, client):
        client.post("/guest/", {"name": "Carla"})
        client.post("/guest/", {"name": "Clara"})
        assert [guest.name for guest in User.objects.filter(is_guest=True)] == ["Carla"]

    def test_a_member_is_none(self, alice, signed_in):
        assert signed_in(alice).post("/guest/", {"name": "Carla"}).json() == {"name": "Alice Martin"}
        assert not User.objects.filter(is_guest=True).exists()

    @pytest.mark.parametrize(
        "name", ["", " ", "C", "x" * 61, "Car\0la", "\u202ealraC", "Carla\u200b", "Ca\x07rla", "Carla (guest)", "--"]
    )
    def test_what_is_no_name_is_refused_in_words(self, client, name):
        answer = client.post("/guest/", {"name": name})
        assert answer.status_code == 422
        assert answer.json()["text"]
        assert not User.objects.exists()

    @pytest.mark.parametrize("name", ["Zoë", "李雷", "می‌خواهم", "O'Neil-Smith Jr."])
    def test_names_of_all_scripts_are_taken(self, client, name):
        assert client.post("/guest/", {"name": name}).json() == {"name": name}

    def test_the_session_has_a_new_key_then(self, client):
        session = client.session
        session["planted"] = True
        session.save()
        before = session.session_key
        client.post("/guest/", {"name": "Carla"})
        assert client.session.session_key != before
        assert not client.session.exists(before)

    def test_only_by_a_form_of_ours(self):
        assert Client(enforce_csrf_checks=True).post("/guest/", {"name": "Carla"}).status_code == 403

    def test_nothing_is_read_there(self, client):
        assert client.get("/guest/").status_code == 405

    def test_only_so_many_come_from_one_address_in_an_hour(self, settings):
        settings.ACCOUNT_RATE_LIMITS = {"guest": "2/h/ip"}
        answers = [Client().post("/guest/", {"name": "Carla"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "Too many" in answers[-1].json()["text"]
        assert User.objects.filter(is_guest=True).count() == 2
        assert Client(REMOTE_ADDR="192.0.2.7").post("/guest/", {"name": "Carla"}).status_code == 200


class StartingAnewTests:
    """Two people, one browser."""

    def test_the_browser_knows_nobody_then_and_the_next_is_somebody_else(self, carla):
        client = cast.browser_of(carla)
        before = client.session.session_key
        answer = client.post("/guest/start-anew/", {"next": "/experts/bob-leroy/"})
        assert (answer.status_code, answer["Location"]) == (302, "/experts/bob-leroy/")
        assert guest_in(client) is None
        assert not client.session.exists(before)
        client.post("/guest/", {"name": "Dan"})
        assert guest_in(client) != carla

    def test_looking_at_the_address_does_nothing(self, carla):
        client = cast.browser_of(carla)
        assert client.get("/guest/start-anew/").status_code == 405
        assert guest_in(client) == carla

    def test_only_by_a_form_of_ours(self, carla):
        client = Client(enforce_csrf_checks=True)
        client.cookies = cast.browser_of(carla).cookies
        assert client.post("/guest/start-anew/").status_code == 403
        assert guest_in(client) == carla

    def test_it_signs_no_member_out(self, alice, signed_in):
        client = signed_in(alice)
        client.post("/guest/start-anew/")
        assert client.session["_auth_user_id"] == str(alice.pk)

    @pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
    def test_it_leads_to_no_other_site(self, carla, away):
        assert cast.browser_of(carla).post("/guest/start-anew/", {"next": away})["Location"] == "/"

    def test_an_account_that_was_begun_is_not_asked_about_any_more(self, carla, no_rate_limits):
        client = cast.browser_of(carla)
        client.post("/accounts/signup/", ACCOUNT)
        client.post("/guest/start-anew/")
        page = client.get("/accounts/signup/").content.decode()
        assert "Carla" not in page

    def test_the_pages_that_name_the_guest_offer_it(self, carla, bob):
        experts.choose_who_may_ring(member=cast.online(bob), who="anyone")
        for address in ("/experts/bob-leroy/", "/accounts/signup/"):
            assert "Not Carla? Start anew" in cast.browser_of(carla).get(address).content.decode()
            assert "Start anew" not in Client().get(address).content.decode()


class TableTests:
    """What the database itself refuses, whatever the code does."""

    @pytest.mark.parametrize("rights", ["is_staff", "is_superuser"])
    def test_a_guest_has_no_rights(self, carla, rights):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=carla.pk).update(**{rights: True})

    def test_a_member_has_an_address(self, alice):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=alice.pk).update(email=None)

    def test_many_guests_have_none(self):
        for _ in range(3):
            User.objects.create_guest("Carla")
        assert User.objects.filter(email=None).count() == 3


class NameTests:
    def test_others_read_that_a_guest_is_one(self, carla, alice):
        assert (carla.shown_name, str(carla), alice.shown_name) == ("Carla (guest)", "Carla (guest)", "Alice Martin")


class SignInTests:
    """No way in leads to a guest's row."""

    @pytest.mark.parametrize("login", ["", "Carla", "None", "null"])
    def test_there_is_nothing_to_sign_in_with(self, client, carla, login, no_rate_limits):
        client.post("/accounts/login/", {"login": login, "password": ""})
        client.post("/accounts/login/code/", {"email": login})
        client.post("/accounts/password/reset/", {"email": login})
        assert mail.outbox == []
        assert "_auth_user_id" not in client.session

    def test_who_signs_in_leaves_the_guest_behind(self, carla, alice, no_rate_limits):
        client = cast.browser_of(carla)
        before = client.session.session_key
        client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        assert client.session["_auth_user_id"] == str(alice.pk)
        assert guests.KEY not in client.session
        assert not client.session.exists(before)
        carla.refresh_from_db()
        assert carla.is_guest

    def test_a_member_comes_before_a_guest_of_the_same_session(self, carla, alice, signed_in, rf):
        request = rf.get("/")
        request.session, request.user = {guests.KEY: carla.pk}, alice
        assert guests.person_of(request) == alice


class MakingAnAccountTests:
    @pytest.fixture(autouse=True)
    def limits_off(self, no_rate_limits):
        pass

    def test_the_form_knows_the_name(self, carla):
        assert 'value="Carla"' in cast.browser_of(carla).get("/accounts/signup/").content.decode()

    def test_the_same_row_becomes_a_member_once_the_code_is_typed(self, carla):
        client = cast.browser_of(carla)
        before = client.session.session_key
        make_account(client)
        member = User.objects.get()
        assert (member.pk, member.is_guest, member.name, member.email) == (
            carla.pk,
            False,
            "Carla Conti",
            "carla@example.test",
        )
        assert EmailAddress.objects.get(user=member).verified
        assert client.session["_auth_user_id"] == str(carla.pk)
        assert guests.KEY not in client.session
        assert not client.session.exists(before)

    def test_until_then_they_stay_a_guest(self, carla):
        client = cast.browser_of(carla)
        client.post("/accounts/signup/", ACCOUNT)
        client.post("/accounts/confirm-email/", {"code": "WRONG1"})
        assert guest_in(client) == carla
        assert "_auth_user_id" not in client.session
        assert client.get("/wallet/")["Location"].startswith("/accounts/login/")

    def test_another_browser_that_knew_the_guest_knows_nobody_then(self, carla):
        other = cast.browser_of(carla)
        make_account(cast.browser_of(carla))
        assert guest_in(other) is None
        assert other.get("/me/")["Location"].startswith("/accounts/login/")

    def test_it_leads_back_to_where_it_was_asked_for(self, carla):
        client = cast.browser_of(carla)
        answer = client.post("/accounts/signup/?next=/r/abc/%3Faccount%3D1", ACCOUNT)
        answer = client.post(answer["Location"], {"code": code_in_mail()})
        assert answer["Location"] == "/r/abc/?account=1"

    def test_a_known_address_looks_the_same_and_changes_nobody(self, carla, alice):
        client = cast.browser_of(carla)
        known = client.post("/accounts/signup/", ACCOUNT | {"email": "ALICE@example.test"})
        fresh = cast.browser_of(User.objects.create_guest("Clara")).post("/accounts/signup/", ACCOUNT)
        assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
        carla.refresh_from_db()
        assert (carla.is_guest, carla.email) == (True, None)
        assert guest_in(client) == carla

    def test_a_second_try_with_another_address_counts(self, carla):
        client = cast.browser_of(carla)
        client.post("/accounts/signup/", ACCOUNT | {"email": "calra@example.test"})
        forget_the_code(client)
        make_account(client)
        assert User.objects.get().email == "carla@example.test"
        assert [address.email for address in EmailAddress.objects.all()] == ["carla@example.test"]

    def test_a_second_try_with_the_same_address_counts_too(self, carla):
        client = cast.browser_of(carla)
        client.post("/accounts/signup/", ACCOUNT)
        forget_the_code(client)
        make_account(client, email="CARLA@example.test", password1="two pears and an apple")
        member = User.objects.get()
        assert (member.email, member.is_guest) == ("carla@example.test", False)
        assert member.check_password("two pears and an apple")

    def test_the_address_that_another_guest_typed_is_an_account_to_this_one(self, carla):
        cast.browser_of(carla).post("/accounts/signup/", ACCOUNT)
        cast.browser_of(User.objects.create_guest("Clara")).post("/accounts/signup/", ACCOUNT)
        assert EmailAddress.objects.get().user == carla
        assert "this address has an account" in mail.outbox[-1].body

    def test_who_comes_back_later_with_the_password_is_asked_for_the_code_and_is_the_same_member(self, carla):
        cast.browser_of(carla).post("/accounts/signup/", ACCOUNT)
        client = Client()
        answer = client.post("/accounts/login/", {"login": ACCOUNT["email"], "password": ACCOUNT["password1"]})
        assert "_auth_user_id" not in client.session
        client.post(answer["Location"], {"code": code_in_mail()})
        assert client.session["_auth_user_id"] == str(carla.pk)
        assert not User.objects.get().is_guest

    def test_a_visitor_who_signs_up_is_a_new_member(self, client):
        make_account(client)
        assert not User.objects.get().is_guest


class ForgettingTests:
    def test_a_forgotten_guest_is_nobody_in_every_browser(self, carla):
        client = cast.browser_of(carla)
        client.post("/accounts/signup/", ACCOUNT)
        assert guests.forget(guest=carla)
        assert guest_in(client) is None
        kept = User.objects.get()
        assert (kept.name, kept.email, kept.is_active, kept.has_usable_password()) == ("", None, False, False)
        assert kept.shown_name == "Guest"
        assert not EmailAddress.objects.exists()

    def test_a_member_is_not_forgotten(self, carla):
        make_account(cast.browser_of(carla))
        assert not guests.forget(guest=carla)
        assert User.objects.get().name == "Carla Conti"


class ProfilePageTests:
    @pytest.fixture
    def bob(self, bob):
        return cast.online(bob)

    def page(self, client) -> str:
        return client.get("/experts/bob-leroy/").content.decode()

    def test_of_who_takes_members_a_visitor_signs_in_as_ever(self, bob, client, carla):
        for visitor in (client, cast.browser_of(carla)):
            page = self.page(visitor)
            assert 'id="call-form"' not in page
            assert "/accounts/login/?next=/experts/bob-leroy/" in page

    def test_of_who_takes_anyone_a_visitor_is_asked_for_a_name(self, bob, client):
        experts.choose_who_may_ring(member=bob, who="anyone")
        page = self.page(client)
        assert 'id="guest-name"' in page
        assert 'data-guest="/guest/"' in page
        assert "csrfmiddlewaretoken" in page
        assert 'action="/experts/bob-leroy/message/"' not in page

    def test_a_guest_is_known_by_name(self, bob, carla):
        experts.choose_who_may_ring(member=bob, who="anyone")
        page = self.page(cast.browser_of(carla))
        assert "You call as Carla, without an account" in page
        assert 'id="guest-name"' not in page

    def test_a_member_sees_what_members_see(self, bob, alice, signed_in):
        before = self.page(signed_in(alice))
        experts.choose_who_may_ring(member=bob, who="anyone")
        after = self.page(signed_in(alice))
        without_token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
        assert without_token.sub("", before) == without_token.sub("", after)


class StaffTests:
    """A report names a guest: their pages in the back office stand, without an address."""

    @pytest.mark.parametrize("page", ["money", "papers"])
    def test_a_guests_pages_name_them_as_one(self, carla, sam, signed_in, page):
        shown = signed_in(sam).get(f"/staff/members/{carla.pk}/{page}/").content.decode()
        assert "Carla (guest)" in shown
        assert not re.search("None(,| ·)|email=", shown)

    def test_who_runs_the_site_sees_which_people_are_guests(self, carla, ada, signed_in):
        page = signed_in(ada).get("/admin/marketplace/user/?is_guest__exact=1").content.decode()
        assert "Carla" in page
        assert ada.email not in re.sub(r"(?s)<header.*?</header>", "", page)
