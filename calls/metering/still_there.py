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
    """The payer's page has reported no speech since `spoken_at` (None: since it came). Asks both if the meter has run for
    SILENCE_ASKS_S since then, whatever stopped it in between: an expert can be out of reach at will. Answers after how long
    to look again. Harmless to repeat.
    """
    whole = timedelta(seconds=settings.SILENCE_ASKS_S)
    try:
        period = meter.lock(period_id)
    except PaidPeriod.DoesNotExist:
        return whole
    meter.catch_up(period, until=now, now=now)
    if meter.is_over(period) or is_act(period) or period.asked_at:
        return whole
    known = [period.counts_from, period.spoken_at, spoken_at, period.payer_there_at]
    silent_since = max(moment for moment in known if moment)
    silence = now - silent_since - witness.stood_still(period, silent_since, now)
    if silence < whole:
        return whole - silence
    if period.state != PaidPeriod.State.RUNNING:
        return timedelta(seconds=settings.REPORT_SILENCE_S)
    meter.ask(period, at=now, silent_since=silent_since)
    return whole


@transaction.atomic
def spoken(*, period_id: int, at: datetime) -> None:
    """By the word of the payer's page somebody speaks while both are asked: no answer, but billed as far as that goes."""
    period = meter.lock(period_id)
    meter.catch_up(period, until=at, now=at)
    if period.asked_at and not meter.is_over(period):
        period.silent_since = at
        period.save(update_fields=["silent_since"])


@transaction.atomic
def here(*, period_id: int, member: User, now: datetime) -> None:
    """A press or key of either. Where nothing was asked it only puts the question off. Raises MeterRefused not_yours, over."""
    periods.living(period_id, member, now)
