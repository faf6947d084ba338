"""Asking Stripe a second time: for 24 hours it answers a key that it has seen as it did the first time, its refusals too."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from payouts.outbox.models import OutboxRow
from payouts.outbox.services import GiveUp
from payouts.stripe.answers import Refused

Made = TypeVar("Made")

KEYS_MAX = 100


def is_retry(key: str) -> bool:
    """An earlier try may have had its effect without our hearing of it, and Stripe forgets keys after 24 hours."""
    return OutboxRow.objects.filter(key=key, attempts__gt=1).exists()


def key_with(key: str, *words: str) -> str:
    """`key` for these words, which may be others at the next try: Stripe refuses a key that comes with other words than before.

    What was made under the old ones, unheard, stays behind there: only for what does no harm twice.
    """
    return f"{key}:{sha256(json.dumps(words).encode()).hexdigest()[:16]}"


def with_fresh_key(key: str, make: Callable[[str], Made]) -> Made:
    """`make(key)`, and with `key:2`, `key:3` ... where Stripe only repeats an earlier refusal, which did nothing.

    The keys are tried in the same order each time, so one that had its effect unheard is found and answers again. Raises
    Refused as `make` does, when it is Stripe's word of now.
    """
    for number in range(1, KEYS_MAX):
        try:
            return make(key if number == 1 else f"{key}:{number}")
        except Refused as refusal:
            if not refusal.replayed:
                raise
    raise GiveUp("Stripe has refused this for too long")
