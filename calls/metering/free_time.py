"""The free seconds of two people: 30 s in 24 h from their first free second (PRODUCT.md, section 2, *Free time*)."""

from datetime import datetime, timedelta

from django.conf import settings

from calls.metering.models import FreeTime, PaidPeriod
from marketplace.listings import services as listings
from marketplace.listings.models import Listing


def left_ms(*, payer_id: int, expert_id: int, listing: Listing, now: datetime) -> int:
    """Milliseconds that an offer sent now begins with. Acts have none."""
    allowed_ms = listings.free_ms(listing)
    if not allowed_ms:
        return 0
    row = FreeTime.objects.filter(payer_id=payer_id, expert_id=expert_id).first()
    if row is None or not _is_open(row, now):
        return allowed_ms
    return max(0, allowed_ms - row.used_ms)


def use(period: PaidPeriod, *, used_ms: int, first_second: datetime) -> None:
    """Settlement says: `period` took `used_ms`, from `first_second` on."""
    if used_ms <= 0:
        return
    row, is_new = FreeTime.objects.select_for_update().get_or_create(
        payer_id=period.payer_id,
        expert_id=period.expert_id,
        defaults={"window_started_at": first_second, "used_ms": used_ms},
    )
    if is_new:
        return
    if _is_open(row, first_second):
        row.used_ms += used_ms
    else:
        row.window_started_at, row.used_ms = first_second, used_ms
    row.save(update_fields=["window_started_at", "used_ms"])


def give_back(period: PaidPeriod, *, unused_ms: int) -> None:
    """A late witness shortened a settled period: so much of its free time had not been used after all."""
    row = FreeTime.objects.select_for_update().filter(payer_id=period.payer_id, expert_id=period.expert_id).first()
    if row and unused_ms > 0:
        row.used_ms = max(0, row.used_ms - unused_ms)
        row.save(update_fields=["used_ms"])


def _is_open(row: FreeTime, at: datetime) -> bool:
    return at < row.window_started_at + timedelta(seconds=settings.FREE_TIME_WINDOW_S)
