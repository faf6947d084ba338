"""What marks an idempotency key or an object at Stripe as this installation's."""

from payouts.stripe.installation import tag


def once(key: str, **options: str) -> dict[str, str]:
    return {"idempotency_key": f"{tag()}:{key}", **options}


def ours(**numbers: int) -> dict[str, str]:
    """Metadata of an object that we make."""
    return {"installation": tag(), **{name: str(number) for name, number in numbers.items()}}


def own_number(metadata: dict[str, str], name: str) -> int:
    """The number that this installation wrote into an object of Stripe's; 0: another's object."""
    value = metadata.get(name, "") if metadata.get("installation") == tag() else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else 0
