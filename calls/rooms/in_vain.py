"""How often one rings and nobody talks with them: declined, missed or given up."""

from datetime import datetime, timedelta

from django.conf import settings

from calls.rooms.errors import CannotRing
from calls.rooms.models import Call
from marketplace.accounts.models import User

HOUR = timedelta(hours=1)


def check(*, caller: User, expert: User, rung_by_expert: bool, now: datetime) -> None:
    """Raises CannotRing: too_often, too_many_in_vain. The caller holds the lock of whoever rings."""
    ringer = expert if rung_by_expert else caller
    in_vain = Call.objects.filter(Call.rung_by(ringer), answered_at=None)
    of_the_two = in_vain.filter(caller=caller, expert=expert, rang_at__gt=now - timedelta(seconds=settings.IN_VAIN_S))
    if of_the_two.count() >= settings.IN_VAIN_MAX:
        raise CannotRing("too_often")
    if in_vain.filter(rang_at__gt=now - HOUR).count() >= settings.IN_VAIN_HOUR_MAX:
        raise CannotRing("too_many_in_vain")
