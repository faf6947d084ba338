"""A movement of the platform's balance against the ledger: what of it is posted, what is not, and the day it settles.

Everything is worked out anew each time from what is posted then, and only the difference is posted: so an entry that comes
late takes its sum out of suspense again, and doing a movement twice does nothing.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.accounts import AccountRef
from payouts.money import Money
from payouts.office import services as office
from payouts.reconciliation.models import StripeMovement
from payouts.reconciliation.rules import Match, match

LATE_AFTER = timedelta(days=1)  # an entry that its service has not posted by then is not coming by itself
State = StripeMovement.State


@transaction.atomic
def settle(*, movement_id: int, now: datetime) -> StripeMovement:
    movement = StripeMovement.objects.select_for_update(no_key=True).get(pk=movement_id)
    found = match(movement) or Match()
    _post_what_nobody_else_does(movement, found, now)
    keys = _keys(movement, found)
    posted = ledger.effects(keys=keys)
    missing = movement.net_minor - sum(sum(each.values()) for each in posted.values())
    is_coming = missing and any(key not in posted for key in found.keys) and now - movement.made_at < LATE_AFTER
    movement.entry_key = next((key for key in keys if key in posted), "")
    if not is_coming:
        _into_suspense(movement, missing, now)
        _make_available(movement, sum(each.get("stripe_pending", 0) for each in posted.values()), now)
    movement.state = State.WAITING if is_coming else State.SUSPENSE if missing else State.MATCHED
    movement.is_final = movement.state == State.MATCHED and movement.available_at <= now
    movement.save()
    return movement


def _keys(movement: StripeMovement, found: Match) -> list[str]:
    own = [f"{movement.stripe_id}:booked"] if found.against else []
    fee = [found.fee_key] if found.fee_key else []
    return [*found.keys, *own, *fee]


def _post_what_nobody_else_does(movement: StripeMovement, found: Match, now: datetime) -> None:
    """The same key and content as the wallet's: whoever knows the fee first posts it."""
    if found.fee_key and movement.fee_minor > 0 and ledger.posted(key=found.fee_key) is None:
        _post(found.fee_key, "stripe_fee", accounts.stripe_fees(), -movement.fee_minor, movement, found.reference, now)
    if found.against and movement.net_minor:
        key = f"{movement.stripe_id}:booked"
        _post(key, "stripe_booked", found.against, movement.net_minor, movement, found.reference, now)


def _into_suspense(movement: StripeMovement, missing: int, now: datetime) -> None:
    """So that our balance stays Stripe's even where nobody knows yet why, and staff are told."""
    change = missing - movement.suspense_minor
    if not change:
        return
    movement.steps += 1
    key = f"{movement.stripe_id}:suspense:{movement.steps}"
    _post(key, "suspense", accounts.suspense(), change, movement, movement.stripe_id, now)
    movement.suspense_minor = missing
    if missing:
        text = _("Stripe moved {amount} ({type}, {source}) and the books do not say why. It lies in suspense.").format(
            amount=Money(missing, movement.currency), type=movement.type, source=movement.source or movement.stripe_id
        )
        tell_staff(movement, text, now)


def tell_staff(movement: StripeMovement, text: str, now: datetime) -> None:
    key = f"suspense:{movement.stripe_id}"
    office.open_task(kind="suspense", key=key, reference=movement.stripe_id, text=text, now=now)


def _make_available(movement: StripeMovement, pending: int, now: datetime) -> None:
    """On the day that Stripe settles it, what of the movement lies in `stripe_pending` becomes `stripe_available`."""
    change = pending + movement.suspense_minor - movement.settled_minor
    if movement.available_at > now or not change:
        return
    movement.steps += 1
    key = f"{movement.stripe_id}:avail:{movement.steps}"
    _post(key, "settled", accounts.stripe_available(), -change, movement, movement.stripe_id, now)
    movement.settled_minor += change


def _post(
    key: str, kind: str, other: AccountRef, minor: int, movement: StripeMovement, reference: str, now: datetime
) -> None:
    """`minor` into `stripe_pending` from `other`; below zero: out of it."""
    into, out_of = accounts.stripe_pending(), other
    if minor < 0:
        into, out_of = out_of, into
    line = ledger.Line(into, out_of, Money(abs(minor), movement.currency))
    ledger.post(key=key, kind=kind, lines=[line], reference=reference, now=now)
