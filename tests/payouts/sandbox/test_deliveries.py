"""Sending events as Stripe does: signed, tried again, and never twice by two workers at once."""

from datetime import timedelta

import pytest
import requests
import stripe
from django.utils import timezone

from payouts.sandbox import deliveries, events
from payouts.sandbox.models import SandboxDelivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery() -> SandboxDelivery:
    events.deliver({"id": "evt_1", "object": "event", "type": "x"}, "platform")
    return SandboxDelivery.objects.get()


@pytest.fixture
def answers(monkeypatch) -> list:
    """What our site answers next; also notes what it was sent."""
    queue: list = []

    def post(address, body, header):
        answer = queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(deliveries, "post", post)
    return queue


class DeliveryTests:
    def test_once_answered_it_is_done(self, delivery, answers):
        answers += [200]
        assert deliveries.send_due(now=timezone.now()) == 1
        assert deliveries.send_due(now=timezone.now() + timedelta(days=1)) == 0

    @pytest.mark.parametrize("bad", [400, 500, 302, requests.ConnectionError("refused")])
    def test_is_tried_again_with_longer_and_longer_waits(self, delivery, answers, bad):
        answers += [bad, bad, 200]
        now = timezone.now()
        for wait in (2, 4):
            assert deliveries.send_due(now=now) == 0
            delivery.refresh_from_db()
            assert (delivery.due_at - now, bool(delivery.error)) == (timedelta(seconds=wait), True)
            now = delivery.due_at
        assert deliveries.send_due(now=now) == 1
        delivery.refresh_from_db()
        assert (delivery.error, delivery.delivered_at) == ("", now)

    def test_is_given_up_in_the_end(self, delivery, answers):
        SandboxDelivery.objects.update(attempts=deliveries.TRIES)
        assert deliveries.send_due(now=timezone.now() + timedelta(days=9)) == 0

    def test_taken_by_one_worker_is_left_by_another(self, delivery, answers):
        answers += [200]
        now = timezone.now()
        assert deliveries._send(delivery, now)
        assert not deliveries._send(delivery, now)

    def test_is_signed_as_stripe_signs(self):
        body, now = '{"id": "evt_1"}', timezone.now()
        ours = deliveries.signature(body, "whsec_x", now)
        assert ours == stripe.WebhookSignature.generate_signature_header(body, "whsec_x", int(now.timestamp()))
