from django.db import models


class Process(models.Model):
    """One server process that holds sockets, and its lease: refreshed every LEASE_BEAT_S while it lives.

    A process whose last beat is older than LEASE_DEAD_S is declared dead (`dead_at`), once; everything it witnessed ends
    at `beat_at`. A process that finds itself declared dead takes a new row and drops its sockets.
    """

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "processes"
