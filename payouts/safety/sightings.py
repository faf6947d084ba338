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
LOOK_AGAIN = (
    "safety.look_again"  # at what a member and others have earned from each other: for whoever keeps the earnings
)


def mark_of(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


@transaction.atomic
def saw(*, member: AbstractBaseUser, now: datetime, **seen: str) -> None:
    """`seen`: by Sighting.Kind (address, device, card, bank). What is empty is not known, and not kept.

    A card or a bank account that is another member's too makes what the two have earned from each other suspicious after
    all. The worker looks for that (LOOK_AGAIN), after the commit: of two who are seen at once, the later one finds the other.
    """
    for kind, value in seen.items():
        if not value:
            continue
        mark = mark_of(kind, value)
        _, is_new = Sighting.objects.update_or_create(
            member_id=member.pk, kind=Sighting.Kind(kind), mark=mark, defaults={"last_at": now}
        )
        if is_new and kind in TELLING:
            key, payload = f"seen:{mark}:{member.pk}", {"member": member.pk}
            outbox.enqueue(action=LOOK_AGAIN, key=key, payload=payload, now=now)


def sharing(*, member_id: int) -> list[int]:
    """Who was seen with a card or a bank account of the member's."""
    telling = Sighting.objects.filter(kind__in=TELLING)
    same = telling.filter(mark__in=telling.filter(member_id=member_id).values("mark")).exclude(member_id=member_id)
    return list(same.order_by("member_id").values_list("member_id", flat=True).distinct())


def shared(one: AbstractBaseUser, other: AbstractBaseUser) -> set[str]:
    """The kinds of which both were seen with the same."""
    theirs = Sighting.objects.filter(member_id=other.pk).values("mark")
    return set(Sighting.objects.filter(member_id=one.pk, mark__in=theirs).values_list("kind", flat=True))


def forget_old(*, now: datetime) -> int:
    """What was not seen again for KEPT_FOR is nobody's business any more; answers how many were forgotten."""
    return Sighting.objects.filter(last_at__lt=now - KEPT_FOR).delete()[0]
