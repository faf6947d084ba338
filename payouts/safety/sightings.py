"""Where members were seen, kept as keyed hashes: enough to find two who share a card, and nothing to read for anybody else."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.outbox import services as outbox
from payouts.safety.models import Sighting

KEPT_FOR = timedelta(days=365)
TELLING = ("card", "bank")  # addresses and devices are shared by whole families
LOOK_AGAIN = "safety.look_again"  # at what two members have earned from each other: for whoever keeps the earnings


def mark_of(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


@transaction.atomic
def saw(*, member: AbstractBaseUser, now: datetime, **seen: str) -> None:
    """`seen`: by Sighting.Kind (address, device, card, bank). What is empty is not known, and not kept.

    A card or a bank account that was another member's before makes what the two have earned from each other suspicious
    after all: the worker has it looked at (LOOK_AGAIN).
    """
    for kind, value in seen.items():
        if not value:
            continue
        mark = mark_of(kind, value)
        _, is_new = Sighting.objects.update_or_create(
            member_id=member.pk, kind=Sighting.Kind(kind), mark=mark, defaults={"last_at": now}
        )
        if is_new and kind in TELLING:
            _look_again(member.pk, kind, mark, now)


def _look_again(member_id: int, kind: str, mark: str, now: datetime) -> None:
    others = Sighting.objects.filter(kind=kind, mark=mark).exclude(member_id=member_id)
    for other_id in others.values_list("member_id", flat=True):
        key, payload = f"shared:{mark}:{member_id}:{other_id}", {"members": [member_id, other_id]}
        outbox.enqueue(action=LOOK_AGAIN, key=key, payload=payload, now=now)


def shared(one: AbstractBaseUser, other: AbstractBaseUser) -> set[str]:
    """The kinds of which both were seen with the same."""
    theirs = Sighting.objects.filter(member_id=other.pk).values("mark")
    return set(Sighting.objects.filter(member_id=one.pk, mark__in=theirs).values_list("kind", flat=True))


def forget_old(*, now: datetime) -> int:
    """What was not seen again for KEPT_FOR is nobody's business any more; answers how many were forgotten."""
    return Sighting.objects.filter(last_at__lt=now - KEPT_FOR).delete()[0]
