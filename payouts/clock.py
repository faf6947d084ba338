"""What day it is for releases and the sandbox. The demo can move it forward; nothing else in the product uses it."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone


class DemoClock(models.Model):
    """One row: how far the demo has moved the calendar forward. Absent outside the demo."""

    ahead = models.DurationField(default=timedelta)


def now() -> datetime:
    """Real time plus what the demo moved it forward."""
    row = DemoClock.objects.first()
    return timezone.now() + (row.ahead if row else timedelta())
