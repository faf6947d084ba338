"""Stripe calls us: reading an event that it signed, and keeping it once, however it came: sent, or fetched when missed."""

from datetime import datetime

from payouts.stripe.answers import Event
from payouts.stripe.client import genuine
from payouts.stripe.models import StripeEvent


def construct_event(*, body: bytes, signature: str, secret: str) -> Event:
    """A snapshot event, as both v1 endpoints get them. Raises BadEvent unless signed with `secret`, fresh and of our mode."""
    payload = genuine(body=body, signature=signature, secret=secret, kind="event")
    return Event(id=payload["id"], type=payload["type"], account=payload.get("account") or "", payload=payload)


def parse_thin(*, body: bytes, signature: str, secret: str) -> Event:
    """A thin (v2) notification: names the object that changed and nothing of its content. `account`: the one it is about."""
    payload = genuine(body=body, signature=signature, secret=secret, kind="v2.core.event")
    about = payload.get("related_object") or {}
    account = about.get("id", "") if about.get("type") == "v2.core.account" else ""
    return Event(id=payload["id"], type=payload["type"], account=account, payload=payload)


def keep(event: Event, *, endpoint: str, now: datetime) -> bool:
    """False when it was here before. The worker acts on it."""
    defaults = {
        "endpoint": endpoint,
        "type": event.type,
        "account": event.account,
        "payload": event.payload,
        "received_at": now,
        "due_at": now,
    }
    return StripeEvent.objects.get_or_create(event_id=event.id, defaults=defaults)[1]
