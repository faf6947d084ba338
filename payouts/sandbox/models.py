from django.db import models


class SandboxObject(models.Model):
    """One object of the pretended Stripe, as its API would answer it."""

    id = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=40, db_index=True)  # "checkout.session", "v2.core.account"
    account = models.CharField(max_length=60, blank=True, db_index=True)  # the connected account it lives in
    data = models.JSONField()
    serial = models.BigIntegerField(db_index=True)  # order of making, for lists


class SandboxKey(models.Model):
    """An idempotency key seen, with the request's fingerprint and the answer that is replayed."""

    key = models.CharField(max_length=255)
    account = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is at work
    body = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "account"], name="sandbox_key_once")]


class SandboxDelivery(models.Model):
    """An event on its way to one of our webhook addresses, as a signed POST."""

    event = models.CharField(max_length=120)
    endpoint = models.CharField(max_length=40)  # platform, connect, thin; or the id of one made by the API
    body = models.TextField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
