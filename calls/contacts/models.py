from django.conf import settings
from django.db import models
from django.db.models import Q


class Block(models.Model):
    """`blocked` no longer reaches `blocker`, until `blocker` takes it back. Nobody tells them."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    blocked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=models.F("blocked")), name="block_somebody_else"),
        ]


class FreeCaller(models.Model):
    """`expert` asks `caller` for no payment, until they take them off the list."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="free_callers")
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expert", "caller"], name="free_caller_once"),
            models.CheckConstraint(condition=~Q(expert=models.F("caller")), name="free_caller_somebody_else"),
        ]


class Report(models.Model):
    """Somebody left a call because of the other. Staff get it at once; words may follow."""

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    call_id = models.BigIntegerField()  # calls lie above: no foreign key points up
    words = models.TextField(max_length=2000, blank=True)
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reporter", "call_id"], name="report_once_a_call")]
