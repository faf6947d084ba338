"""`/me/test-call/`: what it offers where, to whom, and how often."""

import sys
import textwrap

import pytest
from django.core.cache import cache
from django.test import Client

from calls.echo import services as echo
from tests import cast
from tests.calls.echo.test_services import ANSWERS

pytestmark = pytest.mark.django_db
PAGE, ANSWER, THROUGH = "/me/test-call/", "/me/test-call/answer/", "/me/test-call/through/"


@pytest.fixture(autouse=True)
def echoes(monkeypatch):
    cache.clear()  # whoever tried before us is not counted
    monkeypatch.setattr(echo, "COMMAND", [sys.executable, "-c", textwrap.dedent(ANSWERS)])
    yield
    echo.end_all()


class PageTests:
    def test_is_for_members(self, client):
        for path in (PAGE, ANSWER, THROUGH):
            assert client.get(path).status_code in (302, 405)
            assert client.post(path).status_code in (302, 405)
        assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"

    def test_offers_an_echo_where_there_is_one(self, signed_in, alice):
        page = signed_in(alice).get(PAGE).content.decode()
        assert 'data-way="echo"' in page
        assert "Start the test call" in page

    def test_else_a_call_by_the_relay(self, signed_in, alice, settings):
        settings.ECHOES_AT_ONCE, settings.TURN_URLS, settings.TURN_SECRET = 0, ["turn:relay.test"], "s"
        page = signed_in(alice).get(PAGE).content.decode()
        assert 'data-way="relay"' in page
        assert "call yourself through this site" in page

    def test_else_it_says_that_the_network_cannot_be_tried(self, signed_in, alice, settings):
        settings.ECHOES_AT_ONCE, settings.TURN_URLS = 0, []
        page = signed_in(alice).get(PAGE).content.decode()
        assert "the network cannot be tried here" in page
        assert 'id="echo-start"' not in page

    def test_takes_four_queries(self, signed_in, alice, django_assert_max_num_queries):
        client = signed_in(alice)
        with django_assert_max_num_queries(4):
            client.get(PAGE)


class AnswerTests:
    def test_comes_with_a_proof_that_is_taken_once_it_came_through(self, signed_in, bob):
        client = signed_in(bob)
        said = client.post(ANSWER, {"sdp": "v=0"}).json()
        assert said["sdp"] == "answer to v=0"
        assert client.post(THROUGH, {"proof": said["proof"]}).status_code == 204
        bob.profile.refresh_from_db()
        assert bob.profile.test_call_at

    def test_a_proof_of_ones_own_making_is_refused(self, signed_in, bob, eve):
        theirs = signed_in(eve).post(ANSWER, {"sdp": "v=0"}).json()["proof"]
        for forged in ("", theirs, str(bob.pk)):
            answer = signed_in(bob).post(THROUGH, {"proof": forged})
            assert (answer.status_code, "That did not work" in answer.json()["text"]) == (400, True)
        bob.profile.refresh_from_db()
        assert bob.profile.test_call_at is None

    def test_when_all_are_busy_it_says_so(self, signed_in, alice, bob, settings):
        settings.ECHOES_AT_ONCE = 1
        signed_in(bob).post(ANSWER, {"sdp": "v=0"})
        answer = signed_in(alice).post(ANSWER, {"sdp": "v=0"})
        assert (answer.status_code, "talks to others" in answer.json()["text"]) == (429, True)

    @pytest.mark.parametrize("sdp", ["", "x" * 40_000])
    def test_of_what_is_no_offer_it_says_so(self, signed_in, alice, sdp):
        assert signed_in(alice).post(ANSWER, {"sdp": sdp}).status_code == 400

    def test_where_there_is_no_echo_there_is_no_answer(self, signed_in, alice, settings):
        settings.ECHOES_AT_ONCE = 0
        assert signed_in(alice).post(ANSWER, {"sdp": "v=0"}).status_code == 404

    def test_more_than_twenty_in_an_hour_are_too_many(self, signed_in, alice):
        client = signed_in(alice)
        answers = [client.post(ANSWER, {"sdp": ""}).status_code for _ in range(21)]
        assert answers == [400] * 20 + [429]
        assert signed_in(cast.eve()).post(ANSWER, {"sdp": ""}).status_code == 400

    def test_a_form_of_another_site_begins_none(self, alice):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert strict.post(ANSWER, {"sdp": "v=0"}).status_code == 403
        assert echo._talks == {}
