"""Sending the events to our own webhook addresses, as Stripe does: signed POSTs, tried again until one is answered 2xx."""

import hashlib
import hmac
from datetime import datetime, timedelta

import requests
from django.conf import settings

from payouts.sandbox import endpoints, store
from payouts.sandbox.models import SandboxDelivery

ADDRESSES = {
    "platform": "/webhooks/stripe/",
    "connect": "/webhooks/stripe/connect/",
    "thin": "/webhooks/stripe/thin/",
}
TIMEOUT_S = 3
TRIES = 12
LONGEST_WAIT_S = 300


def _to(endpoint: str) -> tuple[str, str]:
    """(address, secret): one of our three, or one made by the API."""
    return (ADDRESSES[endpoint], secret_of(endpoint)) if endpoint in ADDRESSES else endpoints.address_of(endpoint)


def secret_of(endpoint: str) -> str:
    return {
        "platform": settings.STRIPE_WEBHOOK_SECRET,
        "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET,
        "thin": settings.STRIPE_THIN_WEBHOOK_SECRET,
    }[endpoint]


def signature(body: str, secret: str, at: datetime) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 of `<seconds>.<body>` with the endpoint's secret."""
    seconds = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256)
    return f"t={seconds},v1={mac.hexdigest()}"


def post(address: str, body: str, header: str) -> int:
    """The status answered at `address`, a path of our own site or a whole address of this machine. No proxy, no redirect."""
    session = requests.Session()
    session.trust_env = False
    headers = {"Content-Type": "application/json", "Stripe-Signature": header}
    url = settings.SITE_URL + address if address.startswith("/") else address
    answer = session.post(url, data=body.encode(), headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
    return answer.status_code


def send_due(*, now: datetime, limit: int = 50) -> int:
    """How many were delivered. `now` is real time: signatures and waiting do not follow the demo's calendar."""
    if store.is_holding():
        return 0
    due = SandboxDelivery.objects.filter(delivered_at=None, due_at__lte=now, attempts__lt=TRIES).order_by(
        "due_at", "id"
    )
    return sum(_send(delivery, now) for delivery in due[:limit])


def _send(delivery: SandboxDelivery, now: datetime) -> bool:
    tries = delivery.attempts + 1
    again_at = now + timedelta(seconds=min(2**tries, LONGEST_WAIT_S))
    mine = SandboxDelivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, delivered_at=None)
    if not mine.update(attempts=tries, due_at=again_at):
        return False  # another worker took it
    address, secret = _to(delivery.endpoint)
    header = signature(delivery.body, secret, now)
    try:
        status = post(address, delivery.body, header)
    except requests.RequestException as problem:
        status, error = 0, str(problem)
    else:
        error = "" if 200 <= status < 300 else f"HTTP {status}"
    delivered_at = None if error else now
    SandboxDelivery.objects.filter(pk=delivery.pk).update(error=error[:500], delivered_at=delivered_at)
    return not error
