"""How often one rings and nobody talks with them: declined, missed or given up."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from calls.rooms.errors import CannotRing
from calls.rooms.models import Ask, Call
from calls.rooms.together import TAKEN
from marketplace.accounts.models import User

HOUR = timedelta(hours=1)


def check(*, caller: User, expert: User, rung_by_expert: bool, now: datetime) -> None:
    """Raises CannotRing: too_often, too_many_in_vain. The caller holds the lock of whoever rings."""
    ringer = expert if rung_by_expert else caller
    of_the_two = _in_vain(ringer).filter(
        caller=caller, expert=expert, rang_at__gt=now - timedelta(seconds=settings.IN_VAIN_S)
    )
    if of_the_two.count() >= settings.IN_VAIN_MAX:
        raise CannotRing("too_often")
    check_hour(ringer=ringer, now=now)


def check_hour(*, ringer: User, now: datetime) -> None:
    """Of whomever they rang; all rings of an ask together count as one. Raises CannotRing: too_many_in_vain."""
    alone = _in_vain(ringer).filter(ask=None, rang_at__gt=now - HOUR).count()
    asks = Ask.objects.filter(caller=ringer, asked_at__gt=now - HOUR).exclude(state=Ask.State.ANSWERED).count()
    if alone + asks >= settings.IN_VAIN_HOUR_MAX:
        raise CannotRing("too_many_in_vain")


def _in_vain(ringer: User) -> QuerySet[Call]:
    """A ring that ended because another expert answered was not."""
    return Call.objects.filter(Call.rung_by(ringer), answered_at=None).exclude(end_reason=TAKEN)
