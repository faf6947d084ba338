from django.db import models
from django.db.models import Q


class OutboxRow(models.Model):
    """waiting -> claimed -> done, or back to waiting with a later `due_at`, or given_up (a staff task).

    `due_at`: when a worker may take the row. Claiming moves it ahead, so that a worker that died is overtaken then.
    `key` is made from the cause and is the idempotency key that Stripe sees, so doing a row twice has the effect of once.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"
        DONE = "done"
        GIVEN_UP = "given_up"

    action = models.CharField(max_length=40)  # "stripe.transfer", "mail.receipt": the worker maps it to a function
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "claimed"]), name="outbox_to_do"),
            models.Index(fields=["id"], condition=Q(state="given_up"), name="outbox_given_up"),
        ]
