from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Waiting(models.Model):
    """`member` waits for `expert`, who was busy, away, or did not take a ring. Who came first has the lower number.

    A blocked member keeps their entry, so that it does not tell them; for everybody else it is not there.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="waits_for")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="awaited_by")
    since = models.DateTimeField(db_index=True)
    line = models.CharField(max_length=200, blank=True)  # what it is about, for the expert
    # False for who began while the expert was free: the turn comes once they were busy or away. After a ring that was not
    # taken all else would be no news; and nobody keeps others from a free expert by waiting again and again.
    may_have_turn = models.BooleanField(default=True)
    told_at = models.DateTimeField(null=True)  # by mail, that the expert is free, or that the turn has passed: once
    turn_until = models.DateTimeField(null=True)  # until then nobody else rings the expert

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "expert"], name="waiting_once_a_pair"),
            models.UniqueConstraint(
                fields=["expert"], condition=Q(turn_until__isnull=False), name="waiting_one_turn_an_expert"
            ),
            models.CheckConstraint(condition=~Q(member=F("expert")), name="waiting_for_somebody_else"),
        ]
