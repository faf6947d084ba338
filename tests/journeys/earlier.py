"""What happened before the journey."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from calls.rooms.models import Call
from marketplace.management.demo_data.builder import buy_credit
from tests.calls.metering.world import Story


@contextmanager
def half_an_hour_ago() -> Iterator[Story]:
    """Alice has bought 50.00 and talks with bob. To be told to its end, in one piece: to the site's worker a call of half
    an hour ago that goes on is one that nobody has a beat of."""
    story = Story(credit=0)
    story.now = timezone.now() - timedelta(minutes=30)
    buy_credit(story.alice, 5_000, now=story.now)  # at the sandbox: the worker compares the books with Stripe's
    moments = {"rang_at": story.now, "ring_until": story.now, "answered_at": story.now, "started_at": story.now}
    with transaction.atomic():
        Call.objects.filter(pk=story.call.pk).update(**moments)
        story.call.refresh_from_db()
        yield story
