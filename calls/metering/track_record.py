"""What an expert's calls say of them, for their page. Two questions to the database, each of bounded cost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F

from calls.metering.models import PaidPeriod
from calls.rooms.models import Call
from marketplace.accounts.models import User

DAYS, RINGS_NEEDED, RINGS_LOOKED_AT = 90, 5, 200  # the latest of them
SHARE_FROM = 20  # rings: below it a percentage would say more than is known
PAID_CALLS_COUNTED = 1_000
NOT_THEIRS = (Call.State.RINGING, Call.State.CANCELLED)


@dataclass(frozen=True)
class TrackRecord:
    """Of the rings at this expert in the last DAYS days, at most RINGS_LOOKED_AT: how many `rings`, and how many of them they
    `answered`, half of those within `answer_s` seconds (None: none was). `paid_calls` counts up to PAID_CALLS_COUNTED, beyond it
    there are `more`."""

    rings: int
    answered: int
    answer_s: int | None
    paid_calls: int
    more: bool = False

    @property
    def says_something(self) -> bool:
        return self.rings >= RINGS_NEEDED

    @property
    def percent(self) -> int | None:
        """Rounded down. None: too few rings."""
        return 100 * self.answered // self.rings if self.rings >= SHARE_FROM else None


def track_record(*, expert: User, now: datetime) -> TrackRecord:
    """A ring that its caller took back says nothing of the expert, nor does one that rang at several experts at once."""
    since = now - timedelta(days=DAYS)
    rings = Call.objects.filter(expert=expert, rung_by_expert=False, ask=None, rang_at__gt=since)
    over = rings.exclude(state__in=NOT_THEIRS).order_by("-rang_at").values_list("rang_at", "answered_at")
    looked_at = list(over[:RINGS_LOOKED_AT])
    waits = [(answered - rang).total_seconds() for rang, answered in looked_at if answered]
    paid = PaidPeriod.objects.filter(expert=expert, amount_minor__gt=F("given_back_minor")).order_by()
    counted = paid.values("call").distinct()[: PAID_CALLS_COUNTED + 1].count()
    return TrackRecord(
        rings=len(looked_at),
        answered=len(waits),
        answer_s=round(median(waits)) if waits else None,
        paid_calls=min(counted, PAID_CALLS_COUNTED),
        more=counted > PAID_CALLS_COUNTED,
    )
