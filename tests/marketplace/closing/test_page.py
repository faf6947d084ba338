"""`/me/close/`, as a member meets it."""

import pytest

from marketplace.closing.models import Closing
from tests import cast
from tests.calls.metering.world import live_call
from tests.payouts.purse import charge, connect_bank, give_credit, give_promo, make_available

pytestmark = pytest.mark.django_db
PAGE = "/me/close/"


def text(client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class BeforeTests:
    def test_is_for_members(self, client, db):
        assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"

    def test_is_found_from_ones_own_page(self, signed_in, alice):
        assert f'href="{PAGE}"' in text(signed_in(alice), "/me/")

    def test_says_what_becomes_of_each_sum(self, signed_in, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now)
        give_credit(bob, 2_000, now)
        give_promo(bob, 500, now)
        page = text(signed_in(bob))
        for told in (
            "Your profile leaves the directory at once",
            "€20.00 of unused credit goes back to the cards it came from.",
            "€5.00 of promotional credit ends",
            "€7.00 of available earnings is sent to your bank, however little it is.",
            "Connect a bank account for it.",
            "€7.00 of pending earnings follows as it is released.",
        ):
            assert told in page

    def test_a_caller_without_money_reads_only_what_concerns_them(self, signed_in, alice):
        page = text(signed_in(alice))
        assert "€" not in page.split('id="means-title"')[1].split("</ul>")[0]
        assert "directory at once" not in page

    def test_a_call_is_hung_up_first(self, proven, alice, bob, now):
        live_call(alice, bob, now)
        client = proven(alice)
        assert "You are in a call: hang up first." in text(client)
        client.post(PAGE)
        assert not Closing.objects.exists()


class AskTests:
    def test_asks_for_the_password_once_more(self, signed_in, alice):
        answer = signed_in(alice).post(PAGE)
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        assert not Closing.objects.exists()

    def test_with_earnings_asks_for_a_second_factor_first(self, signed_in, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        client = signed_in(bob)
        cast.has_just_typed_the_password(client, bob)
        assert client.post(PAGE)["Location"] == "/accounts/2fa/"
        assert not Closing.objects.exists()

    def test_then_shows_what_is_on_its_way(self, proven, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        client = proven(bob)
        assert client.post(PAGE)["Location"] == PAGE
        page = text(client)
        assert 'data-what="available"' in page
        assert "Connect a bank account, so that it can be sent." in page
        assert "See what is on its way" in text(client, "/me/")
        assert "You are closing your account" in text(client, "/wallet/")

    def test_a_visit_changes_nothing(self, proven, alice):
        client = proven(alice)
        client.get(PAGE)
        client.head(PAGE)
        assert not Closing.objects.exists()

    def test_staff_are_told_why_not(self, signed_in, sam):
        client = signed_in(sam)
        cast.has_just_typed_the_password(client, sam)
        answer = client.post(PAGE, follow=True)
        assert "another of the staff takes its rights away first" in answer.content.decode()
        assert not Closing.objects.exists()


class MeanwhileTests:
    @pytest.fixture
    def client(self, proven, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        client = proven(bob)
        client.post(PAGE)
        return client

    def test_nobody_finds_the_expert(self, client, signed_in, alice):
        visitor = signed_in(alice)
        assert visitor.get("/experts/bob-leroy/").status_code == 404
        assert "Bob Leroy" not in visitor.get("/").content.decode()

    def test_no_profile_is_published(self, client):
        assert client.get("/become-an-expert/")["Location"] == PAGE
        assert client.post("/become-an-expert/", {})["Location"] == PAGE

    def test_credit_cannot_be_added_and_the_page_says_why(self, client):
        page = client.post("/wallet/top-up/", {"amount": "20.00", "token": "t" * 24, "back": ""}).content.decode()
        assert "You are closing your account" in page

    def test_the_account_can_be_kept(self, client, signed_in, alice):
        answer = client.post("/me/close/keep/", follow=True)
        assert "You keep your account." in answer.content.decode()
        assert signed_in(alice).get("/experts/bob-leroy/").status_code == 200

    def test_with_a_bank_the_money_is_sent(self, client, bob, now):
        connect_bank(bob)
        client.post(PAGE)
        assert Closing.objects.get().closed_at is None
        assert 'data-what="available"' in text(client)
