"""Where members were seen, kept as keyed hashes: enough to find two who share a card, and nothing to read for anybody else."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.safety.models import Sighting

KEPT_FOR = timedelta(days=365)


def mark_of(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def saw(*, member: AbstractBaseUser, now: datetime, **seen: str) -> None:
    """`seen`: by Sighting.Kind (address, device, card, bank). What is empty is not known, and not kept."""
    for kind, value in seen.items():
        if value:
            kept = {"last_at": now}
            Sighting.objects.update_or_create(
                member_id=member.pk, kind=Sighting.Kind(kind), mark=mark_of(kind, value), defaults=kept
            )


def shared(one: AbstractBaseUser, other: AbstractBaseUser) -> set[str]:
    """The kinds of which both were seen with the same."""
    theirs = Sighting.objects.filter(member_id=other.pk).values("mark")
    return set(Sighting.objects.filter(member_id=one.pk, mark__in=theirs).values_list("kind", flat=True))


def forget_old(*, now: datetime) -> int:
    """What was not seen again for KEPT_FOR is nobody's business any more; answers how many were forgotten."""
    return Sighting.objects.filter(last_at__lt=now - KEPT_FOR).delete()[0]
