from django.db import models
from django.db.models import Q


class Installation(models.Model):
    """One row. A database that begins anew has another tag."""

    tag = models.CharField(max_length=16)


class Pace(models.Model):
    """One row: when the background may ask Stripe next, in microseconds since 1970 (see pacing.py)."""

    next_us = models.BigIntegerField(default=0)
    wait_us = models.BigIntegerField(default=0)  # how long Stripe's last *too many* held us off, and when it came
    refused_us = models.BigIntegerField(default=0)


class EventCursor(models.Model):
    """Up to which moment an account's events were looked through for what we missed (see missed.py)."""

    account = models.CharField(max_length=60, unique=True, blank=True)  # empty: the platform's own
    since = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)


class StripeEvent(models.Model):
    """An event as it came, stored before it is acted on; acted on by the worker. An error stays on the row."""

    event_id = models.CharField(max_length=120, unique=True)
    endpoint = models.CharField(max_length=8)  # platform, connect, thin
    type = models.CharField(max_length=120)
    account = models.CharField(max_length=60, blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(processed_at__isnull=True), name="stripe_event_to_do")]
