"""*Still there?*: where nobody has spoken for long both are asked, and only the payer's answer lets the meter go on
(PRODUCT.md, section 2). Not in acts, whose price is fixed.

Who spoke, and whether a screen is shared, is the word of the payer's page alone: an expert's could keep a meter running before
an empty chair, while a payer's that lies about silence only pays less.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from calls.metering import meter, periods, witness
from calls.metering.models import PaidPeriod
from calls.metering.terms import is_act
from marketplace.accounts.models import User


@transaction.atomic
def nobody_speaks(*, period_id: int, spoken_at: datetime | None, now: datetime) -> timedelta:
    """The payer's page has reported no speech since `spoken_at` (None: since it came). Asks both if that is SILENCE_ASKS_S
    ago, not counting when the meter stood still; answers after how long to look again. Harmless to repeat.
    """
    whole = timedelta(seconds=settings.SILENCE_ASKS_S)
    try:
        period = meter.lock(period_id)
    except PaidPeriod.DoesNotExist:
        return whole
    meter.catch_up(period, until=now, now=now)
    if period.state != PaidPeriod.State.RUNNING or is_act(period) or period.asked_at:
        return whole
    known = [witness.runs_since(period), spoken_at, period.payer_there_at]
    silent_since = max(moment for moment in known if moment)
    if now - silent_since < whole:
        return whole - (now - silent_since)
    meter.ask(period, at=now, silent_since=silent_since)
    return whole


@transaction.atomic
def here(*, period_id: int, member: User, now: datetime) -> None:
    """A press or key of either. Where nothing was asked it has no effect. Raises MeterRefused not_yours, over."""
    periods.living(period_id, member, now)
