"""Who may tell us what: Stripe, freshly, at the right address, in our mode. All else leaves no trace."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from payouts.sandbox.deliveries import ADDRESSES, secret_of, signature
from payouts.stripe import client as wire
from payouts.stripe import webhooks
from payouts.stripe.models import StripeEvent

pytestmark = pytest.mark.django_db


def snapshot(**changes) -> dict:
    event = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1,
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
        "livemode": False,
        "pending_webhooks": 1,
        "type": "checkout.session.completed",
    }
    return {**event, **changes}


def of_an_account(**changes) -> dict:
    return snapshot(**{"account": "acct_1", "type": "payout.paid", **changes})


def thin(**changes) -> dict:
    event = {
        "id": "evt_2",
        "object": "v2.core.event",
        "created": "2026-03-02T09:00:00.000Z",
        "livemode": False,
        "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"},
        "type": "v2.core.account[requirements].updated",
    }
    return {**event, **changes}


OF = {"platform": snapshot, "connect": of_an_account, "thin": thin}
endpoints = pytest.mark.parametrize("endpoint", ADDRESSES)


def post(endpoint: str, body: str | bytes, header: str) -> int:
    headers = {"Stripe-Signature": header} if header else {}
    return Client().post(ADDRESSES[endpoint], body, content_type="application/json", headers=headers).status_code


def tell(endpoint: str, event: object, *, at: datetime | None = None, secret: str = "") -> int:
    """Signed now by the endpoint's own secret, unless told otherwise."""
    body = event if isinstance(event, str) else json.dumps(event)
    return post(endpoint, body, signature(body, secret or secret_of(endpoint), at or timezone.now()))


def nothing_was_stored() -> bool:
    return not StripeEvent.objects.exists()


class GenuineEventTests:
    @endpoints
    def test_is_stored_and_answered_at_once(self, endpoint):
        assert tell(endpoint, OF[endpoint]()) == 200
        row = StripeEvent.objects.get()
        assert (row.endpoint, row.payload, row.processed_at) == (endpoint, OF[endpoint](), None)
        assert row.account == ("" if endpoint == "platform" else "acct_1")

    @endpoints
    def test_repeated_is_stored_once(self, endpoint):
        assert [tell(endpoint, OF[endpoint]()) for _ in range(3)] == [200, 200, 200]
        assert StripeEvent.objects.count() == 1

    def test_signed_by_an_old_secret_beside_the_new_one(self):
        body, now = json.dumps(snapshot()), timezone.now()
        old, new = signature(body, "whsec_old", now), signature(body, secret_of("platform"), now)
        assert post("platform", body, f"{old},{new.split(',')[1]}") == 200

    def test_without_an_account_it_names_at_the_thin_endpoint(self):
        assert tell("thin", thin(related_object=None, type="v2.core.account_link.returned")) == 200

    def test_needs_no_form_token(self):
        body = json.dumps(snapshot())
        header = signature(body, secret_of("platform"), timezone.now())
        strict = Client(enforce_csrf_checks=True)
        sent = strict.post(
            ADDRESSES["platform"], body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        assert sent.status_code == 200


class BadEventTests:
    @endpoints
    @pytest.mark.parametrize(
        "header", ["", "nonsense", "t=1", "v1=abc", "t=x,v1=abc", "t=,v1=", "t=99999999999999999999,v1=a", "t=1,v0=a"]
    )
    def test_without_a_signature(self, endpoint, header):
        assert post(endpoint, json.dumps(OF[endpoint]()), header) == 400
        assert nothing_was_stored()

    @endpoints
    def test_forged(self, endpoint):
        assert tell(endpoint, OF[endpoint](), secret="whsec_guessed") == 400
        assert nothing_was_stored()

    @endpoints
    def test_changed_on_the_way(self, endpoint):
        body = json.dumps(OF[endpoint]())
        header = signature(body, secret_of(endpoint), timezone.now())
        assert post(endpoint, body.replace("evt_", "evt_x"), header) == 400
        assert nothing_was_stored()

    @endpoints
    @pytest.mark.parametrize("seconds", [-301, -86_400, 400, 86_400])
    def test_old_or_from_the_future(self, endpoint, seconds):
        assert tell(endpoint, OF[endpoint](), at=timezone.now() + timedelta(seconds=seconds)) == 400
        assert nothing_was_stored()

    @endpoints
    def test_of_the_other_mode(self, endpoint):
        assert tell(endpoint, OF[endpoint](livemode=True)) == 400
        assert nothing_was_stored()

    @endpoints
    @pytest.mark.parametrize("other", ADDRESSES)
    def test_signed_for_another_endpoint(self, endpoint, other):
        """Sent on to an address whose secret it was not signed with."""
        expected = 200 if endpoint == other else 400
        assert tell(endpoint, OF[endpoint](), secret=secret_of(other)) == expected
        assert StripeEvent.objects.count() == (endpoint == other)

    @pytest.mark.parametrize(
        ("endpoint", "event"),
        [("platform", of_an_account()), ("connect", snapshot()), ("platform", thin()), ("thin", snapshot())],
    )
    def test_of_another_endpoints_kind(self, endpoint, event):
        assert tell(endpoint, event) == 400
        assert nothing_was_stored()

    @endpoints
    @pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"x"', "{}", "[" * 50_000, '{"object": "event"}'])
    def test_signed_nonsense(self, endpoint, body):
        assert tell(endpoint, body) == 400
        assert nothing_was_stored()

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": 7},
            {"id": ""},
            {"id": "x" * 121},
            {"type": None},
            {"data": None},
            {"data": {"object": "x"}},
            {"livemode": "no"},
        ],
    )
    def test_signed_but_not_whole(self, changes):
        assert tell("platform", snapshot(**changes)) == 400
        assert tell("thin", thin(**changes)) == (200 if "data" in changes else 400)
        assert tell("thin", thin(related_object="acct_1")) == 400

    @endpoints
    def test_not_text(self, endpoint):
        header = signature("x", secret_of(endpoint), timezone.now())
        assert post(endpoint, b"\xff\xfe{}", header) == 400
        assert nothing_was_stored()

    @endpoints
    def test_too_large(self, endpoint):
        assert tell(endpoint, OF[endpoint](data={"object": {"id": "x" * webhooks.BYTES_MAX}})) == 400
        assert nothing_was_stored()

    @endpoints
    def test_asked_for_by_a_browser(self, endpoint):
        assert Client().get(ADDRESSES[endpoint]).status_code == 405


class BrokenTwinTests:
    """Each guard off once: the same attack must then succeed, or its test proves nothing."""

    @endpoints
    def test_without_the_signature_check_a_forged_event_is_believed(self, endpoint, monkeypatch):
        monkeypatch.setattr(wire.stripe.WebhookSignature, "verify_header", lambda *_args, **_options: True)
        assert tell(endpoint, OF[endpoint](), secret="whsec_guessed") == 200

    def test_without_our_own_look_at_the_date_an_event_from_the_future_is_believed(self, monkeypatch):
        monkeypatch.setattr(wire, "signed_at_second", lambda _signature: 0)
        at = timezone.now() + timedelta(days=1)
        assert tell("platform", snapshot(), at=at) == 200

    def test_without_the_look_at_the_mode_a_live_event_is_believed(self, monkeypatch):
        monkeypatch.setattr(wire, "is_live", lambda: True)
        assert tell("platform", snapshot(livemode=True)) == 200

    def test_with_one_secret_for_all_an_event_passes_at_the_wrong_endpoint(self, settings):
        settings.STRIPE_CONNECT_WEBHOOK_SECRET = settings.STRIPE_WEBHOOK_SECRET
        assert tell("platform", snapshot(), secret=secret_of("connect")) == 200
