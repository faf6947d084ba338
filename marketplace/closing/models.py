from django.conf import settings
from django.db import models


class Closing(models.Model):
    """A member asked to close their account: open -> kept (the member thought better of it) | closed."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="closings")
    asked_at = models.DateTimeField()
    was_published_at = models.DateTimeField(null=True)  # the profile's, for one who keeps the account
    times_sent = models.PositiveIntegerField(default=0)  # how often money was sent on its way: a part of each key
    kept_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(kept_at__isnull=True, closed_at__isnull=True),
                name="closing_one_open",
            )
        ]

    @property
    def reference(self) -> str:
        return f"closing:{self.pk}"
