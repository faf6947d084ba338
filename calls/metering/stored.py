"""Stored time: what is unused of an act stays with that expert for 30 days, is used in later calls, or goes back.

PRODUCT.md, section 2, *Act of time*. Its money is an earning of its own, which waits; each use moves the part that it
stands for to an earning of that use. Locks: the paid period first, then the stored time, then the earnings.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.metering.billing import ActOfTime, used_part
from calls.metering.models import PaidPeriod, StoredTime
from calls.metering.terms import terms_of
from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.mail import services as mail
from payouts.money import Money

log = logging.getLogger(__name__)

AT_ONCE = 200


def of_pair(*, payer_id: int, expert_id: int) -> QuerySet[StoredTime]:
    """What these two can use, the soonest to expire first."""
    return _left().filter(payer=payer_id, expert=expert_id).select_related("period").order_by("expires_at", "pk")


def has_stored() -> Exists:
    """Whether the `caller` and the `expert` of each row of a query can use any."""
    return Exists(_left().filter(payer=OuterRef("caller"), expert=OuterRef("expert")))


def _left() -> QuerySet[StoredTime]:
    return StoredTime.objects.filter(price_minor__gt=0, length_ms__gt=0)


def stored_of_member(member: User) -> QuerySet[StoredTime]:
    """Bought or owed, for the member's own page."""
    left = _left().filter(Q(payer=member.pk) | Q(expert=member.pk))
    return left.select_related("period", "payer", "expert").order_by("expires_at", "pk")


def kept_past_date(rows: Iterable[StoredTime], *, now: datetime) -> set[int]:
    """Of these, by id, the ones whose date has come and that do not go back yet: a claim, a dispute or a review is open."""
    left = {row.reference: row.pk for row in rows if row.price_minor}
    return {left[reference] for reference in earnings.kept_past_date(references=left, now=now)}


def lock(stored_id: int) -> StoredTime:
    """For this transaction alone, as much as its earning still stands for: the expert may have given some of it back."""
    stored = StoredTime.objects.select_for_update(of=("self",)).select_related("period").get(pk=stored_id)
    left_minor = earnings.left(reference=stored.reference).minor
    if left_minor < stored.price_minor:
        stored.length_ms = stored.length_ms * left_minor // stored.price_minor
        stored.price_minor = left_minor
        stored.save(update_fields=["length_ms", "price_minor"])
    return stored


def keep(period: PaidPeriod, *, minor: int, ms: int, now: datetime) -> None:
    """`ms` of an act were paid with `minor` and not used; they add to what is kept of this act already."""
    fresh = {"payer_id": period.payer_id, "expert_id": period.expert_id, "currency": period.currency, "stored_at": now}
    stored, _ = StoredTime.objects.select_for_update().get_or_create(period=period, defaults=fresh)
    key = f"period:{period.pk}:stored:{period.billable_ms}"
    _put(stored, period, minor, ms, key, now)


def use(period: PaidPeriod, *, now: datetime) -> datetime | None:
    """The period on stored time has ended: what it used is earned from its end. Answers the release date."""
    if period.stored_id is None:
        raise ValueError(f"paid period {period.pk} is not one of stored time")
    stored = lock(period.stored_id)
    minor = min(used_minor(period), stored.price_minor)
    stored.length_ms = max(0, stored.length_ms - period.billable_ms)
    stored.price_minor -= minor
    stored.save(update_fields=["length_ms", "price_minor"])
    period.amount_minor = minor
    if not minor:
        return None
    return earnings.move_part(
        reference=stored.reference,
        to=f"period:{period.pk}",
        amount=Money(minor, period.currency),
        key=f"period:{period.pk}:used:{period.billable_ms}",
        label=period.label,
        link=f"/calls/{period.call_id}/",
        release_from=period.over_at,
        now=now,
    )


def put_back(period: PaidPeriod, *, minor: int, ms: int, now: datetime) -> None:
    """A late witness shortened a period on stored time: so much of it was not used after all."""
    if period.stored_id is not None:
        _put(lock(period.stored_id), period, minor, ms, f"period:{period.pk}:unused:{period.billable_ms}", now)


def used_minor(period: PaidPeriod) -> int:
    """What the used time of a period on stored time stands for, rounded down."""
    terms = terms_of(period)
    return used_part(terms, period.billable_ms) if isinstance(terms, ActOfTime) else 0


def _put(stored: StoredTime, period: PaidPeriod, minor: int, ms: int, key: str, now: datetime) -> None:
    stored.length_ms += ms
    stored.price_minor += minor
    if minor:
        stored.expires_at = earnings.move_part(
            reference=f"period:{period.pk}",
            to=stored.reference,
            amount=Money(minor, period.currency),
            key=key,
            label=stored.label,
            link=f"/calls/{stored.period.call_id}/",
            release_from=period.over_at,
            now=now,
            keep_days=settings.STORED_DAYS,
        )
    stored.save(update_fields=["length_ms", "price_minor", "expires_at"])


# --- What nobody used -----------------------------------------------------------------------------------------------


def give_back_expired(*, today: datetime, now: datetime) -> int:
    """After 30 days what is left is the payer's credit again, whoever was idle. `today`: on the money's calendar.

    What is being used meanwhile waits for that period's end. What something else waits for (the bank disputes the payment
    that it was bought with, a claim, a review) stays until that is settled: else credit would come and go again. One that
    fails holds up no other.
    """
    due = StoredTime.objects.filter(price_minor__gt=0, expires_at__lte=today).order_by("expires_at")
    waiting = earnings.kept_by_others(references=[row.reference for row in due])
    free = [row.pk for row in due if row.reference not in waiting]
    given_back = 0
    for stored_id in free[:AT_ONCE]:
        try:
            with transaction.atomic():
                given_back += _give_back(stored_id, today, now)
        except Exception:
            log.exception("Stored time not given back, will be tried again", extra={"stored": stored_id})
    return given_back


def give_back_stored(*, member: User, now: datetime) -> int:
    """One of the two leaves for good: what is left goes back at once, but what is in use or waits for something else."""
    left = [row.pk for row in stored_of_member(member)]
    given_back = 0
    for stored_id in left:
        with transaction.atomic():
            given_back += _give_back(stored_id, None, now)
    return given_back


def _give_back(stored_id: int, today: datetime | None, now: datetime) -> bool:
    """`today`: not before its date; None: whatever its date."""
    stored = lock(stored_id)
    in_use = PaidPeriod.objects.living().filter(stored=stored).exists()
    if in_use or not stored.price_minor or stored.expires_at is None or (today and stored.expires_at > today):
        return False
    if earnings.kept_by_others(references=[stored.reference]):
        return False
    sum_ = Money(stored.price_minor, stored.currency)
    key = f"{stored.reference}:returned:{stored.returned_minor}"  # a late witness may add to it afterwards
    earnings.give_back(reference=stored.reference, amount=sum_, key=key, now=now)
    stored.returned_minor += stored.price_minor
    stored.price_minor = stored.length_ms = 0
    stored.save(update_fields=["returned_minor", "price_minor", "length_ms"])
    why = "expired" if today else "leaving"
    facts: dict[str, mail.Fact] = {"sum": sum_, "label": stored.label, "expert": stored.expert.name, "why": why}
    mail.enqueue(member=stored.payer, template="stored_returned", facts=facts, key=f"{key}:mail", now=now)
    return True
