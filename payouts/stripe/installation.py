"""Which installation wrote something at Stripe: our numbers begin anew with each database, Stripe's memory does not."""

from secrets import token_hex

from payouts.stripe.models import Installation


def tag() -> str:
    """Of this database, made once. Before every idempotency key, in all metadata."""
    return Installation.objects.get_or_create(pk=1, defaults={"tag": token_hex(6)})[0].tag
