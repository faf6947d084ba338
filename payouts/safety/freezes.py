"""Withdrawals wait 72 h after a change of bank, e-mail or second factor (PRODUCT.md, section 3), and while staff look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from payouts.mail import services as mail
from payouts.office import services as office
from payouts.safety.models import Freeze

Reason = Freeze.Reason


@dataclass(frozen=True, slots=True)
class Frozen:
    """`reason`: one of Freeze.Reason. `until`: None while it lasts until staff lift it. In real time, never the demo's."""

    reason: str
    until: datetime | None


@transaction.atomic
def freeze(*, member: AbstractBaseUser, reason: str, key: str, now: datetime, notify: str = "") -> None:
    """Withdrawals wait from now on; once per `key`. A change is told to the member, at `notify` when that is another address."""
    hours = timedelta(hours=settings.FREEZE_HOURS)
    ends_at = None if reason == Reason.REVIEW else now + hours
    defaults = {"member_id": member.pk, "reason": reason, "begun_at": now, "ends_at": ends_at}
    _, is_new = Freeze.objects.get_or_create(key=key, defaults=defaults)
    if is_new and ends_at:
        facts: dict[str, mail.Fact] = {"reason": reason, "until": ends_at}
        mail.enqueue(member=member, template="frozen", facts=facts, key=f"{key}:mail", now=now, address=notify)


def frozen(*, member: AbstractBaseUser, now: datetime) -> Frozen | None:
    """Why the member's withdrawals wait at `now`, of several reasons the one that lasts longest; None: they need not."""
    lasting = Freeze.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), member_id=member.pk)
    found = list(lasting.order_by("ends_at"))
    if not found:
        return None
    longest = next((one for one in found if one.ends_at is None), found[-1])
    return Frozen(longest.reason, longest.ends_at)


def thaw(*, keys: Iterable[str], now: datetime) -> None:
    """What these were for is over. Other freezes of the member last."""
    Freeze.objects.filter(key__in=list(keys), ends_at=None).update(ends_at=now)


@transaction.atomic
def lift(*, member: AbstractBaseUser, staff: AbstractBaseUser, reason: str, now: datetime) -> None:
    """Staff looked into it, and say why the member may withdraw again. What ends by itself is lifted too.

    Raises office's PartyToIt: whose own withdrawals wait asks another of the staff.
    """
    office.check_no_party(staff=staff, parties=[member.pk])
    lasting = Freeze.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), member_id=member.pk)
    if lasting.update(ends_at=now):
        office.record(staff=staff, act="freeze.lift", reference=f"user:{member.pk}", reason=reason, now=now)
