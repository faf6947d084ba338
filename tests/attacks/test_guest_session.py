"""A guest's session is nobody's to every page that asks for a member: each address answers it as it answers a visitor."""

import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPMethod
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from calls.metering import services as metering
from calls.rooms import services as rooms
from calls.rooms.models import Call
from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.payouts.purse import give_credit

pytestmark = pytest.mark.django_db
# Where a guest is somebody. The form of an account has their name in it, and who asks all experts at once is asked for none.
WELCOME = {"", "r/<slug:code>/", "r/<slug:code>/seat", "experts/<slug:slug>/", "guest/", "accounts/signup/"}
LEFT_OUT = {"admin/jsi18n/"}  # the same words for everybody, made anew each time
NOT_THE_SAME_TWICE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|\?next=[^"]*')


def addresses(patterns, before: str = "") -> Iterator[tuple[str, dict]]:
    """Every route of the site, and what it wants filled in. Those written as regular expressions are of others: allauth's
    link of a forgotten password, which works for whoever has it, and the end of the back office."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern) and isinstance(each.pattern, RoutePattern):
            yield before + str(each.pattern), each.pattern.converters


@pytest.fixture(autouse=True)
def nobody_came_from_here_before(settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def call(carla, bob, now) -> Call:
    """Which the guest had with bob, and is over: what these addresses are about is the guest's as far as it can be."""
    experts.choose_who_may_ring(member=cast.online(bob), who="anyone")
    made = rooms.ring(caller=carla, expert=bob, line="", now=now)
    for person in (bob, carla):
        rooms.join(room=made.room, user=person, process=uuid4(), tab=uuid4(), now=now)
    rooms.leave(room=made.room, user=bob, tab=uuid4(), now=now + timedelta(minutes=1), reason="hung_up")
    return Call.objects.select_related("room").get(pk=made.pk)


def filled(route: str, call: Call) -> str:
    known = {"slug": "bob-leroy", "code": call.room.code, "call_id": call.pk, "member_id": call.caller_id}
    known |= {"month": "2026-03", "object_id": call.caller_id, "side": 160, "step": 2, "reference": "period:1"}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(known.get(place[1], 1)), route)


def told(answer: HttpResponse) -> tuple[int, str, str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = NOT_THE_SAME_TWICE.sub("", body.decode(errors="replace"))
    return answer.status_code, answer.headers.get("Location", ""), text


def differing(call: Call) -> dict[str, tuple]:
    """The routes that treat the guest otherwise than a visitor, with both answers."""
    found = {}
    for route, _converters in addresses(get_resolver().url_patterns):
        if route in WELCOME | LEFT_OUT:
            continue
        for method in (HTTPMethod.GET, HTTPMethod.POST):
            guest, visitor = cast.browser_of(call.caller), Client()
            answers = [told(client.generic(method, filled(route, call))) for client in (guest, visitor)]
            if answers[0] != answers[1]:
                found[f"{method} {route}"] = tuple(answers)
    return found


@pytest.mark.prove
class WalkTests:
    def test_no_address_but_those_of_calling_knows_a_guest(self, call):
        walked = {route for route, _ in addresses(get_resolver().url_patterns)}
        assert walked > WELCOME | LEFT_OUT
        assert len(walked) > 150
        assert {route: [answer[:2] for answer in both] for route, both in differing(call).items()} == {}

    def test_where_a_guest_is_the_user_of_a_request_doors_open(self, call, monkeypatch):
        """The broken twin: the mistake that this walk is there to find."""

        def whoever(request):
            return guests.guest_of(request.session) or AnonymousUser()

        monkeypatch.setattr("django.contrib.auth.middleware.get_user", whoever)
        opened = differing(call)
        assert {"GET wallet/", "GET me/", "GET calls/<int:call_id>/", "GET become-an-expert/"} <= set(opened)


class TheirOwnPlacesTests:
    def test_what_a_guest_reaches_of_a_call_is_its_room(self, call):
        guest = cast.browser_of(call.caller)
        assert guest.get(f"/r/{call.room.code}/").status_code == 200
        assert guest.get(f"/r/{call.room.code}/seat").status_code == 200
        assert guest.get(f"/calls/{call.pk}/").status_code == 302


class CookieTests:
    """Nothing that a browser sends says which guest it is, but the key of a session."""

    @pytest.mark.parametrize("name", ["guest_id", "guest", "_auth_user_id", "user"])
    def test_a_number_of_ones_own_choice_is_not_read(self, call, name):
        browser = Client()
        browser.cookies[name] = str(call.caller_id)
        for answer in (
            browser.get(f"/r/{call.room.code}/"),
            browser.get(f"/r/{call.room.code}/?{name}={call.caller_id}"),
        ):
            assert answer.status_code == 302
        answer = browser.post("/guest/", {"name": "Eve", name: call.caller_id})
        assert guests.guest_of(browser.session).pk != call.caller_id
        assert answer.json() == {"name": "Eve"}

    def test_a_members_number_is_no_guest(self, alice):
        browser = Client()
        session = browser.session
        session[guests.KEY] = alice.pk
        session.save()
        assert guests.guest_of(session) is None
        assert browser.get("/me/").status_code == 302


class FixationTests:
    """Somebody puts a session of theirs into the browser of a guest-to-be, and waits."""

    def test_of_a_visitor_who_becomes_a_guest_the_planted_key_is_worth_nothing(self):
        thief = Client()
        session = thief.session
        session["planted"] = 1
        session.save()
        victim = Client()
        victim.cookies = thief.cookies.copy()
        victim.post("/guest/", {"name": "Carla"})
        assert guests.guest_of(victim.session).name == "Carla"
        assert guests.guest_of(thief.session) is None

    def test_of_a_guest_who_makes_an_account_it_is_worth_nothing(self, carla, mailoutbox):
        victim = cast.browser_of(carla)
        thief = Client()
        thief.cookies = victim.cookies.copy()
        form = {"name": "Carla", "email": "carla@example.test", "password1": "an apple and three pears"}
        answer = victim.post("/accounts/signup/", form)
        code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mailoutbox[-1].body, re.MULTILINE)[1]
        victim.post(answer["Location"], {"code": code})
        assert victim.get("/me/").status_code == 200
        assert thief.get("/me/").status_code == 302
        assert guests.guest_of(thief.session) is None


class MoneyTests:
    def test_credit_that_a_guest_cannot_have_would_be_of_no_use(self, carla, bob, now):
        """Two doors: the socket's (test_matrix.py) and the metering's own."""
        experts.choose_who_may_ring(member=cast.online(bob), who="anyone")
        made = rooms.ring(caller=carla, expert=bob, line="", now=now)
        for person in (bob, carla):
            rooms.join(room=made.room, user=person, process=uuid4(), tab=uuid4(), now=now)
        offer = metering.send_offer(
            call=Call.objects.get(pk=made.pk), expert=bob, listing_id=cast.rate_of(bob).pk, now=now
        )
        give_credit(carla, 5_000, now)
        with pytest.raises(metering.OfferRefused, match="guest"):
            metering.accept(
                offer_id=offer.pk, payer=User.objects.get(pk=carla.pk), cap_minor=400, now=now + timedelta(seconds=5)
            )
