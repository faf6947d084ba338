"""Credit that the platform gives away: granted by staff with a reason, spent before paid credit, and it may expire."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.wallet import lots
from payouts.wallet.models import CreditLot, LotUse

log = logging.getLogger(__name__)
Kind = CreditLot.Kind
DAY = timedelta(days=1)


class GrantRefused(Exception):
    """Nothing was given: without a reason, or with a day of expiry that has passed."""


class TooManyGrants(Exception):
    """This member of staff has given PROMO_GRANTS_A_DAY times in 24 hours. Nothing was given."""


def grant(
    *,
    staff: AbstractBaseUser,
    member: AbstractBaseUser,
    amount: Money,
    reason: str,
    expires_at: datetime | None,
    key: str,
    now: datetime,
) -> CreditLot:
    """Give `amount` once per `key`. The reason is for the audit trail; the member does not read it.

    Raises BadAmount outside 1 to PROMO_MINOR_MAX or in another currency, GrantRefused, TooManyGrants, ledger's KeyReused,
    office's PartyToIt.
    """
    if not 0 < amount.minor <= settings.PROMO_MINOR_MAX or amount.currency != settings.CURRENCY:
        raise BadAmount(f"{amount.minor} {amount.currency} cannot be given")
    office.check_no_party(staff=staff, parties=[member.pk])
    if not reason.strip() or (expires_at and expires_at <= now):
        raise GrantRefused
    with transaction.atomic():
        # Forms sent at once are counted in turn.
        get_user_model().objects.select_for_update(no_key=True).get(pk=staff.pk)
        lot, is_new = CreditLot.objects.get_or_create(
            grant_key=key,
            defaults={
                "member_id": member.pk,
                "kind": Kind.PROMOTIONAL,
                "amount_minor": amount.minor,
                "remaining_minor": amount.minor,
                "currency": amount.currency,
                "granted_at": now,
                "expires_at": expires_at,
            },
        )
        if is_new:
            if office.acts_since(staff=staff, act="promo.grant", since=now - DAY) >= settings.PROMO_GRANTS_A_DAY:
                raise TooManyGrants
            office.record(staff=staff, act="promo.grant", reference=_reference(lot), reason=reason, now=now)
        line = ledger.Line(accounts.promo_expense(), accounts.caller_promo(member.pk), amount)
        ledger.post(key=f"{_reference(lot)}:granted", kind="promo", lines=[line], reference=_reference(lot), now=now)
    return lot


def promotional_lots(*, member: AbstractBaseUser) -> list[CreditLot]:
    """What is left of each grant, held parts included; the one that is spent first comes first."""
    left = CreditLot.objects.filter(member_id=member.pk, kind=Kind.PROMOTIONAL, remaining_minor__gt=0)
    return sorted(left, key=lambda lot: (_expires(lot), lot.pk))


def expire_due(*, now: datetime) -> int:
    """Take back what has expired and is not held; `now` is the money's calendar. What is held expires once it is freed.

    A member at a time, each in its own transaction: one that fails holds up no other.
    """
    due = CreditLot.objects.filter(expires_at__lte=now, remaining_minor__gt=0)
    expired = 0
    for member_id in list(due.order_by().values_list("member_id", flat=True).distinct()[:500]):
        try:
            expired += _expire(member_id, now)
        except Exception:
            log.exception("Promotional credit not expired", extra={"member": member_id})
    return expired


def end_promotions(*, member: AbstractBaseUser, now: datetime) -> int:
    """The account is closed: what is not held goes, whatever its date."""
    return _expire(member.pk, now, until=lots.NEVER)


@transaction.atomic
def _expire(member_id: int, now: datetime, until: datetime | None = None) -> int:
    """`until`: of which dates, if not of those that have passed."""
    ours = CreditLot.objects.filter(
        member_id=member_id, kind=Kind.PROMOTIONAL, currency=settings.CURRENCY, remaining_minor__gt=0
    )
    locked = list(ours.select_for_update(no_key=True).order_by("pk"))
    due = sorted((lot for lot in locked if _expires(lot) <= (until or now)), key=lambda lot: (_expires(lot), lot.pk))
    # What is held was there first: it counts as part of the lots that are spent first, and those are the expired ones.
    held = ledger.balance(accounts.caller_promo_hold(member_id), settings.CURRENCY).minor
    changes = []
    for lot in due:
        stays = min(held, lot.remaining_minor)
        held -= stays
        changes.append((lot, lot.remaining_minor - stays))
    for lot, minor in changes:
        if minor:
            _take_back(lot, Money(minor, lot.currency), now)
    return sum(1 for _, minor in changes if minor)


def _take_back(lot: CreditLot, amount: Money, now: datetime) -> None:
    times = LotUse.objects.filter(lot=lot, reference=_reference(lot)).count()
    lots.use([(lot, amount.minor)], _reference(lot), now)
    line = ledger.Line(accounts.caller_promo(lot.member_id), accounts.promo_expense(), amount)
    key = f"{_reference(lot)}:expired:{times + 1}"  # again, when what was held has been freed
    ledger.post(key=key, kind="promo_expired", lines=[line], reference=_reference(lot), now=now)


def _expires(lot: CreditLot) -> datetime:
    return lot.expires_at or lots.NEVER


def _reference(lot: CreditLot) -> str:
    return f"promo:{lot.pk}"
