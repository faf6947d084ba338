"""Keeping an event of Stripe's, once, however it came: sent to us, or fetched because it was missed."""

from datetime import datetime

from payouts.stripe.answers import Event
from payouts.stripe.models import StripeEvent


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
