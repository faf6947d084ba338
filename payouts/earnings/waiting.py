"""Keeping an earning pending past its release date: a claim, a dispute, a review. Several reasons may hold one at once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from payouts import clock
from payouts.earnings.models import UNUSED, Earning, EarningWait


class AlreadyReleased(Exception):
    """The earning is available to the expert: it cannot wait, and nothing can be given back from what is pending."""


@transaction.atomic
def wait(*, reference: str, reason: str, now: datetime) -> EarningWait | None:
    """The earning of `reference` is not released until `let_go` with the same `reason`; the same reason twice is one (None).

    The row is locked first: a release at the same moment either was before, and this raises AlreadyReleased, or never is.
    """
    earning = locked(reference)
    if earning.released_at:
        raise AlreadyReleased(reference)
    made, is_new = EarningWait.objects.get_or_create(earning=earning, reason=reason, defaults={"began_at": now})
    if not is_new:
        return None
    earning.waits += 1
    earning.save(update_fields=["waits"])
    return made


@transaction.atomic
def let_go(*, reference: str, reason: str) -> None:
    """`reason` holds the earning no longer; once none does, `release_due` takes it when its date has come."""
    earning = locked(reference)
    gone, _ = EarningWait.objects.filter(earning=earning, reason=reason).delete()
    if gone:
        earning.waits -= 1
        earning.save(update_fields=["waits"])


def kept_by_others(*, references: Iterable[str]) -> set[str]:
    """Of these, the ones that wait for anything else than to be used."""
    return set(_dates_of_kept(references))


def kept_past_date(*, references: Iterable[str], now: datetime) -> set[str]:
    """Of those, the ones whose date has come."""
    dates = _dates_of_kept(references)
    if not dates:
        return set()
    today = clock.on_calendar(now)
    return {reference for reference, date in dates.items() if date <= today}


def _dates_of_kept(references: Iterable[str]) -> dict[str, datetime]:
    wanted = list(references)
    if not wanted:
        return {}
    waits = EarningWait.objects.filter(earning__reference__in=wanted).exclude(reason=UNUSED)
    return dict(waits.values_list("earning__reference", "earning__release_at"))


def locked(reference: str) -> Earning:
    return Earning.objects.select_for_update(no_key=True).get(reference=reference)
