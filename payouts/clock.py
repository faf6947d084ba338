"""What day it is for releases and the sandbox. The demo can move it forward; nothing else in the product uses it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone


class DemoClock(models.Model):
    """One row: how far the demo has moved the calendar forward. Absent outside the demo."""

    ahead = models.DurationField(default=timedelta)


def on_calendar(moment: datetime) -> datetime:
    """A real moment as the calendar has it: plus what the demo moved it forward."""
    if not settings.DEMO:
        return moment
    row = DemoClock.objects.first()
    return moment + (row.ahead if row else timedelta())


def now() -> datetime:
    return on_calendar(timezone.now())


class ClockStands(Exception):
    """The calendar goes forward only, in the demo only, and not while credit is held for somebody."""


def advance(*, by: timedelta, is_anything_held: Callable[[], bool]) -> datetime:
    """Move the demo's calendar forward; answers what day it is then. Raises ClockStands.

    `is_anything_held` is the wallet's, which stands above this module; it is asked in the transaction that moves.
    """
    if not settings.DEMO or by <= timedelta():
        raise ClockStands
    with transaction.atomic():
        if is_anything_held():
            raise ClockStands
        row, _ = DemoClock.objects.select_for_update().get_or_create(pk=1)
        row.ahead += by
        row.save(update_fields=["ahead"])
    return now()
