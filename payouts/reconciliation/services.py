"""Reading Stripe's balance transactions, giving each its ledger entry, and comparing both balances to the cent."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.office import services as office
from payouts.reconciliation import booking, own_payouts, rules
from payouts.reconciliation.models import ReconciliationRun, StripeMovement
from payouts.stripe import books
from payouts.stripe.answers import Movement, NotAnswered, Refused
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal

log = logging.getLogger(__name__)
State = StripeMovement.State

OVERLAP = timedelta(days=1)  # read again each time: Stripe may show an older movement later than a younger one
LOOKS = 3  # while people pay, both sides move under our hands: a difference counts when it stays
FROM_HOUR = 3  # of the night, UTC
DEAD_AFTER = timedelta(hours=3)
SILENCE = ":silence"  # how the keys of such tasks end
AGAIN_AFTER = timedelta(minutes=30)  # for whom Stripe did not answer
TOLD_FROM_HOUR = 6  # of a Stripe that was silent all night
PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Difference:
    """`account`: empty for the platform's balance. Both sums are of everything there, settled or not."""

    account: str
    ours: Money
    at_stripe: Money

    def __str__(self) -> str:
        return f"{self.account or PLATFORM}: the ledger says {self.ours}, Stripe says {self.at_stripe}"


@dataclass(slots=True)
class Report:
    """`read`: movements not known before. `unread`: accounts that Stripe did not answer for.

    `at_stripe`: our balance there. `by_ledger`: what it is by the ledger, with what is on its way.
    """

    accounts: int = 0
    read: int = 0
    waiting: int = 0
    suspense: int = 0
    differences: list[Difference] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    at_stripe: Money | None = None
    by_ledger: Money | None = None

    @property
    def is_clean(self) -> bool:
        return not (self.suspense or self.differences or self.unread)

    def as_json(self) -> dict[str, Any]:
        return {
            "accounts": self.accounts,
            "read": self.read,
            "waiting": self.waiting,
            "suspense": self.suspense,
            "differences": [str(each) for each in self.differences],
            "unread": self.unread,
            "at_stripe_minor": self.at_stripe.minor if self.at_stripe is not None else None,
            "by_ledger_minor": self.by_ledger.minor if self.by_ledger is not None else None,
        }


def reconcile(*, now: datetime, of: Sequence[str] | None = None) -> Report:
    """Every balance, the platform's (named empty) first, or those named. `now` is the money's calendar. Asks Stripe, so not
    inside a transaction.

    An account for which Stripe does not answer is named in the report and holds up no other.
    """
    report = Report()
    for account in ["", *withdrawals.stripe_accounts()] if of is None else of:
        report.accounts += 1
        try:
            difference = _reconcile_one(account, report, now)
        except (NotAnswered, Refused) as problem:
            log.warning("Not reconciled", exc_info=problem, extra={"account": account})
            report.unread.append(account or PLATFORM)
            continue
        if difference:
            report.differences.append(difference)
            _alarm(difference, now)
    report.waiting = StripeMovement.objects.filter(state=State.WAITING).count()
    report.suspense = StripeMovement.objects.filter(state=State.SUSPENSE).count()
    return report


def nightly(*, now: datetime) -> Report | None:
    """The work of one night, by one worker. None when it is not the hour, or somebody does it.

    It is finished once Stripe has answered for every account: until then those that are missing are asked for again and
    again, and from TOLD_FROM_HOUR on staff know.
    """
    if now.hour < FROM_HOUR:
        return None
    run, is_new = ReconciliationRun.objects.get_or_create(day=now.date(), defaults={"claimed_at": now})
    missing: list[str] = run.report.get("unread", [])
    if not is_new:
        due = now - (AGAIN_AFTER if missing else DEAD_AFTER)
        mine = ReconciliationRun.objects.filter(pk=run.pk, finished_at=None, claimed_at=run.claimed_at)
        if run.claimed_at >= due or not mine.update(claimed_at=now):
            return None
    report = reconcile(now=now, of=["" if name == PLATFORM else name for name in missing] or None)
    whole = _with_earlier(run.report, report) if missing else report.as_json()
    finished_at = None if report.unread else now
    ReconciliationRun.objects.filter(pk=run.pk).update(finished_at=finished_at, report=whole)
    _tell_of_silence(report.unread, now)
    return report


def _with_earlier(before: dict[str, Any], report: Report) -> dict[str, Any]:
    """What was read for some accounts earlier in the night, and for the others now."""
    new = report.as_json()
    added = {name: before[name] + new[name] for name in ("read", "differences")}
    known = {name: minor for name, minor in new.items() if name.endswith("_minor") and minor is not None}
    return {**before, "waiting": new["waiting"], "suspense": new["suspense"], "unread": new["unread"], **added, **known}


def _tell_of_silence(unread: list[str], now: datetime) -> None:
    if not unread:
        for key in office.open_keys(kind="reconciliation"):
            if key.endswith(SILENCE):  # of earlier nights too
                office.settle_task(key=key, note=_("Stripe has answered since."), now=now)
    elif now.hour >= TOLD_FROM_HOUR:
        text = _("Stripe has not answered all night for: {accounts}. Nobody knows yet whether the books agree there.")
        text = text.format(accounts=", ".join(unread[:20]))
        office.open_task(kind="reconciliation", key=f"reconciliation:{now.date()}{SILENCE}", text=text, now=now)


# --- One balance ----------------------------------------------------------------------------------------------


def _reconcile_one(account: str, report: Report, now: datetime) -> Difference | None:
    difference = None
    if not account:
        own_payouts.keep_manual(now=now)
    for _look in range(LOOKS):
        report.read += _read(account)
        _settle_all(account, now)
        difference = _compare(account, report)
        if difference is None:
            return None
    return difference


def _read(account: str) -> int:
    """How many movements were new. All are asked for before one is stored, and the oldest is stored first: where Stripe falls
    silent or the power is cut on the way, the next time begins there, and not after what was not read."""
    newest = StripeMovement.objects.filter(account=account).aggregate(at=Max("made_at"))["at"]
    since = newest - OVERLAP if newest else None
    newest_first = list(books.movements(account=account, since=since))
    return sum(_store(movement, account) for movement in reversed(newest_first))


def _store(movement: Movement, account: str) -> bool:
    defaults = {
        "account": account,
        "type": movement.type,
        "source": movement.source,
        "about": movement.about,
        "amount_minor": movement.amount.minor,
        "fee_minor": movement.fee.minor,
        "currency": movement.amount.currency,
        "made_at": movement.made_at,
        "available_at": movement.available_at,
    }
    return StripeMovement.objects.get_or_create(stripe_id=movement.id, defaults=defaults)[1]


def _settle_all(account: str, now: datetime) -> None:
    to_do = StripeMovement.objects.filter(account=account, is_final=False).order_by("made_at", "pk")
    for movement in list(to_do.only("pk")):
        if account:
            _know(movement.pk, now)
        else:
            booking.settle(movement_id=movement.pk, now=now)


@transaction.atomic
def _know(movement_id: int, now: datetime) -> None:
    """Of an expert's balance: the withdrawals post it; here is only found which one it belongs to."""
    movement = StripeMovement.objects.select_for_update(no_key=True).get(pk=movement_id)
    found = rules.match(movement)
    if found:
        movement.state, movement.entry_key, movement.is_final = State.MATCHED, found.keys[0], True
    elif now - movement.made_at >= booking.LATE_AFTER and movement.state != State.SUSPENSE:
        movement.state = State.SUSPENSE
        text = _("Stripe moved {amount} ({type}) in the balance of {account}, and no withdrawal says why.")
        text = text.format(amount=movement.net, type=movement.type, account=movement.account)
        booking.tell_staff(movement, text, now)
    movement.save()


def _compare(account: str, report: Report) -> Difference | None:
    """What is on its way from one side to the other is counted on both."""
    currency = settings.CURRENCY
    theirs = books.balance(account=account, currency=currency).total
    ours = _connected(account) if account else platform_balance()
    unmatched = StripeMovement.objects.filter(account=account, currency=currency, state=State.WAITING)
    if account:
        unmatched = StripeMovement.objects.filter(account=account, currency=currency).exclude(state=State.MATCHED)
    on_its_way = unmatched.aggregate(sum=Sum("amount_minor"), fees=Sum("fee_minor"))
    coming = (on_its_way["sum"] or 0) - (on_its_way["fees"] or 0)
    if not account:
        coming -= _already_posted(list(unmatched))
        report.at_stripe, report.by_ledger = theirs, Money(ours.minor + coming, currency)
    return None if ours.minor + coming == theirs.minor else Difference(account, ours, theirs)


def _already_posted(waiting: list[StripeMovement]) -> int:
    """Of movements that wait for an entry, what other entries of theirs say already (the fee before the payment)."""
    total = 0
    for movement in waiting:
        found = rules.match(movement) or rules.Match()
        posted = ledger.effects(keys=[*found.keys, found.fee_key])
        total += sum(sum(each.values()) for each in posted.values())
    return total


def platform_balance() -> Money:
    """What the ledger says lies in our balance at Stripe, settled or not."""
    currency = settings.CURRENCY
    return ledger.balance(accounts.stripe_pending(), currency) + ledger.balance(accounts.stripe_available(), currency)


def _connected(account: str) -> Money:
    """What the ledger says lies in this account, less payouts that have left it and are not in the bank yet."""
    of_account = Withdrawal.objects.filter(stripe_account=account, currency=settings.CURRENCY)
    lying = of_account.filter(state__in=Withdrawal.OPEN, stripe_transfer__isnull=False)
    lying = lying.exclude(state=Withdrawal.State.SENT)
    return Money(lying.aggregate(sum=Sum("amount_minor"))["sum"] or 0, settings.CURRENCY)


def _alarm(difference: Difference, now: datetime) -> None:
    log.error("Stripe and the ledger differ", extra={"difference": str(difference)})
    name = difference.account or PLATFORM
    key = f"reconciliation:{name}:{now.date()}"
    office.open_task(kind="reconciliation", key=key, reference=name[:60], text=str(difference), now=now)
